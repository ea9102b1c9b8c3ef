using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// 3,000 frames of two animals of 13 nodes: filter, interpolate, smooth, kinematics, DataFrame, on one core.
/// </summary>
internal static class AnalysisBench
{
    private const int Frames = 3000,
        Animals = 2,
        Nodes = 13;

    public static void Run()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            Process.GetCurrentProcess().ProcessorAffinity = 1;
        MLContext ml = new(seed: 1);
        var poses = Poses(ml);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"analysis: {Frames} frames x {Animals} "
                    + $"animals x {Nodes} nodes on one core; first run {Seconds(ml, poses):0.000} s"
            )
        );
        var best = Enumerable.Range(0, 5).Min(_ => Seconds(ml, poses));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"analysis: best of five more {best:0.000} s"));
    }

    private static double Seconds(MLContext ml, IDataView poses)
    {
        var pose = ml.Pose();
        var clock = Stopwatch.StartNew();
        var view = pose.RemoveJumps("Keypoints")
            .Append(pose.Interpolate("Keypoints", new() { Method = InterpolationMethod.Pchip }))
            .Append(pose.Smooth("Keypoints", new SmoothOptions { Method = SmoothMethod.SavitzkyGolay }))
            .Append(pose.Kinematics("Keypoints"))
            .Fit(poses)
            .Transform(poses);
        var table = pose.ToDataFrame(view);
        // The table takes the keypoints; the motion is computed by a pass of its own.
        using var cursor = view.GetRowCursor([view.Schema["Speed"]]);
        var speed = cursor.GetGetter<Microsoft.ML.Data.VBuffer<float>>(view.Schema["Speed"]);
        Microsoft.ML.Data.VBuffer<float> value = default;
        while (cursor.MoveNext())
            speed(ref value);
        return table.Rows.Count == Frames * Animals * Nodes
            ? clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"The table has {table.Rows.Count} rows.");
    }

    // Two animals on circles; every 20th point is missing.
    private static IDataView Poses(MLContext ml)
    {
        Skeleton skeleton = new("fly", Enumerable.Range(0, Nodes).Select(node => $"n{node}"));
        Track[] tracks = [new("a"), new("b")];
        var video = Sleap.IO.Video.FromFile("not-there.mp4");
        return ml.Pose()
            .FromLabels(
                new Labels(
                    Enumerable
                        .Range(0, Frames)
                        .Select(frame => new LabeledFrame
                        {
                            Video = video,
                            FrameIndex = frame,
                            Instances =
                            [
                                .. Enumerable
                                    .Range(0, Animals)
                                    .Select(animal => new Instance
                                    {
                                        Skeleton = skeleton,
                                        Track = tracks[animal],
                                        Points =
                                        [
                                            .. Enumerable
                                                .Range(0, Nodes)
                                                .Select(node =>
                                                    (frame + (7 * node) + animal) % 20 == 0
                                                        ? Point.Missing
                                                        : new Point(
                                                            500 + (200 * Math.Cos((frame * 0.01) + animal)) + node,
                                                            500 + (200 * Math.Sin((frame * 0.01) + animal)) + node,
                                                            true,
                                                            false,
                                                            float.NaN
                                                        )
                                                ),
                                        ],
                                    }),
                            ],
                        }),
                    skeletons: [skeleton],
                    tracks: tracks
                )
            );
    }
}
