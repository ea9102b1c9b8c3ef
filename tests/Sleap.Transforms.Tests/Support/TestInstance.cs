namespace Sleap.Transforms.Tests;

/// <summary>One instance of a test.</summary>
internal sealed record TestInstance(float[] Points, float Score = float.NaN, string? Track = null)
{
    /// <summary>The instances of a frame.</summary>
    public static InstanceArray Frame(params IReadOnlyList<TestInstance> instances)
    {
        List<string> tracks = [.. instances.Select(instance => instance.Track).OfType<string>().Distinct()];
        return new InstanceArray(instances.Count == 0 ? 0 : instances[0].Points.Length / 2, instances.Count)
        {
            Points = [.. instances.SelectMany(instance => instance.Points)],
            PeakScores = [],
            Scores = [.. instances.Select(instance => instance.Score)],
            Tracks = [.. instances.Select(instance => (uint)(tracks.IndexOf(instance.Track!) + 1))],
            TrackNames = tracks,
        };
    }
}
