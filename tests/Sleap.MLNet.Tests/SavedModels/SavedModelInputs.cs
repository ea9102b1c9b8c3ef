using System.Collections.Immutable;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>What the models in this folder are applied to. The expected outputs are of these: leave them.</summary>
internal sealed class SavedModelInputs : IDisposable
{
    private const int Frames = 16;
    private readonly SpotFolder _spots = new(4, seed: 7);
    private readonly PairFolder _pairs = new(4, seed: 9);

    /// <summary>Pictures of two spots, for a model of one animal.</summary>
    public IDataView Spots(MLContext ml) => _spots.View(ml);

    /// <summary>Pictures of two animals with their labels.</summary>
    public IDataView Pairs(MLContext ml) => _pairs.View(ml);

    /// <summary>
    /// Predicted poses of two animals that walk about: a node is missing for three frames, one jumps away, left and
    /// right are swapped in a frame, some scores are low, and an animal is absent for a frame. Animals change places
    /// in the row.
    /// </summary>
    public static IDataView Poses(MLContext ml)
    {
        string[] nodes = ["nose", "left", "right", "tail"];
        var skeleton = new Skeleton("walker", nodes, [new(0, 1), new(0, 2), new(0, 3)], [new(1, 2)]);
        Track[] tracks = [new("first"), new("second")];
        var video = Video.FromFile("walkers.mp4");
        Instance Walker(int frame, int animal) =>
            new()
            {
                Skeleton = skeleton,
                Points = Points(frame, animal),
                IsPredicted = true,
                Score = animal == 1 && frame == 13 ? 0.25f : 0.9f,
                Track = tracks[animal],
            };
        var labels = new Labels(
            Enumerable
                .Range(0, Frames)
                .Select(frame => new LabeledFrame
                {
                    Video = video,
                    FrameIndex = frame,
                    Instances =
                    [
                        .. (frame % 3 == 0 ? [1, 0] : (int[])[0, 1])
                            .Where(animal => (frame, animal) != (12, 1))
                            .Select(animal => Walker(frame, animal)),
                    ],
                }),
            [video],
            [skeleton],
            tracks
        );
        return ml.Pose().FromPredictions(labels, new() { Layout = InstanceLayout.Many, KeepEmptyFrames = true });
    }

    public void Dispose()
    {
        _spots.Dispose();
        _pairs.Dispose();
    }

    private static ImmutableArray<Point> Points(int frame, int animal)
    {
        var (x, y) = (40 + animal * 30 + 3 * frame, 50 + 20 * Math.Sin(0.4 * frame + animal));
        var turn = 0.15 * frame + 2 * animal;
        Point[] points = [At(14, 0), At(6, 1), At(6, -1), At(-12, 0.1 * (frame % 3))];
        if (animal == 0 && frame is >= 5 and <= 7)
            points[0] = Point.Missing;
        if (animal == 0 && frame == 9)
            points[3] = points[3] with { X = points[3].X + 150 };
        if (animal == 1 && frame == 4)
            (points[1], points[2]) = (points[2], points[1]);
        return [.. points];

        Point At(double along, double aside)
        {
            var angle = turn + aside;
            var score = (frame + animal) % 5 == 0 ? 0.3f : 0.8f;
            return new(x + along * Math.Cos(angle), y + along * Math.Sin(angle), true, false, score);
        }
    }
}
