namespace Sleap.Transforms;

/// <summary>A view that knows what became of its frames, or that lies over one that does.</summary>
internal interface IFrameReporting
{
    /// <summary>The report, or null when nothing below loads frames.</summary>
    FrameReport? Report();

    /// <summary>Whether a frame could not be read; known once a cursor that reads frames has come to it.</summary>
    bool IsUnreadable(string video, int frameIndex);
}
