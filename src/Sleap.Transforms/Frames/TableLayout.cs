namespace Sleap.Transforms;

/// <summary>How poses lie in a table.</summary>
public enum TableLayout
{
    /// <summary>
    /// A row for each node of each animal of each frame: video, frame, instance, track, node, x, y, score.
    /// </summary>
    Tidy,

    /// <summary>
    /// A row for each animal of each frame: video, frame, instance, track, score, and for each node snout.x, snout.y,
    /// snout.score.
    /// </summary>
    Wide,
}
