using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The rows of a loaded view, without pictures: which frame of which video, and the animals in it.</summary>
internal sealed class FrameTable
{
    /// <summary>The videos by the number that rows have.</summary>
    public required IReadOnlyList<Video> Videos { get; init; }

    /// <summary>The texts of the Video column, for each video.</summary>
    public required IReadOnlyList<string> VideoNames { get; init; }

    /// <summary>One row a frame.</summary>
    public required IReadOnlyList<FrameRow> Rows { get; init; }

    /// <summary>
    /// The skeleton of the keypoints; null for a video without labels, which has no Keypoints and Track columns.
    /// </summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>Whether the animals come in the columns of predictions, with their scores.</summary>
    public bool ArePredictions { get; init; }

    /// <summary>Whether rows hold exactly one animal.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Names of the tracks; a row's track k is the k−1st.</summary>
    public IReadOnlyList<string> Tracks { get; init; } = [];
}

/// <summary>
/// A frame: video by number, frame by number, x and y of each node of each animal, each animal's track (0 = none), and
/// for predictions the scores of nodes and animals.
/// </summary>
internal readonly record struct FrameRow(
    int Video,
    int FrameIndex,
    float[] Keypoints,
    uint[] Tracks,
    float[] Scores,
    float[] InstanceScores
);
