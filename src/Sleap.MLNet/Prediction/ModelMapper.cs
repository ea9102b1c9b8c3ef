using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>A model bound to one input schema.</summary>
/// <param name="owner">The model.</param>
/// <param name="image">The column of frames.</param>
/// <param name="centers">The input column of centers, for a model that needs them; null: the model finds them.</param>
internal sealed class ModelMapper(PoseModelTransformer owner, DataViewSchema.Column image, CenterColumn? centers)
    : ReadAheadMapper
{
    // Two passes are normal: one to inspect the poses and one to save them. A third one suggests that more will follow.
    private const int PassesBeforeWarning = 3;

    public override IReadOnlyList<OutputColumn> Outputs { get; } = owner.Columns.OutputsFor(image.Type);

    public override IReadOnlyList<DataViewSchema.Column> Inputs => centers is null ? [image] : [image, centers.Column];

    public override int BatchSize => owner.FramesAtOnce;

    public override void WarmUp() => owner.Predictor.WarmUp(new LiveOptions(), owner.Frame);

    public override PosePass[] Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs, int count)
    {
        owner.ThrowIfDisposed();
        return
        [
            .. owner
                .Predictor.Begin(BatchSize, count)
                .Select(batch => new Pass(owner, batch, new FrameReader(input, image), centers?.Open(input))),
        ];
    }

    public override void OnPassEnded(int count)
    {
        if (count != PassesBeforeWarning)
            return;
        PoseLog.Warn(
            owner.Environment,
            "Predicting",
            [
                $"{owner.GetType().Name}: the networks have run {PassesBeforeWarning} "
                    + $"times over all rows of the same data, since every pass over the poses computes them anew; "
                    + $"many trainers of ML.NET make dozens of passes. Keep the poses in memory: IDataView poses = "
                    + $"mlContext.Data.Cache(model.Transform(frames), \"{owner.ColumnNames.PredictedKeypoints}\", …), "
                    + "or AppendCacheCheckpoint(mlContext) after the model in a chain of estimators. This is said "
                    + "once for "
                    + "this data.",
            ]
        );
    }

    private sealed class Pass(
        PoseModelTransformer owner,
        PredictionBatch batch,
        FrameReader frames,
        Func<float[]>? centers
    ) : PosePass
    {
        private readonly InstanceFilter? _filter = owner.CreateFilter();

        // index of each slot's frame in the batch of the network; null: the row has no image
        private readonly int?[] _places = new int?[owner.FramesAtOnce];
        private InstanceArray[] _found = [];
        private int _frameCount;

        public override void Read(int slot)
        {
            if (slot == 0)
                _frameCount = 0;
            _places[slot] = null;
            if (!frames.TryRead(out var frame))
                return;
            batch.Read(_frameCount, frame, centers is null ? [] : centers());
            _places[slot] = _frameCount++;
        }

        public override void Process(int count)
        {
            owner.ThrowIfDisposed();
            var found = _frameCount == 0 ? [] : batch.Predict(_frameCount);
            _found = [.. _places.Take(count).Select(place => place is { } index ? Kept(found[index]) : NoInstances)];
        }

        // Where a row always has one instance, one that is filtered out stays as a missing one.
        private InstanceArray Kept(InstanceArray found)
        {
            var kept = _filter?.Apply(found) ?? found;
            return kept.Count == 0 && owner.Columns.IsSingle ? new(found.Nodes, 1) : kept;
        }

        // One missing instance where a row always has one, else none. Scores are NaN, since nothing was predicted.
        private InstanceArray NoInstances =>
            owner.Columns.IsSingle
                ? new(owner.Skeleton.Nodes.Length, 1)
                {
                    PeakScores = InstanceArray.Missing(owner.Skeleton.Nodes.Length),
                    Scores = [float.NaN],
                }
                : new(owner.Skeleton.Nodes.Length, 0);

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            owner.Columns.CreateGetter(output, () => _found[slot()]);

        public override void Dispose() => frames.Dispose();
    }
}
