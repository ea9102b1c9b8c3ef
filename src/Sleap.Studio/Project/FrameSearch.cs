namespace Sleap.Studio;

/// <summary>What a step goes to.</summary>
internal enum StepTarget
{
    /// <summary>A frame with labels of any kind.</summary>
    Labeled,

    /// <summary>A frame that a person labeled.</summary>
    User,

    /// <summary>A suggested frame in the order of the list, over all videos; the first follows the last.</summary>
    Suggestion,

    /// <summary>A suggested frame that nobody has labeled, in the same order.</summary>
    ToDo,

    /// <summary>A frame in which a track is seen for the first time.</summary>
    NewTrack,

    /// <summary>The frame that was changed last.</summary>
    Edited,

    /// <summary>The first or last frame of the run of labeled frames around a frame.</summary>
    Run,
}

/// <summary>Finds the frame that a step leads to.</summary>
internal static class FrameSearch
{
    /// <summary>The frame that a step leads to; null if there is none.</summary>
    /// <param name="project">What is searched.</param>
    /// <param name="start">Where the step begins.</param>
    /// <param name="target">What is looked for.</param>
    /// <param name="isBack">Whether to go back.</param>
    public static FrameKey? Next(OpenedProject project, FrameKey start, StepTarget target, bool isBack)
    {
        var view = project.View;
        var timeline = view.TimelineOf(start.Video);
        int? frame = null;
        switch (target)
        {
            case StepTarget.Labeled:
                frame = VideoTimeline.Next(timeline.Frames, start.Frame, isBack);
                break;
            case StepTarget.User:
                frame = VideoTimeline.Next(timeline.UserFrames, start.Frame, isBack);
                break;
            case StepTarget.NewTrack:
                frame = VideoTimeline.Next(timeline.NewTrackFrames, start.Frame, isBack);
                break;
            case StepTarget.Run:
                frame = EndOfRun(timeline.Frames, start.Frame, isBack);
                break;
            case StepTarget.Suggestion:
                return NextSuggestion(view, start, isBack);
            case StepTarget.ToDo:
                return NextToDo(view, start, isBack);
            case StepTarget.Edited:
                return project.LastEdited;
            default:
                throw new ArgumentOutOfRangeException(nameof(target), target, "is no target of a step.");
        }
        return frame is { } found ? start with { Frame = found } : null;
    }

    private static int? EndOfRun(int[] frames, int start, bool isBack)
    {
        var place = Array.BinarySearch(frames, start);
        if (place < 0)
            return null;
        var step = isBack ? -1 : 1;
        while (place + step >= 0 && place + step < frames.Length && frames[place + step] == frames[place] + step)
            place += step;
        return frames[place];
    }

    private static FrameKey? NextToDo(ProjectView view, FrameKey start, bool isBack)
    {
        var place = start;
        for (var tries = 0; tries <= view.Suggestions.Count; tries++)
        {
            if (NextSuggestion(view, place, isBack) is not { } next)
                return null;
            if (!view.IsDone(next))
                return next;
            place = next;
        }
        return null;
    }

    private static FrameKey? NextSuggestion(ProjectView view, FrameKey start, bool isBack)
    {
        var list = view.Suggestions;
        if (list.Count == 0)
            return null;
        var step = isBack ? -1 : 1;
        if (view.SuggestionAt(start) is { } place)
            return list[(place + step + list.Count) % list.Count];
        // Not on a suggestion: the nearest one of this video, else the first of the list.
        return VideoTimeline.Next(view.TimelineOf(start.Video).Suggested, start.Frame, isBack) is { } frame
            ? start with
            {
                Frame = frame,
            }
            : list[isBack ? ^1 : 0];
    }
}
