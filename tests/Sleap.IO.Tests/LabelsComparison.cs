using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>
/// Compares labels with the JSON that the reference reader made of the same file, and labels with labels.
/// </summary>
internal static class LabelsComparison
{
    public static void AssertIs(JsonNode expected, Skeleton actual)
    {
        if (expected["name"] is { } name)
            Assert.Equal((string)name!, actual.Name);
        Assert.Equal(expected["nodes"]!.AsArray().Select(n => (string)n!), actual.Nodes);
        Assert.Equal(expected["edges"]!.AsArray().Select(e => new Edge((int)e![0]!, (int)e[1]!)), actual.Edges);
        Assert.Equal(
            expected["symmetries"]!.AsArray().Select(e => new Symmetry((int)e![0]!, (int)e[1]!)),
            actual.Symmetries
        );
    }

    public static void AssertIs(
        JsonNode expected,
        Instance actual,
        Labels labels,
        IReadOnlyDictionary<Instance, int>? numbers = null
    )
    {
        Assert.Equal((string)expected["kind"]! == "predicted", actual.IsPredicted);
        Assert.Equal(
            (int?)expected["track"] ?? -1,
            actual.Track is null ? -1 : labels.Tracks.ToList().FindIndex(t => ReferenceEquals(t, actual.Track))
        );
        if (expected.AsObject().ContainsKey("tracking_score"))
            Assert.Equal((float?)expected["tracking_score"] ?? float.NaN, actual.TrackingScore);
        Assert.Equal(expected["xy"]!.AsArray().Count, actual.Points.Length);
        for (var i = 0; i < actual.Points.Length; i++)
        {
            var p = actual.Points[i];
            Assert.Equal((double?)expected["xy"]![i]![0] ?? double.NaN, p.X);
            Assert.Equal((double?)expected["xy"]![i]![1] ?? double.NaN, p.Y);
            Assert.Equal((bool)expected["visible"]![i]!, p.Visible);
            Assert.Equal((bool)expected["complete"]![i]!, p.Complete);
            Assert.Equal(expected["numpy"]![i]![0] is null, p.IsMissing);
            if (expected["point_scores"] is { } scores)
                Assert.Equal((float)(double)scores[i]!, p.Score);
        }
        if (expected["score"] is { } score)
            Assert.Equal((float)(double)score, actual.Score);
        if (numbers is not null)
        {
            Assert.Equal(
                (int?)expected["from_predicted"] ?? -1,
                actual.FromPredicted is null ? -1 : numbers[actual.FromPredicted]
            );
        }
    }

    public static void AssertSame(Labels expected, Labels actual)
    {
        Assert.Equal(expected.Skeletons, actual.Skeletons);
        Assert.Equal(expected.Tracks.Select(t => t.Name), actual.Tracks.Select(t => t.Name));
        Assert.Equal(expected.Videos.Count, actual.Videos.Count);
        Assert.Equal(
            expected.Suggestions.Select(s => (Place(expected.Videos, s.Video), s.FrameIndex)),
            actual.Suggestions.Select(s => (Place(actual.Videos, s.Video), s.FrameIndex))
        );
        Assert.Equal(
            expected.Provenance.Select(p => (p.Key, p.Value?.ToJsonString())),
            actual.Provenance.Select(p => (p.Key, p.Value?.ToJsonString()))
        );
        Assert.Equal(expected.Frames.Count, actual.Frames.Count);
        for (var i = 0; i < expected.Frames.Count; i++)
        {
            var (a, b) = (expected.Frames[i], actual.Frames[i]);
            Assert.Equal(
                (a.FrameIndex, a.IsNegative, Place(expected.Videos, a.Video)),
                (b.FrameIndex, b.IsNegative, Place(actual.Videos, b.Video))
            );
            Assert.Equal(a.Instances.Count, b.Instances.Count);
            for (var k = 0; k < a.Instances.Count; k++)
                AssertSame(expected, a.Instances[k], actual, b.Instances[k]);
        }
    }

    private static void AssertSame(Labels expected, Instance a, Labels actual, Instance b)
    {
        Assert.Equal(a.Skeleton, b.Skeleton);
        Assert.Equal(a.Points.AsEnumerable(), b.Points);
        Assert.Equal((a.IsPredicted, a.Score, a.TrackingScore), (b.IsPredicted, b.Score, b.TrackingScore));
        Assert.Equal((a.Identity?.Name, a.IdentityScore), (b.Identity?.Name, b.IdentityScore));
        Assert.Equal(
            a.Track is null ? -1 : Place(expected.Tracks, a.Track),
            b.Track is null ? -1 : Place(actual.Tracks, b.Track)
        );
        Assert.Equal(a.FromPredicted is null, b.FromPredicted is null);
        if (a.FromPredicted is not null)
            Assert.Equal(a.FromPredicted.Points.AsEnumerable(), b.FromPredicted!.Points);
    }

    private static int Place<T>(IReadOnlyList<T> list, T item)
        where T : class => list.ToList().FindIndex(x => ReferenceEquals(x, item));
}
