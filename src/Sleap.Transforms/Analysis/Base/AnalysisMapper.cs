using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>An analysis bound to a schema.</summary>
internal sealed class AnalysisMapper : PoseMapper
{
    private readonly IHostEnvironment _environment;
    private readonly AnalysisOptions _options;
    private readonly InstanceColumn _input;
    private readonly AnalysisRowReader _reader;
    private readonly int[] _widths;
    private readonly bool[] _perFrame;

    public AnalysisMapper(
        IHostEnvironment environment,
        string inputColumn,
        AnalysisOptions options,
        DataViewSchema schema
    )
    {
        _environment = environment;
        _options = options;
        _input = InstanceColumn.Of(options.InputRule.Require(schema, inputColumn, options.Component));
        _reader = new AnalysisRowReader(schema, _input, options);
        options.CreateComputation(_input); // for its exceptions: each pass has its own
        var outputs = options.OutputsFor(inputColumn, _input);
        Outputs =
        [
            .. outputs.Select(output =>
                output.Kind == OutputKind.AsInput
                    ? new OutputColumn(output.Name, _input.Column.Type, _input.Column.Annotations)
                    : output.ToColumn(_input.IsMany)
            ),
        ];
        _widths =
        [
            .. outputs.Select(output => output.Kind == OutputKind.AsInput ? _input.Width : output.Slots?.Count ?? 1),
        ];
        _perFrame = [.. outputs.Select(output => output.Kind == OutputKind.Frame)];
    }

    public override IReadOnlyList<OutputColumn> Outputs { get; }

    public override IReadOnlyList<DataViewSchema.Column> Inputs => _reader.Columns;

    public override int LookAhead => _options.RowsAhead;

    public override bool NeedsEveryRow => _options.AlongTracks;

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(this, input);

    private sealed class Pass : PosePass
    {
        private readonly AnalysisMapper _mapper;
        private readonly FrameOrder? _order;
        private readonly Func<int, AnalysisRow> _read;
        private readonly AnalysisComputation _computation;
        private readonly AnalysisWindow _window = new();
        private readonly float[][][] _computed;

        public Pass(AnalysisMapper mapper, DataViewRow input)
        {
            _mapper = mapper;
            var options = mapper._options;
            _order = options.AlongTracks ? new FrameOrder(mapper._environment, options.Component) : null;
            _read = mapper._reader.Open(input, _order);
            _computation = options.CreateComputation(mapper._input);
            _computed = new float[mapper.SlotCount][][];
        }

        public override void Read(int slot) => _window.Add(_read(slot));

        public override void Process(int count)
        {
            for (var done = 0; done < count; done++)
            {
                var row = _window.Row;
                float[][] outputs =
                [
                    .. _mapper._widths.Select(
                        (width, output) => Missing(_mapper._perFrame[output] ? width : width * row.Count)
                    ),
                ];
                _computation.Compute(_window, outputs);
                _computed[row.Slot] = outputs;
                _window.Advance(_mapper._options.RowsBehind);
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            _mapper.Outputs[output].Type is VectorDataViewType
                ? (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(_computed[slot()][output], ref value)
                )
                : (ValueGetter<float>)((ref float value) => value = _computed[slot()][output][0]);

        public override void Dispose() => _order?.End();

        private static float[] Missing(int length)
        {
            var values = new float[length];
            Array.Fill(values, float.NaN);
            return values;
        }
    }
}
