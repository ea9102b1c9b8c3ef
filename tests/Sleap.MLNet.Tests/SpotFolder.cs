using System.Collections.Immutable;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Labeled pictures that a tiny network learns in seconds: a bright spot and a dim one on a gray ground, two nodes.
/// </summary>
internal sealed class SpotFolder : IDisposable
{
    public static readonly Skeleton Skeleton = new("spots", ["bright", "dark"], [new Edge(0, 1)]);
    private readonly string _folder = Directory.CreateTempSubdirectory("spots-").FullName;

    public SpotFolder(
        int count,
        int height = 64,
        int width = 96,
        int seed = 0,
        Func<int, int>? instances = null,
        bool missing = false
    )
    {
        var random = new Random(seed);
        var (paths, frames) = (new List<string>(), new List<ImmutableArray<Point>>());
        for (var i = 0; i < count; i++)
        {
            var (bx, by, dx, dy) = (
                10 + random.NextDouble() * (width - 20),
                10 + random.NextDouble() * (height - 20),
                10 + random.NextDouble() * (width - 20),
                10 + random.NextDouble() * (height - 20)
            );
            var path = Path.Combine(_folder, $"img{i:0000}.png");
            Write(path, height, width, bx, by, dx, dy);
            paths.Add(path);
            frames.Add(missing ? [Point.Missing, Point.Missing] : [new Point(bx, by), new Point(dx, dy)]);
        }
        var video = Video.FromImages(paths);
        Labels = new Labels(
            frames.Select(
                (points, i) =>
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = i,
                        Instances =
                        [
                            .. Enumerable
                                .Repeat(points, instances?.Invoke(i) ?? 1)
                                .Select(p => new Instance { Skeleton = Skeleton, Points = p }),
                        ],
                    }
            ),
            [video],
            [Skeleton]
        );
    }

    public Labels Labels { get; }

    /// <summary>The tiny network.</summary>
    public static SingleInstanceOptions Network(TrainerOptions training) =>
        new()
        {
            Backbone = new UNetOptions
            {
                Filters = 4,
                FiltersRate = 2,
                MaxStride = 8,
                OutputStride = 2,
            },
            Sigma = 1.5f,
            Training = training,
            Device = "cpu",
        };

    public string ImagePath(int index) => Path.Combine(_folder, $"img{index:0000}.png");

    public IDataView View(MLContext ml) => ml.Pose().FromLabels(Labels);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Write(string path, int height, int width, double bx, double by, double dx, double dy)
    {
        var spread = 2.5 * height / 64; // a picture twice as large is the same scene, closer
        var pixels = new byte[height * width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                pixels[y * width + x] = (byte)(100 + 150 * Bump(x - bx, y - by) - 95 * Bump(x - dx, y - dy));
        }

        File.WriteAllBytes(path, ImageEncoder.Png(new Frame(0, height, width, 1, pixels)));

        double Bump(double x, double y) => Math.Exp(-(x * x + y * y) / (2 * spread * spread));
    }
}
