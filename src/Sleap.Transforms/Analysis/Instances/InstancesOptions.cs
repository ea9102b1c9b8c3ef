namespace Sleap.Transforms;

/// <summary>What <see cref="AnalysisCatalog.ToInstances"/> takes along.</summary>
public sealed record InstancesOptions
{
    /// <summary>
    /// The columns of animals that become columns of one animal, besides the keypoints. Default null: every vector of
    /// variable size of Single, or of UInt32 keys (tracks), except those of the other kind of poses (of labels beside
    /// predictions, or the reverse). Other columns are repeated for each animal.
    /// </summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether an animal without any visible keypoint is a row too. Default false.</summary>
    public bool KeepUnseen { get; init; }

    /// <summary>The names of the columns of poses.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal InstancesOptions Checked()
    {
        new OptionFaults("ToInstances")
            .Columns(Columns)
            .If(
                Values is not null
                    && (
                        Values.Any(string.IsNullOrEmpty)
                        || Values.Distinct(StringComparer.Ordinal).Count() < Values.Count
                    ),
                $"{nameof(Values)} is {string.Join(", ", Values ?? [])}, expected different names"
            )
            .Throw();
        return this;
    }

    /// <summary>Throws for a column of <see cref="Values"/> that the input does not have.</summary>
    /// <param name="columns">The names of the input's columns.</param>
    /// <param name="listed">The same as a message lists them.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    internal void CheckValues(IEnumerable<string> columns, string listed)
    {
        foreach (var missing in (Values ?? []).Except(columns))
            throw new ArgumentException($"ToInstances: the input has no column '{missing}'. It has: {listed}.");
    }

    /// <summary>Whether a column is to become one of one animal, by its name.</summary>
    internal bool Takes(string column, string keypoints)
    {
        if (Values is not null)
            return Values.Contains(column);
        string[] others =
            keypoints == Columns.Keypoints
                ?
                [
                    Columns.PredictedKeypoints,
                    Columns.KeypointScore,
                    Columns.InstanceScore,
                    Columns.PredictedTrack,
                    Columns.PredictedCentroid,
                    Columns.CentroidScore,
                    Columns.PredictedIdentity,
                    Columns.IdentityScore,
                ]
            : keypoints == Columns.PredictedKeypoints ? [Columns.Keypoints, Columns.Track]
            : [];
        return !others.Contains(column);
    }
}
