using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class LocalPeaksTests
{
    private static readonly GoldenCalls Peaks = new("ops/peaks_local.safetensors");

    public static TheoryData<string> Found =>
        [.. Peaks.Cases("find_local_peaks_rough"), .. Peaks.Cases("find_local_peaks")];

    [Theory, MemberData(nameof(Found))]
    public void Peaks_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var refinement =
            (string?)Peaks.Argument(name, "refinement") == "integral" ? PeakRefinement.Integral : PeakRefinement.None;
        var codec = new ConfidenceMap(1, 1) { PatchSize = (int?)Peaks.Argument(name, "integral_patch_size") ?? 5 };
        var maps = Peaks.Tensor($"{name}/cms");
        foreach (var layout in new[] { maps, ChannelsLast.Convert(maps) })
        {
            var found = codec.DecodeAll(layout, (float)Peaks.Argument(name, "threshold")!, refinement);
            Assert.Equal(Peaks.Floats($"{name}/sample_inds"), Golden.Floats(found.Samples));
            Assert.Equal(Peaks.Floats($"{name}/channel_inds"), Golden.Floats(found.Channels));
            Assert.InRange(Golden.Difference(Peaks.Tensor($"{name}/points"), found.Points), 0, 1e-5);
            Assert.InRange(Golden.Difference(Peaks.Tensor($"{name}/values"), found.Values), 0, 1e-5);
        }
    }

    [Fact]
    public void A_map_without_peaks_gives_none()
    {
        using var scope = NewDisposeScope();
        foreach (var refinement in Enum.GetValues<PeakRefinement>())
        {
            var none = new ConfidenceMap(2, 1).DecodeAll(zeros(new long[] { 2, 3, 8, 8 }), 0.2f, refinement);
            Assert.Equal([0, 2], none.Points.shape);
            Assert.Equal(0, none.Values.numel() + none.Samples.numel() + none.Channels.numel());
        }
    }

    /// <summary>
    /// Few different heights, so that plateaus of all kinds come up, against the rules written out cell by cell.
    /// </summary>
    [Property(MaxTest = 300)]
    public void Plateaus_follow_the_rules(int seed)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        int height = random.Next(1, 8),
            width = random.Next(1, 8),
            levels = random.Next(2, 8);
        float[] map = [.. Enumerable.Range(0, height * width).Select(_ => random.Next(levels) / 8f)];
        var found = new ConfidenceMap(1, 1).DecodeAll(
            tensor(map, new long[] { 1, 1, height, width }),
            0.1f,
            PeakRefinement.None
        );
        (float X, float Y)[] points = [.. Golden.Floats(found.Points).Chunk(2).Select(point => (point[0], point[1]))];
        Assert.Equal(Expected(map, height, width).Select(Rounded), points.Select(Rounded));
    }

    // A mean of three cells may be rounded one way or the other.
    private static (double, double) Rounded((float X, float Y) point) =>
        (Math.Round(point.X, 3), Math.Round(point.Y, 3));

    private static List<(float X, float Y)> Expected(float[] map, int height, int width)
    {
        var peaks = new List<(float, float)>();
        var seen = new HashSet<int>();
        for (var start = 0; start < map.Length; start++)
        {
            if (map[start] <= 0.1f || !seen.Add(start))
                continue;
            List<int> plateau = [start];
            var higher = false;
            for (var i = 0; i < plateau.Count; i++)
            {
                for (
                    var y = Math.Max(plateau[i] / width - 1, 0);
                    y <= Math.Min(plateau[i] / width + 1, height - 1);
                    y++
                )
                {
                    for (
                        var x = Math.Max(plateau[i] % width - 1, 0);
                        x <= Math.Min(plateau[i] % width + 1, width - 1);
                        x++
                    )
                    {
                        var neighbor = y * width + x;
                        higher |= map[neighbor] > map[start];
                        if (map[neighbor] == map[start] && seen.Add(neighbor))
                            plateau.Add(neighbor);
                    }
                }
            }

            int[] xs = [.. plateau.Select(cell => cell % width)],
                ys = [.. plateau.Select(cell => cell / width)];
            if (!higher && xs.Max() - xs.Min() < 2 && ys.Max() - ys.Min() < 2)
                peaks.Add(((float)xs.Average(), (float)ys.Average()));
        }

        return peaks;
    }
}
