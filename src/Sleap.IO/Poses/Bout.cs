namespace Sleap.IO;

/// <summary>
/// An interval of frames in which an animal shows a behavior, or is in another state such as a region or contact; in a
/// .slp an event of sleap-io.
/// </summary>
/// <remarks>
/// Frames count from 0, and both ends belong to the bout, as in sleap-io: a bout of one frame has equal ends.
/// </remarks>
public sealed record Bout
{
    /// <summary>Makes a bout.</summary>
    /// <param name="subject">Who shows the behavior: the name of a track or an identity; null where it is not said, or
    /// the whole frame is meant.</param>
    /// <param name="behavior">The behavior, not empty.</param>
    /// <param name="firstFrame">The first frame, 0 or more.</param>
    /// <param name="lastFrame">The last frame, not before the first.</param>
    /// <exception cref="ArgumentException">A name is empty or has a line break or control character, or the frames are
    /// in the wrong order.</exception>
    public Bout(string? subject, string behavior, int firstFrame, int lastFrame)
    {
        if (firstFrame < 0 || lastFrame < firstFrame || lastFrame == int.MaxValue)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The frames of a bout are {firstFrame} to {lastFrame}, expected 0 or more, in order."
                )
            );
        }
        (Subject, Behavior, FirstFrame, LastFrame) = (subject, behavior, firstFrame, lastFrame);
    }

    /// <summary>
    /// Who shows the behavior: the name of a track or an identity; null where it is not said, or the whole frame is
    /// meant.
    /// </summary>
    public string? Subject
    {
        get;
        init => field = Named("the subject of a bout", value);
    }

    /// <summary>The behavior.</summary>
    public string Behavior
    {
        get;
        init =>
            field = Named(
                "a behavior",
                value ?? throw new ArgumentNullException(nameof(value), "A bout needs a behavior.")
            )!;
    }

    /// <summary>The first frame, from 0.</summary>
    public int FirstFrame { get; }

    /// <summary>The last frame, which belongs to the bout.</summary>
    public int LastFrame { get; }

    /// <summary>Number of frames, 1 or more.</summary>
    public int FrameCount => LastFrame - FirstFrame + 1;

    /// <summary>The video: the text of a view's column Video, or a path. Default "": the only one there is.</summary>
    public string Video { get; init; } = "";

    /// <summary>Whom the behavior is directed at: the name of a track or an identity; default null: nobody.</summary>
    public string? Target
    {
        get;
        init => field = Named("the target of a bout", value);
    }

    /// <summary>Whether a model found it, and not a person. Default false.</summary>
    public bool IsPredicted { get; init; }

    /// <summary>
    /// Reads bouts: a table with the columns behavior, from, to (frames, both included), and if there are any subject,
    /// video, target, predicted; aggregated or tabular events of BORIS; or the events of a .slp.
    /// </summary>
    /// <param name="path">A .slp, or a table of text whose cells are separated by commas, semicolons or tabs.</param>
    /// <param name="framesPerSecond">For BORIS, whose times are in seconds; null for the rate that the table
    /// has, else the videos.</param>
    /// <param name="videos">For BORIS, where an observation has several videos one after the other: these videos, whose
    /// lengths tell where each begins; or where the table does not have the frame rate.</param>
    /// <returns>The bouts by video, first frame, subject and behavior.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="PoseFormatException">The table has none of these layouts, a cell is wrong (line and column are
    /// named), the frame rate is not known, or a state has a start without a stop.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The frame rate is not above 0.</exception>
    public static IReadOnlyList<Bout> Load(
        string path,
        double? framesPerSecond = null,
        IReadOnlyList<Video>? videos = null
    ) => BoutTables.Load(path, framesPerSecond, videos ?? []);

    /// <summary>Writes bouts as a table.</summary>
    /// <param name="bouts">The bouts.</param>
    /// <param name="path">NAME.csv for the table that <see cref="Load"/> describes; NAME.boris.csv or NAME.boris.tsv
    /// for aggregated events as BORIS exports them. In a .slp they are saved with the labels, see
    /// <see cref="Labels.WithBouts"/>.</param>
    /// <param name="framesPerSecond">Frames a second: needed for BORIS; in the other table it adds the columns start_s
    /// and stop_s, seconds from the begin of the first frame to the end of the last one. Default null.</param>
    /// <returns>What the table cannot hold, and names that a spreadsheet may take for formulas, one sentence
    /// each.</returns>
    /// <exception cref="ArgumentException">The ending is another one, or the frame rate is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The frame rate is not above 0.</exception>
    public static IReadOnlyList<string> Save(IEnumerable<Bout> bouts, string path, double? framesPerSecond = null) =>
        BoutTables.Save(bouts, path, framesPerSecond);

    /// <summary>Bouts in the order of all lists and tables here.</summary>
    internal static IReadOnlyList<Bout> InOrder(IEnumerable<Bout> bouts) =>
        [
            .. bouts
                .OrderBy(bout => bout.Video, StringComparer.Ordinal)
                .ThenBy(bout => bout.FirstFrame)
                .ThenBy(bout => bout.Subject, StringComparer.Ordinal)
                .ThenBy(bout => bout.Behavior, StringComparer.Ordinal)
                .ThenBy(bout => bout.LastFrame)
                .ThenBy(bout => bout.Target, StringComparer.Ordinal)
                .ThenBy(bout => bout.IsPredicted),
        ];

    /// <summary>The bouts with the names of the videos that they mean.</summary>
    /// <param name="bouts">The bouts.</param>
    /// <param name="names">Names of all videos.</param>
    /// <param name="owner">What has these videos, for the message: "the labels".</param>
    /// <exception cref="ArgumentException">A bout names none of the videos, or several.</exception>
    internal static IEnumerable<Bout> Named(IEnumerable<Bout> bouts, IReadOnlyList<string> names, string owner) =>
        bouts.Select(bout =>
            BoutVideos.Find(names, bout.Video) is { } name
                ? bout with
                {
                    Video = name,
                }
                : throw new ArgumentException(
                    $"A bout of '{OneLine.Short(bout.Behavior)}' is of the video '{OneLine.Short(bout.Video)}', and "
                        + $"{owner} have {(names.Count == 0 ? "no video" : OneLine.Some(names))}."
                )
        );

    private static string? Named(string owner, string? name)
    {
        if (name is "")
            throw new ArgumentException($"The name of {owner} is empty.");
        if (name is not null)
            OneLine.Require(owner, name);
        return name;
    }
}

/// <summary>The names by which bouts refer to videos.</summary>
internal static class BoutVideos
{
    /// <summary>The text of a view's column Video for each video; a second one of a text gets a number.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<Video> videos)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        List<string> names = [];
        foreach (var text in videos.Select(video => video.Text))
        {
            var name = text;
            for (var number = 2; !used.Add(name); number++)
                name = FormattableString.Invariant($"{text} ({number})");
            names.Add(name);
        }
        return names;
    }

    /// <summary>
    /// The known name that another name means: the same one, else the only one with its file name, else the only one
    /// there is where a name is empty; null where there is none.
    /// </summary>
    public static string? Find(IReadOnlyList<string> known, string name)
    {
        if (known.Contains(name))
            return name;
        if (known.Count == 1 && (name.Length == 0 || known[0].Length == 0))
            return known[0];
        string[] same = [.. known.Where(other => FileName(other) == FileName(name))];
        return same.Length == 1 && name.Length > 0 ? same[0] : null;
    }

    /// <summary>The last part of a path of any system.</summary>
    public static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
