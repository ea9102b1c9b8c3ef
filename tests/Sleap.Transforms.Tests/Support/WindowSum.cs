using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms.Tests;

/// <summary>
/// A transformer to try the plumbing with: Twice = 2 X, and Ahead = the sum of X over the row and its look-ahead, in
/// batches of any size.
/// </summary>
public sealed class WindowSum : PoseTransformer, ILoadable<WindowSum>
{
    private readonly int _batch;
    private readonly int _ahead;
    private readonly bool _everyRow;

    internal WindowSum(int batch = 1, int ahead = 0, bool everyRow = false)
    {
        _batch = batch;
        _ahead = ahead;
        _everyRow = everyRow;
    }

    internal List<string> Log { get; } = [];

    internal int BatchSize => _batch;

    internal override string? WhyNotSingleRows => _ahead == 0 ? null : "needs the rows after a row";

    static int ILoadable<WindowSum>.PayloadVersion => 3;

    static WindowSum ILoadable<WindowSum>.Load(IHostEnvironment environment, BinaryReader reader, int version) =>
        new(reader.ReadInt32(), reader.ReadInt32());

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) =>
        new Mapper(
            this,
            InputColumns.Require(inputSchema, "X", type => type == NumberDataViewType.Single, "Single", "WindowSum")
        );

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(_batch);
        writer.Write(_ahead);
    }

    private sealed class Mapper(WindowSum owner, DataViewSchema.Column x) : PoseMapper
    {
        public override IReadOnlyList<OutputColumn> Outputs { get; } =
        [new("Twice", NumberDataViewType.Single), new("Ahead", new VectorDataViewType(NumberDataViewType.Single, 1))];

        public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [x];

        public override int BatchSize => owner._batch;

        public override int LookAhead => owner._ahead;

        public override bool NeedsEveryRow => owner._everyRow || base.NeedsEveryRow;

        public override void WarmUp() => owner.Log.Add("warm");

        public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs)
        {
            owner.Log.Add("begin " + string.Join(",", activeOutputs));
            return new Pass(owner, input, x);
        }
    }

    private sealed class Pass(WindowSum owner, DataViewRow input, DataViewSchema.Column x) : PosePass
    {
        private readonly ValueGetter<float> _x = input.GetGetter<float>(x);
        private readonly List<(int Slot, float X)> _waiting = [];
        private readonly float[] _twice = new float[owner._batch + owner._ahead];
        private readonly float[] _sum = new float[owner._batch + owner._ahead];

        public override void Read(int slot)
        {
            float value = 0;
            _x(ref value);
            _waiting.Add((slot, value));
        }

        public override void Process(int count)
        {
            owner.Log.Add("process " + count);
            for (var row = 0; row < count; row++)
            {
                (var slot, var value) = _waiting[row];
                _twice[slot] = 2 * value;
                _sum[slot] = _waiting.Skip(row).Take(owner._ahead + 1).Sum(waiting => waiting.X);
            }
            _waiting.RemoveRange(0, count);
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            output == 0
                ? (ValueGetter<float>)((ref float value) => value = _twice[slot()])
                : (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>([_sum[slot()]], ref value)
                );

        public override void Dispose() => owner.Log.Add("dispose");
    }
}
