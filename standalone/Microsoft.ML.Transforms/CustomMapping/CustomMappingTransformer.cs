using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>A user's action from the members of one class to those of another, run once a row, and only where one of its columns is asked for.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly IHost _host;
    private readonly Action<TSrc, TDst> _mapAction;
    private readonly string _contractName;
    private readonly SchemaDefinition _inputDefinition;

    internal CustomMappingTransformer(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
        SchemaDefinition inputSchemaDefinition, SchemaDefinition outputSchemaDefinition)
    {
        _host = env.Register(nameof(CustomMappingTransformer<TSrc, TDst>));
        _host.CheckValue(mapAction, nameof(mapAction));
        _mapAction = mapAction;
        _contractName = contractName;
        _inputDefinition = inputSchemaDefinition;
        Added = RowLayout.Create(typeof(TDst), outputSchemaDefinition, SchemaDefinition.Direction.Write);
    }

    internal RowLayout Added { get; }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MapRows(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new MappedView(input, MapRows(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MapRows(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _host.Check(_contractName != null, "Empty contract name for a transform: the transform cannot be saved");
        CustomMappingLoader.Save(ctx, _contractName, _mapAction.Method.DeclaringType.Assembly.FullName);
    }

    private RowMapping MapRows(DataViewSchema input)
    {
        _host.CheckValue(input, nameof(input));
        var reader = new RowWriter<TSrc>(_host, input, ignoreMissingColumns: false, _inputDefinition);
        DataViewSchema added = Added.ToSchema();
        int[] inputs = reader.Columns.Select(c => c.Index).ToArray();

        // All columns made of one row share one run of the action: so one source and one target a row object.
        var runs = new System.Runtime.CompilerServices.ConditionalWeakTable<DataViewRow, Run>();
        return new RowMapping(input, added.Select(column => new MappedColumn(column.Name, column.Type, column.Annotations, inputs,
            row => runs.GetValue(row, r => new Run(r, reader, Added, added, _mapAction)).MakeGetter(column))).ToArray());
    }

    private sealed class Run
    {
        private readonly DataViewRow _input;
        private readonly Action<TSrc> _fill;
        private readonly ObjectRow<TDst> _made;
        private readonly Action<TSrc, TDst> _mapAction;
        private readonly TSrc _source = new();
        private readonly TDst _target = new();
        private long _servedPosition = -1;

        public Run(DataViewRow input, RowWriter<TSrc> reader, RowLayout layout, DataViewSchema added, Action<TSrc, TDst> mapAction)
        {
            _input = input;
            _fill = reader.Bind(input);
            _made = new ObjectRow<TDst>(layout, added, added.Flags(added));
            _mapAction = mapAction;
        }

        public Delegate MakeGetter(DataViewSchema.Column column)
            => (Delegate)typeof(Run).GetMethod(nameof(TypedGetter), BindingFlags.NonPublic | BindingFlags.Instance)
                .MakeGenericMethod(column.Type.RawType).Invoke(this, [column]);

        private ValueGetter<T> TypedGetter<T>(DataViewSchema.Column column)
        {
            ValueGetter<T> get = _made.GetGetter<T>(column);
            return (ref T value) =>
            {
                Refresh();
                get(ref value);
            };
        }

        private void Refresh()
        {
            if (_servedPosition == _input.Position)
                return;
            _fill(_source);
            _mapAction(_source, _target);
            _made.Show(_target);
            _servedPosition = _input.Position;
        }
    }
}
