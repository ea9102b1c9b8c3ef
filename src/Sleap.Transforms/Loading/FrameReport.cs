namespace Sleap.Transforms;

/// <summary>What became of the frames of a loaded view so far.</summary>
/// <param name="Requested">Rows of the view: one a frame.</param>
/// <param name="Unreadable">Frames that could not be read when a cursor came to them; their rows have no image, the
/// reason in FrameError, and no poses.</param>
public sealed record FrameReport(int Requested, IReadOnlyList<UnreadableFrame> Unreadable)
{
    /// <summary>How many frames could not be read.</summary>
    public int Failed => Unreadable.Count;
}
