using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>A recording of two flies whose tracked predictions stand for labels, and top-down models for it.</summary>
internal sealed class Recording
{
    private readonly string? _anchor;
    private readonly int? _crop;
    private readonly float _centroidScale;

    private Recording(string labels, string video, int pool, string? anchor, int? crop, float centroidScale)
    {
        (Pool, _anchor, _crop, _centroidScale) = (pool, anchor, crop, centroidScale);
        Video = Video.FromFile(video);
        Truth = Labels
            .Load(labels)
            .Frames.OrderBy(frame => frame.FrameIndex)
            .Select(AsLabels)
            .ToDictionary(frame => frame.FrameIndex);
    }

    /// <summary>13 nodes, 1024 x 1024 pixels, 3,000 frames; for reports.</summary>
    public static Recording Flies =>
        new(
            "tests/data/flies13_20190128.predictions.slp",
            "examples/data/flies13/flies13_20190128.mp4",
            2000,
            "thorax",
            160,
            0.25f
        );

    /// <summary>24 nodes, 384 x 384 pixels, 1,100 frames; for choices.</summary>
    public static Recording Pair =>
        new(
            "tests/data/centered_pair_predictions.slp",
            "tests/data/centered_pair_low_quality.mp4",
            700,
            null,
            null,
            0.5f
        );

    public Video Video { get; }

    /// <summary>Labels by frame number, in order.</summary>
    public Dictionary<int, LabeledFrame> Truth { get; }

    /// <summary>Frames before this one may be trained on, those from it are for tests.</summary>
    public int Pool { get; }

    public TopDownTransformer TopDown(PoseCatalog pose, IDataView labels, int seed, int steps)
    {
        using var centroid = Centroid(pose, labels, seed, steps * 2 / 5);
        using var centered = Centered(pose, labels, seed, steps);
        return pose.TopDown(centroid, centered);
    }

    public CentroidTransformer Centroid(PoseCatalog pose, IDataView labels, int seed, int steps) =>
        pose.Centroid(
                new()
                {
                    Backbone = Network,
                    Scale = _centroidScale,
                    Sigma = 2.5f,
                    AnchorPart = _anchor,
                    Augmentation = Augmentation,
                    Training = Training(steps, seed),
                }
            )
            .Fit(labels);

    public CenteredInstanceTransformer Centered(PoseCatalog pose, IDataView labels, int seed, int steps) =>
        pose.CenteredInstance(
                new()
                {
                    Backbone = Network,
                    Sigma = 2.5f,
                    AnchorPart = _anchor,
                    CropSize = _crop,
                    CropSource = CropSource.Labels,
                    Augmentation = Augmentation,
                    Training = Training(steps, seed),
                }
            )
            .Fit(labels);

    public static int Number(string[] words, string name, int other)
    {
        var at = Array.IndexOf(words, name);
        return at >= 0 && at + 1 < words.Length ? int.Parse(words[at + 1], CultureInfo.InvariantCulture) : other;
    }

    private static UNetOptions Network { get; } =
        new()
        {
            Filters = 16,
            FiltersRate = 1.5f,
            MaxStride = 32,
            OutputStride = 2,
        };

    private static AugmentationOptions Augmentation { get; } = new() { RotationMin = -180, RotationMax = 180 };

    private static TrainerOptions Training(int steps, int seed) =>
        new()
        {
            Epochs = Math.Max(1, steps / 20),
            StepsPerEpoch = 20,
            Seed = seed,
        };

    private LabeledFrame AsLabels(LabeledFrame frame) =>
        new()
        {
            Video = Video,
            FrameIndex = frame.FrameIndex,
            Instances =
            [
                .. frame.Instances.Select(instance => new Instance
                {
                    Skeleton = instance.Skeleton,
                    Points = instance.Points,
                    Track = instance.Track,
                }),
            ],
        };
}
