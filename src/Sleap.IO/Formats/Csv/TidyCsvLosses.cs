namespace Sleap.IO;

/// <summary>What the tidy table cannot hold of frames, told one by one.</summary>
internal sealed class TidyCsvLosses
{
    private readonly HashSet<Skeleton> _skeletons = [];
    private readonly HashSet<Track> _tracks = [];
    private int _corrected;
    private int _empty;
    private int _mistaken;
    private bool _hasScores;

    /// <summary>Skeletons and tracks that are there without an instance.</summary>
    public void Add(IEnumerable<Skeleton> unused, IEnumerable<Track> idle)
    {
        _skeletons.UnionWith(unused);
        _tracks.UnionWith(idle);
    }

    public void Add(LabeledFrame frame)
    {
        _empty += frame.Instances.Count == 0 ? 1 : 0;
        foreach (var instance in frame.Instances)
        {
            _skeletons.Add(instance.Skeleton);
            if (instance.Track is not null)
                _tracks.Add(instance.Track);
            var hasPointScores = instance.Points.Any(p => !float.IsNaN(p.Score));
            _corrected += instance.FromPredicted is null ? 0 : 1;
            _mistaken += instance.IsPredicted == hasPointScores ? 0 : 1;
            _hasScores |= instance.IsPredicted && hasPointScores;
        }
    }

    /// <summary>One sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        if (_skeletons.Any(s => s.Edges.Length > 0 || s.Symmetries.Length > 0))
            yield return "The table has no place for edges and symmetries.";
        if (_corrected > 0)
        {
            yield return $"The table has no place for the link of {_corrected} instances to the predictions they were "
                + $"made from.";
        }

        if (_empty > 0)
            yield return $"{_empty} labeled frames without an animal have no row.";
        if (_skeletons.Count > 1)
            yield return $"The nodes of {_skeletons.Count} skeletons read back as one skeleton.";
        if (_tracks.GroupBy(t => t.Name).Any(g => g.Count() > 1))
            yield return "Tracks of one name read back as one track.";
        if (_mistaken > 0)
        {
            yield return $"{_mistaken} instances are told from the other kind by point scores, and read back as it: "
                + $"predictions without, or people's labels with some.";
        }

        if (_hasScores)
            yield return "Instance scores are not in the table; reading takes the mean of the point scores.";
    }
}
