using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Numbers of frames and instances.</summary>
/// <param name="Frames">Labeled frames.</param>
/// <param name="UserInstances">Instances that a person labeled.</param>
/// <param name="Predictions">Predicted instances.</param>
internal readonly record struct Totals(int Frames, int UserInstances, int Predictions)
{
    /// <summary>The numbers of frames; those of a .slp are counted without building them.</summary>
    public static Totals Of(IReadOnlyList<LabeledFrame> frames)
    {
        if (frames is not SlpFrames rows)
            return frames.Aggregate(default(Totals), (totals, frame) => totals.Plus(frame));
        var (all, predictions) = (0, 0);
        foreach (ref readonly var frame in rows.Tables.Frames.AsSpan())
        {
            for (var row = (int)frame.InstanceStart; row < (int)frame.InstanceEnd; row++)
                predictions += rows.Tables.Instances[row].IsPredicted ? 1 : 0;
            all += (int)(frame.InstanceEnd - frame.InstanceStart);
        }

        return new Totals(frames.Count, all - predictions, predictions);
    }

    /// <summary>The numbers with a frame.</summary>
    public Totals Plus(LabeledFrame? frame) => Moved(frame, 1);

    /// <summary>The numbers without a frame.</summary>
    public Totals Less(LabeledFrame? frame) => Moved(frame, -1);

    private Totals Moved(LabeledFrame? frame, int sign)
    {
        if (frame is null)
            return this;
        var predictions = frame.Instances.Count(instance => instance.IsPredicted);
        return new Totals(
            Frames + sign,
            UserInstances + (sign * (frame.Instances.Count - predictions)),
            Predictions + (sign * predictions)
        );
    }
}
