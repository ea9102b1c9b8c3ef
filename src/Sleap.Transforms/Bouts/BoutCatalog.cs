using System.Collections.Immutable;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Behaviors as intervals of frames: from columns of a view, as tables, as labels for training, and compared with those
/// of a person. Files of bouts are read and written by <see cref="Bout.Load"/>, <see cref="Bout.Save"/> and
/// <see cref="Labels.WithBouts"/>.
/// </summary>
public static class BoutCatalog
{
    /// <summary>The bouts of a column, for each animal and video.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints, in any order. An animal is a track, or the only instance without a track
    /// in its row; others are not followed, which a warning says.</param>
    /// <param name="column">The behavior of each instance: text or a key, such as a classifier's label, where a missing
    /// value is no behavior; or a flag, Boolean or Single (1 in the behavior, 0 or NaN not), such as Contact; or
    /// several with names, such as InRegion.</param>
    /// <param name="options">Gaps, shortest length; null for the defaults.</param>
    /// <returns>Predicted bouts, by video, first frame, subject and behavior. Without <see cref="BoutOptions"/> they
    /// are the frames of the column, no more and no less. A frame without a row is not in the behavior.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, a number is neither 0 nor 1, or the
    /// options are wrong.</exception>
    public static IReadOnlyList<Bout> Bouts(
        this PoseCatalog pose,
        IDataView view,
        string column,
        BoutOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(column);
        var bouts = new BoutFinder(view, column, options ?? new BoutOptions()).Find(out var notFollowed);
        if (notFollowed > 0)
        {
            PoseLog.Warn(
                pose.Context,
                "Bouts",
                [
                    $"{notFollowed} instances have no track, or the track of another one, beside others in their rows, "
                        + "and are left out.",
                ]
            );
        }
        return bouts;
    }

    /// <summary>Bouts as a table, a row each.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="bouts">The bouts.</param>
    /// <param name="framesPerSecond">Frames a second, more than 0, for the columns <c>start_s</c> and <c>stop_s</c>
    /// (seconds; the stop is the end of the last frame). Default null: no such columns.</param>
    /// <returns>The columns <c>video</c>, <c>subject</c>, <c>target</c>, <c>behavior</c>, <c>from</c>, <c>to</c>
    /// (frames from 0, both included) and <c>predicted</c>; a subject or target that is not known is null.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The frame rate is not above 0.</exception>
    public static DataFrame ToDataFrame(this PoseCatalog pose, IEnumerable<Bout> bouts, double? framesPerSecond = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(bouts);
        if (framesPerSecond is { } given && !(given > 0))
            throw new ArgumentOutOfRangeException(nameof(framesPerSecond), given, "The frame rate must be above 0.");
        var sink = new DataFrameSink();
        TableColumn[] times = [new("start_s", typeof(double)), new("stop_s", typeof(double))];
        sink.Header([
            new("video", typeof(string)),
            new("subject", typeof(string)),
            new("target", typeof(string)),
            new("behavior", typeof(string)),
            new("from", typeof(int)),
            new("to", typeof(int)),
            new("predicted", typeof(bool)),
            .. framesPerSecond is null ? [] : times,
        ]);
        foreach (var bout in Bout.InOrder(bouts))
        {
            sink.Text(bout.Video);
            sink.Text(bout.Subject);
            sink.Text(bout.Target);
            sink.Text(bout.Behavior);
            sink.Whole(bout.FirstFrame);
            sink.Whole(bout.LastFrame);
            sink.Flag(bout.IsPredicted);
            if (framesPerSecond is { } rate)
            {
                sink.Double(bout.FirstFrame / rate);
                sink.Double((bout.LastFrame + 1) / rate);
            }
            sink.EndRow();
        }
        return sink.Result();
    }

