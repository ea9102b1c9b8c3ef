using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>An analysis bound to a schema.</summary>
internal sealed class AnalysisMapper : PoseMapper
{
    private readonly AnalysisTransformer _owner;
    private readonly TrackReader _reader;
    private readonly Func<AnalysisComputation> _start;
    private readonly int[] _widths;

    public AnalysisMapper(AnalysisTransformer owner, DataViewSchema schema)
    {
        _owner = owner;
        var input = AnimalColumn.Of(owner.InputRule.Require(schema, owner.InputColumn, owner.Component));
        _reader = new TrackReader(schema, input, owner);
        _start = owner.Bind(input);
        var outputs = owner.OutputsFor(input);
        Outputs =
        [
            .. outputs.Select(output =>
                output.Kind == OutputKind.AsInput
                    ? new OutputColumn(output.Name, input.Column.Type, input.Column.Annotations)
                    : output.ToColumn(input.IsMany)
            ),
        ];
        _widths =
        [
            .. outputs.Select(output => output.Kind == OutputKind.AsInput ? input.Width : output.Slots?.Count ?? 1),
        ];
        PerFrame = [.. outputs.Select(output => output.Kind == OutputKind.Frame)];
    }

    public override IReadOnlyList<OutputColumn> Outputs { get; }

    public override IReadOnlyList<DataViewSchema.Column> Inputs => _reader.Columns;

    public override int LookAhead => _owner.RowsAhead;

    public override bool NeedsEveryRow => _owner.AlongTracks;

    private IReadOnlyList<bool> PerFrame { get; }

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(this, input);

    private sealed class Pass : PosePass
    {
        private readonly AnalysisMapper _mapper;
        private readonly FrameOrder? _order;
        private readonly Func<int, TrackRow> _read;
        private readonly AnalysisComputation _computation;
        private readonly PoseWindow _window = new();
        private readonly float[][][] _computed;

        public Pass(AnalysisMapper mapper, DataViewRow input)
        {
            _mapper = mapper;
            _order = mapper._owner.AlongTracks ? new FrameOrder(mapper._owner.Log, mapper._owner.Component) : null;
            _read = mapper._reader.Open(input, _order);
            _computation = mapper._start();
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
                        (width, output) => Missing(_mapper.PerFrame[output] ? width : width * row.Count)
                    ),
                ];
                _computation.Compute(_window, outputs);
                _computed[row.Slot] = outputs;
                _window.Advance(_mapper._owner.RowsBehind);
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
