using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A transformer that makes columns out of each row by itself.</summary>
public abstract class RowToRowTransformerBase : ITransformer
{
    private protected RowToRowTransformerBase(IHost host) => Host = host;

    private protected IHost Host { get; }

    bool ITransformer.IsRowToRowMapper => true;

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        SaveModel(ctx);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MapRows(inputSchema);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MapRows(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return new MappedView(input, MapRows(input.Schema));
    }

    private RowMapping MapRows(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return new RowMapping(inputSchema, MakeColumns(inputSchema));
    }

    private protected abstract IReadOnlyList<MappedColumn> MakeColumns(DataViewSchema input);

    private protected abstract void SaveModel(ModelSaveContext ctx);
}

/// <summary>A transformer each of whose columns is made of one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(IHost host, (string Output, string Input)[] pairs) : base(host)
    {
        var names = new HashSet<string>();
        foreach ((string output, string input) in pairs)
        {
            host.CheckNonEmpty(input, "columns");
            host.CheckNonEmpty(output, "columns");
            host.CheckParam(names.Add(output), "columns", $"Name of the result column '{output}' specified multiple times");
        }
        Pairs = pairs;
    }

    private protected (string Output, string Input)[] Pairs { get; }

    private protected sealed override IReadOnlyList<MappedColumn> MakeColumns(DataViewSchema input)
        => Pairs.Select((pair, i) =>
        {
            DataViewSchema.Column source = input.GetColumnOrNull(pair.Input)
                ?? throw Host.ExceptSchemaMismatch("inputSchema", "input", pair.Input);
            return MakeColumn(i, pair.Output, source);
        }).ToArray();

    private protected abstract MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source);

    private protected void SavePairs(ModelSaveContext ctx)
    {
        ctx.Writer.Write(Pairs.Length);
        foreach ((string output, string input) in Pairs)
        {
            ctx.SaveNonEmptyString(output);
            ctx.SaveNonEmptyString(input);
        }
    }

    private protected static (string Output, string Input)[] LoadPairs(ModelLoadContext ctx)
    {
        var pairs = new (string Output, string Input)[ctx.Reader.ReadInt32()];
        for (int i = 0; i < pairs.Length; i++)
            pairs[i] = (ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        return pairs;
    }
}
