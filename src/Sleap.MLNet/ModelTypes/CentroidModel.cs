using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Where the animals are: one confidence map, a peak for each animal's anchor.</summary>
internal sealed class CentroidModel : PoseModel
{
    /// <summary>Centres as animals of one node.</summary>
    public static readonly Skeleton Skeleton = new("centroid", ["centroid"]);

    private readonly CentroidOptions _options;
    private readonly ConfidenceMap _codec;

    public CentroidModel(CentroidOptions options, Initialization initialization, int? seed = null)
        : this(options, options.Heads(), initialization, seed) { }

    private CentroidModel(
        CentroidOptions options,
        IReadOnlyList<HeadOptions> heads,
        Initialization initialization,
        int? seed
    )
        : base(options, heads, initialization, seed)
    {
        _options = options;
        _codec = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => Peaks(outputs[0]).Nearest(points);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var peaks = Peaks(Outputs(images)[0]);
        return
        [
            .. Enumerable
                .Range(0, (int)images.shape[0])
                .Select(image => Centres([.. peaks.Of(image, 0).Take(_options.MaxInstances ?? int.MaxValue)])),
        ];
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var target = _codec.Encode(batch.Points, batch.Height, batch.Width);
        return
        [
            _options.FocalLoss is { } focal
                ? focal.Loss(outputs[0], target, batch.Weights())
                : MapLoss(outputs[0], target, batch),
        ];
    }

    private PeakLists Peaks(Tensor maps) => new(_codec.DecodeAll(maps, _options.PeakThreshold, _options.Refinement));

    private static FoundInstances Centres((float X, float Y, float Value)[] peaks)
    {
        var found = new FoundInstances(1, peaks.Length);
        for (var i = 0; i < peaks.Length; i++)
        {
            (found.Points[2 * i], found.Points[2 * i + 1], found.Values[i]) = peaks[i];
            found.CentroidScores[i] = peaks[i].Value;
        }
        found.Summarize();
        return found;
    }
}
