using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Labeled pictures of two animals that tiny networks learn in seconds: each a bright head and a dark tail, in any
/// direction. "wide" has larger spots than "slim", which is how to tell them apart.
/// </summary>
internal sealed class PairFolder : IDisposable
{
    public const int Height = 96,
        Width = 128,
        Length = 14;
    public static readonly Skeleton Skeleton = new("pair", ["head", "tail"], [new Edge(0, 1)]);
    public static readonly Track Wide = new("wide"),
        Slim = new("slim");
    private readonly string _folder = Directory.CreateTempSubdirectory("pairs-").FullName;

    /// <param name="count">Pictures.</param>
    /// <param name="seed">Of the places.</param>
    /// <param name="animals">How many animals a picture has, at most two.</param>
    public PairFolder(int count, int seed = 0, Func<int, int>? animals = null)
    {
        var random = new Random(seed);
        var (paths, frames) = (new List<string>(), new List<Instance[]>());
        for (var i = 0; i < count; i++)
        {
            var path = Path.Combine(_folder, $"img{i:0000}.png");
            var scene = Scene(random)[..(animals?.Invoke(i) ?? 2)];
            Write(path, scene);
            paths.Add(path);
            frames.Add([
                .. scene.Select(
                    (a, k) =>
                        new Instance
                        {
                            Skeleton = Skeleton,
                            Points = [new Point(a.HeadX, a.HeadY), new Point(a.TailX, a.TailY)],
                            Track = k == 0 ? Wide : Slim,
                        }
                ),
            ]);
        }
        var video = Video.FromImages(paths);
        Labels = new Labels(
            frames.Select(
                (instances, i) =>
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = i,
                        Instances = instances,
                    }
            ),
            [video],
            [Skeleton],
            [Wide, Slim]
        );
    }

    public Labels Labels { get; }

    public IDataView View(MLContext ml) =>
        ml.Pose().FromLabels(Labels, new LabelsOptions { KeepEmptyFrames = true, Layout = InstanceLayout.Many });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Animal[] Scene(Random random)
    {
        while (true)
        {
            Animal[] pair = [Draw(random, 2.6), Draw(random, 1.5)];
            var (dx, dy) = (
                pair[0].HeadX + pair[0].TailX - pair[1].HeadX - pair[1].TailX,
                pair[0].HeadY + pair[0].TailY - pair[1].HeadY - pair[1].TailY
            );
            if (dx * dx + dy * dy > 4 * 30 * 30)
                return pair; // 30 px between their middles
        }
    }

    private static Animal Draw(Random random, double spread)
    {
        var (x, y, angle) = (
            16 + random.NextDouble() * (Width - 32),
            16 + random.NextDouble() * (Height - 32),
            random.NextDouble() * 2 * Math.PI
        );
        var (dx, dy) = (Math.Cos(angle) * Length / 2, Math.Sin(angle) * Length / 2);
        return new(x + dx, y + dy, x - dx, y - dy, spread);
    }

    private static void Write(string path, Animal[] animals)
    {
        var pixels = new byte[Height * Width];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                pixels[y * Width + x] = (byte)
                    Math.Clamp(
                        110
                            + animals.Sum(a =>
                                130 * Bump(x - a.HeadX, y - a.HeadY, a.Spread)
                                - 100 * Bump(x - a.TailX, y - a.TailY, a.Spread)
                            ),
                        0,
                        255
                    );
            }
        }

        File.WriteAllBytes(path, ImageEncoder.Png(new Frame(0, Height, Width, 1, pixels)));
    }

    private static double Bump(double x, double y, double spread) => Math.Exp(-(x * x + y * y) / (2 * spread * spread));

    private readonly record struct Animal(double HeadX, double HeadY, double TailX, double TailY, double Spread);
}
