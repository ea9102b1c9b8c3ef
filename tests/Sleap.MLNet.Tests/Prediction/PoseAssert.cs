using Sleap.IO;

namespace Sleap.MLNet.Tests;

/// <summary>Whether two sets of predictions hold the same animals.</summary>
internal static class PoseAssert
{
    /// <summary>
    /// 1e-3 px, the bound that all ways to predict keep: batches of other sizes take other kernels, whose last bits
    /// differ.
    /// </summary>
    public const double Pixels = 1e-3;

    public static void Same(Labels expected, Labels actual)
    {
        Assert.Equal(expected.Frames.Select(f => f.FrameIndex), actual.Frames.Select(f => f.FrameIndex));
        foreach (var (a, b) in expected.Frames.Zip(actual.Frames))
            Same(a.Instances, b.Instances);
    }

    public static void Same(IReadOnlyList<Instance> expected, IReadOnlyList<Instance> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (a, b) in expected.Zip(actual))
        {
            Assert.Equal(a.Track?.Name, b.Track?.Name);
            Assert.Equal(a.Score, b.Score, 1e-3f);
            foreach (var (p, q) in a.Points.Zip(b.Points))
            {
                Assert.Equal(p.IsMissing, q.IsMissing);
                if (p.IsMissing)
                    continue;
                Assert.Equal(p.X, q.X, Pixels);
                Assert.Equal(p.Y, q.Y, Pixels);
                Assert.Equal(p.Score, q.Score, 1e-3f);
            }
        }
    }
}
