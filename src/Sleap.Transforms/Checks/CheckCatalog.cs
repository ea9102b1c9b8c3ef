using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Checking labels.</summary>
public static class CheckCatalog
{
    /// <summary>
    /// Looks for faults of labels: duplicates, coordinates that cannot be right, tracks, skeletons and videos.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">The labels. Videos whose size the labels do not state are opened, if they are found; one
    /// that cannot be opened is a finding and no exception.</param>
    /// <returns>The findings: warnings first, then by rule, video, frame and instance.</returns>
    public static IReadOnlyList<LabelFinding> Check(this PoseCatalog pose, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        return LabelChecks.Find(labels);
    }
}
