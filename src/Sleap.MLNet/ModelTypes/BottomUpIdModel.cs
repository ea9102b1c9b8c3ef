using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// All animals at once: confidence maps for the nodes, class maps that tell which animal each node is of.
/// </summary>
internal sealed class BottomUpIdModel : PoseModel
{
    private readonly BottomUpIdOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly ClassMap _classes;
    private readonly int _nodeCount;

    public BottomUpIdModel(
        BottomUpIdOptions options,
        PoseSubject subject,
        Initialization initialization,
        int? seed = null
    )
        : this(options, options.Heads(subject), subject, initialization, seed) { }

    private BottomUpIdModel(
        BottomUpIdOptions options,
        IReadOnlyList<HeadOptions> heads,
        PoseSubject subject,
        Initialization initialization,
        int? seed
    )
        : base(options, heads, initialization, seed)
    {
        (_options, _nodeCount) = (options, subject.Skeleton.Nodes.Length);
        _nodes = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
        _classes = new ClassMap(subject.Classes.Count, heads[1].OutputStride, options.ClassMaps.Sigma)
        {
            LeastProbability = options.ClassMaps.LeastProbability,
        };
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(images);
        var grouped = _classes.Decode(outputs[1], Peaks(outputs[0]), _nodeCount);
        var (points, values, chances) = (
            Numbers(grouped.Points),
            Numbers(grouped.Values),
            Numbers(Chances(outputs[1], grouped.Points))
        );
        return
        [
            .. Enumerable.Range(0, (int)images.shape[0]).Select(image => AnimalsOf(image, points, values, chances)),
        ];
    }

    public override Tensor? RightClasses(Tensor[] outputs, TrainingBatch batch) =>
        RightClasses(Chances(outputs[1], batch.Points), batch.Classes);

    public override double WholeLossFrom => Math.Min(1, _options.ClassMaps.LossDelay + ClassMapOptions.LossRise);

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var nodes = _nodes.Encode(batch.Points, batch.Height, batch.Width);
        // While nothing is known of the names their gradient is noise, in which maps that still say nothing would go
        // under: they go first.
        var rise = Math.Clamp((batch.Progress - _options.ClassMaps.LossDelay) / ClassMapOptions.LossRise, 0, 1);
        return [MapLoss(outputs[0], nodes, batch), ClassLoss(outputs[1], batch).mul(Silence(nodes, batch)).mul(rise)];
    }

    /// <summary>
    /// Cross entropy, and not the squared error of sleap-nn: behind a sigmoid that has a gradient where it is wrong.
    /// The mean over the cells of named animals and that over the background count the same, else the background,
    /// nearly every cell, drowns what the animals teach. Cells of animals without a name count for nothing.
    /// </summary>
    private Tensor ClassLoss(Tensor probability, TrainingBatch batch)
    {
        // (B, K, h, w)
        var target = _classes.Encode(batch.Points, batch.Classes, batch.Height, batch.Width);
        // (B, K, h, w)
        var anybody = _classes.Encode(batch.Points, batch.Classes.clamp(0), batch.Height, batch.Width);
        // (B, 1, h, w)
        var named = target.amax(new long[] { 1 }, true).gt(0).to(ScalarType.Float32);
        // (B, 1, h, w)
        var nobody = anybody.amax(new long[] { 1 }, true).le(0).to(ScalarType.Float32);
        var (yes, no) = (probability.clamp(1e-6, 1).log(), probability.neg().add(1).clamp(1e-6, 1).log());
        // (B, 1, h, w)
        var entropy = target.mul(yes).add(target.neg().add(1).mul(no)).mean(new long[] { 1 }, true).neg();
        return MeanOver(named).add(MeanOver(nobody));

        Tensor MeanOver(Tensor cells) => entropy.mul(cells).sum().div(cells.sum().clamp(1));
    }

    /// <summary>
    /// What confidence maps lose that say nothing, which the entropy is brought to: it depends on how much of the frame
    /// animals fill.
    /// </summary>
    private Tensor Silence(Tensor nodes, TrainingBatch batch)
    {
        using var noGrad = no_grad();
        return MapLoss(nodes.zeros_like(), nodes, batch);
    }

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);

    /// <summary>The animals of one image: those of whose class a node was found.</summary>
    private FoundInstances AnimalsOf(int image, float[] points, float[] values, float[] chances)
    {
        var (slots, size) = (_classes.Classes, 2 * _nodeCount);
        int[] there =
        [
            .. Enumerable
                .Range(0, slots)
                .Where(slot => points.AsSpan((image * slots + slot) * size, size).ContainsAnyExcept(float.NaN)),
        ];
        var found = new FoundInstances(_nodeCount, there.Length) { IdentityScores = new float[there.Length * slots] };
        for (var animal = 0; animal < there.Length; animal++)
        {
            var from = image * slots + there[animal];
            points.AsSpan(from * size, size).CopyTo(found.Points.AsSpan(animal * size));
            for (var node = 0; node < _nodeCount; node++)
            {
                found.Values[animal * _nodeCount + node] = float.IsNaN(values[from * _nodeCount + node])
                    ? 0
                    : values[from * _nodeCount + node];
            }

            chances.AsSpan(from * slots, slots).CopyTo(found.IdentityScores.AsSpan(animal * slots));
            found.Identities[animal] = (uint)there[animal] + 1;
        }
        found.Summarize();
        return found;
    }

    /// <summary>
    /// How probable each class is for each animal: the mean over its nodes, (B, I, K); NaN for one without nodes.
    /// </summary>
    /// <param name="maps">(B, K, h, w)</param>
    /// <param name="points">(B, I, N, 2) in pixels of the network input, NaN = missing.</param>
    private Tensor Chances(Tensor maps, Tensor points)
    {
        var (classes, height, width) = (maps.size(1), maps.size(2), maps.size(3));
        // (B, I, N)
        var missing = points.select(3, 0).isnan();
        // (B, I, N, 2)
        var cells = points.to(maps.device).nan_to_num(0).div(_classes.Stride).round().to(ScalarType.Int64);
        // (B, I, N)
        var place = cells.select(3, 1).clamp(0, height - 1).mul(width).add(cells.select(3, 0).clamp(0, width - 1));
        // (B, K, I·N)
        var values = maps.flatten(2)
            .gather(2, place.flatten(1).unsqueeze(1).expand(-1, classes, -1))
            // (B, I, N, K)
            .view(maps.size(0), classes, points.size(1), -1)
            .permute(0, 2, 3, 1);
        var seen = missing.logical_not().to(ScalarType.Float32).to(maps.device).unsqueeze(-1);
        return values.mul(seen).sum(2).div(seen.sum(2));
    }

    private static float[] Numbers(Tensor tensor) => tensor.Values<float>();
}
