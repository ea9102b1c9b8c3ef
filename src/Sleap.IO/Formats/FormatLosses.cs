namespace Sleap.IO;

/// <summary>What only .slp holds, and so every other format loses: told by those who write one.</summary>
internal static class FormatLosses
{
    /// <summary>One sentence each for what the labels have and the format lacks.</summary>
    /// <param name="labels">What was written.</param>
    /// <param name="hasProvenance">Whether the format holds provenance.</param>
    /// <param name="hasTrackingScores">Whether the format holds tracking scores.</param>
    public static IEnumerable<string> Of(Labels labels, bool hasProvenance, bool hasTrackingScores)
    {
        if (labels.Extras is { Names.Count: > 0 } extras)
        {
            yield return $"{string.Join(", ", extras.Names)} of {Path.GetFileName(extras.File)}: only .slp holds "
                + $"such data.";
        }

        if (labels.Sessions.Count > 0)
            yield return $"Only .slp holds recording sessions, of which there are {labels.Sessions.Count}.";
        if (!hasProvenance && labels.Provenance.Count > 0)
        {
            yield return $"The format has no place for provenance "
                + $"({string.Join(", ", labels.Provenance.Keys.Take(6))}).";
        }

        var instances = labels.Frames.SelectMany(f => f.Instances).ToList();
        if (
            !hasTrackingScores
            && instances.Count(i => !float.IsNaN(i.TrackingScore) && i.TrackingScore != 0) is > 0 and var tracked
        )
        {
            yield return $"The format has no place for the tracking scores of {tracked} instances.";
        }

        if (instances.Sum(i => i.Points.Count(p => p.Complete)) is > 0 and var complete)
            yield return $"The format has no place for the mark 'complete' of {complete} points.";
        if (instances.Sum(i => i.Points.Count(p => !p.Visible && !double.IsNaN(p.X))) is > 0 and var hidden)
            yield return $"{hidden} points that are not visible lose the coordinates stored with them.";
        if (labels.Videos.Count(v => labels.Frames.All(f => f.Video != v)) is > 0 and var idle)
            yield return $"{idle} videos without a labeled frame are not named in the file.";
        if (labels.Tracks.Count(t => instances.TrueForAll(i => !ReferenceEquals(i.Track, t))) is > 0 and var unused)
            yield return $"{unused} tracks without an instance are not in the file.";
    }
}
