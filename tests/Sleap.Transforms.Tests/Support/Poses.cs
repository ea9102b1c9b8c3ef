using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Label sets and views made by hand.</summary>
internal static class Poses
{
    public static Skeleton Mouse { get; } =
        new("mouse", ["snout", "left", "tail"], [new(0, 1), new(1, 2)], [new(0, 1)]);

    public static Instance Animal(Skeleton skeleton, bool predicted, Track? track, params double[] xy) =>
        new()
        {
            Skeleton = skeleton,
            Points =
            [
                .. xy.Chunk(2)
                    .Select(p =>
                        double.IsNaN(p[0])
                            ? Point.Missing
                            : new Point(p[0], p[1], true, false, predicted ? 0.5f : float.NaN)
                    ),
            ],
            IsPredicted = predicted,
            Score = predicted ? 0.75f : 0,
            Track = track,
        };

    public static Labels Labels(params (int Frame, Instance[] Animals)[] frames)
    {
        var video = Video.FromFile("not-there.mp4");
        return new Labels(
            frames.Select(f => new LabeledFrame
            {
                Video = video,
                FrameIndex = f.Frame,
                Instances = f.Animals,
            }),
            skeletons: [Mouse]
        );
    }

    /// <summary>Labels of one animal of one node, at the given places; a NaN is a frame without it.</summary>
    public static IDataView Path(MLContext ml, params (int Frame, float X, float Y)[] places) =>
        ml.Data.LoadFromEnumerable(
            places
                .Select(p => new Place
                {
                    Video = "v",
                    FrameIndex = p.Frame,
                    Keypoints = [p.X, p.Y],
                })
                .ToList()
        );

    public static T[] Column<T>(IDataView view, string name) => [.. view.GetColumn<T>(name)];

    public sealed class Place
    {
        public string Video { get; set; } = "";

        public int FrameIndex { get; set; }

        [VectorType(1, 2)]
        public float[] Keypoints { get; set; } = [];
    }
}
