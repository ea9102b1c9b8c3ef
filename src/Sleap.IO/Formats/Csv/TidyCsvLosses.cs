namespace Sleap.IO;

/// <summary>What the tidy table cannot hold of frames, told one by one.</summary>
internal sealed class TidyCsvLosses
{
    private readonly HashSet<Skeleton> skeletons = [];
    private readonly HashSet<Track> tracks = [];
    private int corrected;
    private int empty;
    private int mistaken;
    private bool hasScores;

    /// <summary>Skeletons and tracks that are there without an instance.</summary>
    public void Add(IEnumerable<Skeleton> unused, IEnumerable<Track> idle)
    {
        skeletons.UnionWith(unused);
        tracks.UnionWith(idle);
    }

    public void Add(LabeledFrame frame)
    {
        empty += frame.Instances.Count == 0 ? 1 : 0;
        foreach (var instance in frame.Instances)
        {
            skeletons.Add(instance.Skeleton);
            if (instance.Track is not null)
                tracks.Add(instance.Track);
            var hasPointScores = instance.Points.Any(p => !float.IsNaN(p.Score));
            corrected += instance.FromPredicted is null ? 0 : 1;
            mistaken += instance.IsPredicted == hasPointScores ? 0 : 1;
            hasScores |= instance.IsPredicted && hasPointScores;
        }
    }

    /// <summary>One sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        if (skeletons.Any(s => s.Edges.Length > 0 || s.Symmetries.Length > 0))
            yield return "The table has no place for edges and symmetries.";
        if (corrected > 0)
            yield return $"The table has no place for the link of {corrected} instances to the predictions they were made from.";
        if (empty > 0)
            yield return $"{empty} labeled frames without an animal have no row.";
        if (skeletons.Count > 1)
            yield return $"The nodes of {skeletons.Count} skeletons read back as one skeleton.";
        if (tracks.GroupBy(t => t.Name).Any(g => g.Count() > 1))
            yield return "Tracks of one name read back as one track.";
        if (mistaken > 0)
            yield return $"{mistaken} instances are told from the other kind by point scores, and read back as it: predictions without, or people's labels with some.";
        if (hasScores)
            yield return "Instance scores are not in the table; reading takes the mean of the point scores.";
    }
}
