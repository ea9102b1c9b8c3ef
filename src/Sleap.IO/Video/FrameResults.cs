namespace Sleap.IO;

/// <summary>Reading many frames from sources for which one costs the same in any order.</summary>
internal static class FrameResults
{
    public static IEnumerable<FrameResult> OneByOne(
        IFrameSource source,
        IEnumerable<int> frameIndices,
        CancellationToken cancellationToken
    )
    {
        foreach (var index in frameIndices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return One(source, index);
        }
    }

    /// <summary>One frame, with the faults that concern it alone as a result.</summary>
    public static FrameResult One(IFrameSource source, int index)
    {
        try
        {
            return new FrameResult(index, source.Read(index), null);
        }
        catch (Exception fault)
            when (fault
                    is PoseFormatException
                        or ArgumentOutOfRangeException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return new FrameResult(index, null, fault);
        }
    }
}
