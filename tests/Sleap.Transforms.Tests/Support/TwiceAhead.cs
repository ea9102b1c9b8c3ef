using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

/// <summary>
/// A transformer to try reading ahead with: Twice = 2 X and Ahead = X, and it keeps account of what ran on which
/// thread.
/// </summary>
public sealed class TwiceAhead : PoseTransformer
{
    private readonly int _batch;
    private readonly Action? _processing;

    internal TwiceAhead(int batch, Action? processing = null) => (_batch, _processing) = (batch, processing);

    /// <summary>Threads that rows were read on.</summary>
    internal HashSet<int> Readers { get; } = [];

    /// <summary>Threads that batches were computed on.</summary>
    internal HashSet<int> Processors { get; } = [];

    internal int Disposed { get; private set; }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) =>
        new Mapper(
            this,
            InputColumns.Require(inputSchema, "X", type => type == NumberDataViewType.Single, "Single", "TwiceAhead")
        );

    internal override void Save(BinaryWriter writer) => throw new NotSupportedException();

    private sealed class Mapper(TwiceAhead owner, DataViewSchema.Column x) : ReadAheadMapper
    {
        public override IReadOnlyList<OutputColumn> Outputs { get; } =
        [new("Twice", NumberDataViewType.Single), new("Ahead", new VectorDataViewType(NumberDataViewType.Single, 1))];

        public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [x];

        public override int BatchSize => owner._batch;

        public override PosePass[] Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs, int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new Pass(owner, input, x))];
    }

    private sealed class Pass(TwiceAhead owner, DataViewRow input, DataViewSchema.Column x) : PosePass
    {
        private readonly ValueGetter<float> _x = input.GetGetter<float>(x);
        private readonly float[] _read = new float[owner._batch];
        private readonly float[] _twice = new float[owner._batch];

        public override void Read(int slot)
        {
            owner.Readers.Add(Environment.CurrentManagedThreadId);
            _x(ref _read[slot]);
        }

        public override void Process(int count)
        {
            owner.Processors.Add(Environment.CurrentManagedThreadId);
            owner._processing?.Invoke();
            for (var slot = 0; slot < count; slot++)
                _twice[slot] = 2 * _read[slot];
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            output == 0
                ? (ValueGetter<float>)((ref float value) => value = _twice[slot()])
                : (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>([_read[slot()]], ref value)
                );

        public override void Dispose() => owner.Disposed++;
    }
}
