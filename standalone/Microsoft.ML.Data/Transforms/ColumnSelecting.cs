using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select Columns Transform", ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    private readonly string[] _names;
    private readonly bool _keeps;

    internal ColumnSelectingEstimator(IHostEnvironment env, string[] names, bool keeps, bool keepsHidden)
        : base(env.Register(nameof(ColumnSelectingEstimator)), new ColumnSelectingTransformer(env, names, keeps, keepsHidden))
    {
        _names = names;
        _keeps = keeps;
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        ColumnSelectingTransformer.CheckNames(Host, inputSchema.Select(c => c.Name), _names);
        return new SchemaShape(inputSchema.Where(c => _names.Contains(c.Name) == _keeps));
    }
}

public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private readonly IHost _host;
    private readonly string[] _names;
    private readonly bool _keeps;
    private readonly bool _keepsHidden;

    internal ColumnSelectingTransformer(IHostEnvironment env, string[] names, bool keeps, bool keepsHidden)
    {
        _host = env.Register(nameof(ColumnSelectingTransformer));
        _host.Check(names is { Length: > 0 }, "Neither keepColumns and dropColumns is set. Exactly one must be specified.");
        _names = names;
        _keeps = keeps;
        _keepsHidden = keepsHidden;
    }

    bool ITransformer.IsRowToRowMapper => true;

    internal static void CheckNames(IExceptionContext context, IEnumerable<string> present, IEnumerable<string> asked)
    {
        string[] missing = asked.Except(present).ToArray();
        if (missing.Length > 0)
            throw context.ExceptSchemaMismatch("inputSchema", "input", string.Join(",", missing));
    }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Choose(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new ChosenColumnsView(input, Choose(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Choose(inputSchema);

    /// <summary>Kept columns come in the order in which they were named, the others of a dropping in their own.</summary>
    private ChosenColumns Choose(DataViewSchema schema)
    {
        _host.CheckValue(schema, nameof(schema));
        CheckNames(_host, schema.Select(c => c.Name), _names);
        IEnumerable<DataViewSchema.Column> chosen = _keeps
            ? _names.SelectMany(name => schema.Where(c => c.Name == name && (_keepsHidden || !c.IsHidden)))
            : schema.Where(c => !_names.Contains(c.Name));
        return new ChosenColumns(schema, chosen.Select(c => c.Index));
    }

    private static VersionInfo GetVersionInfo() => new("SELCOLST", 0x00010001, 0x00010001, 0x00010001,
        typeof(ColumnSelectingTransformer).Assembly.FullName, LoaderSignature);

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        bool keeps = ctx.Reader.ReadBoolean();
        bool keepsHidden = ctx.Reader.ReadBoolean();
        var names = new string[ctx.Reader.ReadInt32()];
        for (int i = 0; i < names.Length; i++)
            names[i] = ctx.LoadNonEmptyString();
        return new ColumnSelectingTransformer(env, names, keeps, keepsHidden);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.Writer.Write(_keeps);
        ctx.Writer.Write(_keepsHidden);
        ctx.Writer.Write(_names.Length);
        foreach (string name in _names)
            ctx.SaveNonEmptyString(name);
    }
}