    /// <summary>
    /// Adds a column with the behavior of each row, as labels that a classifier is trained with.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows of one instance each, as after <see cref="AnalysisCatalog.ToInstances"/>.</param>
    /// <param name="bouts">The bouts. Subjects are names of tracks; a bout without a subject is of all animals. Videos
    /// are found by their path, else by their file name.</param>
    /// <param name="outputColumn">The column that is added: text.</param>
    /// <param name="noBehavior">The text of rows that are in no bout.</param>
    /// <param name="columns">The names of the view's columns; null for the defaults.</param>
    /// <exception cref="ArgumentException">The view has no keypoints or several instances a row, no bout is of a video
    /// and track of the view, or an animal is in two behaviors at once: choose some of the behaviors then.</exception>
    public static IDataView LabelBouts(
        this PoseCatalog pose,
        IDataView view,
        IEnumerable<Bout> bouts,
        string outputColumn = "Behavior",
        string noBehavior = "other",
        PoseColumnOptions? columns = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(bouts);
        ArgumentException.ThrowIfNullOrEmpty(outputColumn);
        ArgumentException.ThrowIfNullOrEmpty(noBehavior);
        var names = (columns ?? new PoseColumnOptions()).Checked();
        return new MappedDataView(
            view,
            new MapperBinding(view.Schema, new BoutLabels(view, bouts, outputColumn, noBehavior, names))
        );
    }

    /// <summary>Compares predicted bouts with true ones, by bouts and by frames, for each behavior.</summary>
    /// <remarks>
    /// Bouts of one video, subject and behavior are compared by their temporal intersection over union: frames in both,
    /// divided by frames in either (Caba Heilbron et al., ActivityNet, CVPR 2015). Pairs of at least
    /// <paramref name="minOverlap"/> are matched one to one by falling overlap; what is left are false positives and
    /// false negatives, as in the segmental F1 of Lea et al. (Temporal Convolutional Networks for Action Segmentation
    /// and Detection, CVPR 2017, thresholds 0.1, 0.25 and 0.5). By frames, a frame counts once for each video, subject
    /// and behavior, however many bouts it is in.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="truth">The true bouts.</param>
    /// <param name="predicted">The predicted bouts. Their videos are found by path, else by file name.</param>
    /// <param name="minOverlap">The least overlap of a match, above 0 and at most 1.</param>
    /// <returns>One for each behavior of either list, by name.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The overlap is out of range.</exception>
    public static ImmutableArray<BoutMetrics> EvaluateBouts(
        this PoseCatalog pose,
        IEnumerable<Bout> truth,
        IEnumerable<Bout> predicted,
        double minOverlap = 0.5
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        if (!(minOverlap is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minOverlap),
                minOverlap,
                "The least overlap is above 0 and at most 1."
            );
        }
        return BoutMetrics.Of([.. truth], [.. predicted], minOverlap);
    }
}

/// <summary>How bouts are found in a column.</summary>
public sealed record BoutOptions
{
    /// <summary>
    /// Gaps of at most this many frames between bouts of one animal and behavior are closed, 0 or more. Default 0.
    /// </summary>
    public int CloseGaps { get; init; }

    /// <summary>
    /// Bouts of fewer frames are left out, after gaps were closed; 0 or 1 for none. Default 1.
    /// </summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Texts that are no behavior, such as "other". Default: none; a missing value never is one.</summary>
    public ImmutableArray<string> NoBehavior { get; init; } = [];

    /// <summary>The behavior that a flag stands for. Default null: the name of the column.</summary>
    public string? Behavior { get; init; }

    /// <summary>The names of the view's columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal BoutOptions Checked()
    {
        new OptionFaults("Bouts")
            .Columns(Columns)
            .AtLeast(nameof(CloseGaps), CloseGaps, 0)
            .AtLeast(nameof(MinLength), MinLength, 0)
            .If(NoBehavior.IsDefault, $"{nameof(NoBehavior)} is not set")
            .If(Behavior is "", $"{nameof(Behavior)} is empty")
            .Throw();
        return this;
    }
}
