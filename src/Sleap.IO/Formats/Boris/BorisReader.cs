using System.Text.RegularExpressions;

namespace Sleap.IO;

/// <summary>
/// Reads the events that BORIS exports: aggregated, a row a bout, and tabular, a row for each start and stop. A time is
/// the frame round(time · FPS); a stop is the begin of the frame behind the bout, and a point is one frame. Modifiers,
/// categories and comments are not read.
/// </summary>
internal sealed partial class BorisReader(
    string path,
    BoutHeader header,
    double? framesPerSecond,
    IReadOnlyList<Video> videos
)
{
    public const string NoSubject = "No focal subject";

    private readonly Dictionary<string, IReadOnlyList<string>> _media = [];

    /// <summary>The bouts.</summary>
    /// <param name="above">Rows above the header: keys and values of the observation.</param>
    /// <param name="rows">Rows below the header.</param>
    public IEnumerable<Bout> Read(IReadOnlyList<CsvRow> above, IEnumerable<CsvRow> rows) =>
        header.IsAggregated ? rows.SelectMany(Aggregated) : Tabular(above, [.. rows.Select(EventOf)]);

    private IEnumerable<Bout> Aggregated(CsvRow row)
    {
        var type = header.Status < 0 ? "STATE" : row[header.Status].Trim().ToUpperInvariant();
        if (!type.StartsWith("STATE", StringComparison.Ordinal) && !type.StartsWith("POINT", StringComparison.Ordinal))
            throw Fault(row, header.Status, $"is '{OneLine.Short(row[header.Status])}', expected STATE or POINT");
        var start = Time(row, header.Start);
        var isPoint = type.StartsWith("POINT", StringComparison.Ordinal);
        var stop = isPoint ? start : Time(row, header.Stop);
        if (stop < start)
            throw Fault(row, header.Stop, $"is {row[header.Stop]}, before the start, which is {row[header.Start]}");
        return Bouts(row, MediaOf(row[header.Media]), start, stop);
    }

    private IEnumerable<Bout> Tabular(IReadOnlyList<CsvRow> above, IReadOnlyList<BorisEvent> events)
    {
        foreach (var observation in events.GroupBy(found => found.Row[header.Observation]))
        {
            // All media that the rows above and the events name, in this order.
            List<string> media =
            [
                .. MediaAbove(above)
                    .Concat(observation.OrderBy(found => found.Time).Select(found => found.Row[header.Media]))
                    .SelectMany(MediaOf)
                    .DistinctBy(BoutVideos.FileName),
            ];
            foreach (var same in observation.GroupBy(found => (found.Subject, found.Behavior, found.Modifiers)))
            {
                foreach (var (start, stop) in Paired(same.OrderBy(found => found.Time)))
                {
                    foreach (var bout in Bouts(start.Row, media, start.Time, stop.Time))
                        yield return bout;
                }
            }
        }
    }

    /// <summary>The videos of the first player; others show the same time from other sides.</summary>
    private static IEnumerable<string> MediaAbove(IReadOnlyList<CsvRow> above)
    {
        var named = above
            .Select(row => (Row: row, Key: MediaKey().Match(row[0])))
            .Where(entry => entry.Key.Success)
            .Select(entry => (entry.Row, Player: entry.Key.Groups[1].Value))
            .ToList();
        var first = named.FirstOrDefault(entry => entry.Player.Length > 0).Player;
        return named
            .Where(entry => entry.Player.Length == 0 || entry.Player == first)
            .SelectMany(entry => entry.Row.Cells.Skip(1));
    }

    /// <summary>Starts with their stops, and points.</summary>
    private IEnumerable<(BorisEvent Start, BorisEvent Stop)> Paired(IEnumerable<BorisEvent> events)
    {
        BorisEvent? open = null;
        foreach (var moment in events.GroupBy(found => found.Time))
        {
            // At one time, a state that goes on stops before the next one starts.
            var isOpen = open is not null;
            foreach (var found in moment.OrderBy(found => (found.Status == "START") == isOpen))
            {
                switch (found.Status)
                {
                    case "POINT":
                        yield return (found, found);
                        break;
                    case "START" when open is not null:
                        throw Fault(
                            found.Row,
                            header.Status,
                            $"is START of {found}, and the one of line {open.Row.Line} has no STOP"
                        );
                    case "START":
                        open = found;
                        break;
                    default:
                        yield return (
                            open ?? throw Fault(found.Row, header.Status, $"is STOP of {found}, without a START"),
                            found
                        );
                        open = null;
                        break;
                }
            }
        }

        if (open is not null)
            throw Fault(open.Row, header.Status, $"is START of {open}, which has no STOP");
    }

    private BorisEvent EventOf(CsvRow row)
    {
        var status = row[header.Status].Trim().ToUpperInvariant();
        if (status is not ("START" or "STOP" or "POINT"))
            throw Fault(row, header.Status, $"is '{OneLine.Short(row[header.Status])}', expected START, STOP or POINT");
        return new BorisEvent(
            row,
            status,
            Time(row, header.Time),
            SubjectOf(row),
            row[header.Behavior].Trim(),
            row[header.Modifiers]
        );
    }

    /// <summary>A bout, or one for each video that it goes through.</summary>
    private IEnumerable<Bout> Bouts(CsvRow row, IReadOnlyList<string> media, double start, double stop)
    {
        var rate = RateOf(row);
        var (first, end) = (FrameOf(row, start, rate), FrameOf(row, stop, rate));
        var last = Math.Max(first, end - 1);
        var offset = 0L;
        for (var i = 0; i < Math.Max(1, media.Count); i++)
        {
            // The last one may be of any length.
            var length = i < media.Count - 1 ? LengthOf(row, media, i) : long.MaxValue - offset;
            var (from, to) = (Math.Max(first, offset), Math.Min(last, offset + length - 1));
            if (from <= to)
                yield return BoutOf(row, media.Count == 0 ? "" : media[i], (int)(from - offset), (int)(to - offset));
            offset += length;
        }
    }

    private Bout BoutOf(CsvRow row, string video, int first, int last) =>
        PoseFormatException.Naming(
            path,
            $"line {row.Line}",
            () => new Bout(SubjectOf(row), row[header.Behavior].Trim(), first, last) { Video = video }
        );

    private string? SubjectOf(CsvRow row) =>
        row[header.Subject].Trim() is { Length: > 0 } name
        && !name.Equals(NoSubject, StringComparison.OrdinalIgnoreCase)
            ? name
            : null;

    private double Time(CsvRow row, int column)
    {
        var time = row.Number(column, header.NameOf(column));
        return time >= 0 ? time
            : double.IsNaN(time) ? throw Fault(row, column, "is empty, and a time in seconds was expected")
            : throw Fault(row, column, $"is {OneLine.Short(row[column])}, and a time of 0 s or more was expected");
    }

    private double RateOf(CsvRow row)
    {
        if (framesPerSecond is { } given)
            return given;
        var rate = header.FramesPerSecond < 0 ? double.NaN : row.Number(header.FramesPerSecond, "FPS");
        if (rate > 0)
            return rate;
        double?[] known = [.. videos.Select(video => video.FramesPerSecond).Distinct()];
        return known is [{ } only] && only > 0
            ? only
            : throw row.Fault("FPS", "is not known, and times are in seconds: give the frame rate of the video");
    }

    private long FrameOf(CsvRow row, double time, double rate)
    {
        var frame = Math.Round(time * rate);
        return frame < int.MaxValue
            ? (long)frame
            : throw row.Fault(
                $"has a time of {FormattableString.Invariant($"{time}")} s, which is no frame of a video"
            );
    }

    /// <summary>
    /// The videos of a cell, one after the other: "a.mp4", "a.mp4;b.mp4" or "player #1:a.mp4;player #1:b.mp4". Other
    /// players show the same time from other sides.
    /// </summary>
    private IReadOnlyList<string> MediaOf(string cell)
    {
        if (_media.TryGetValue(cell, out var known))
            return known;
        if (BoutVideos.Find(BoutVideos.NamesOf(videos), cell.Trim()) is not null && cell.Trim().Length > 0)
            return _media[cell] = [cell.Trim()];
        var found = cell.Split([';', '|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => Player().Match(text))
            .Select(match => (Player: match.Groups[1].Value, Media: match.Groups[2].Value.Trim()))
            .Where(entry => entry.Media.Length > 0)
            .ToList();
        // A name may have such a character itself.
        if (found.Count > 1 && found.Exists(entry => !Path.HasExtension(entry.Media)))
            return _media[cell] = [cell.Trim()];
        return _media[cell] = [.. found.Where(entry => entry.Player == found[0].Player).Select(entry => entry.Media)];
    }

    private long LengthOf(CsvRow row, IReadOnlyList<string> media, int at)
    {
        var names = BoutVideos.NamesOf(videos);
        var video =
            BoutVideos.Find(names, media[at]) is { } name && videos.Count > 0
                ? videos[names.ToList().IndexOf(name)]
                : null;
        if (video?.Shape is null && video?.FoundPath is not null)
            video.Open().Dispose();
        return video?.Shape?.Frames
            ?? throw Fault(
                row,
                Math.Max(header.Media, 0),
                $"names {media.Count} videos one after the other: give them with their lengths, which tell the "
                    + $"frames; that of '{OneLine.Short(media[at])}' is not known"
            );
    }

    private PoseFormatException Fault(CsvRow row, int column, string cause) => row.Fault(header.NameOf(column), cause);

    [GeneratedRegex(@"^(?:(player\s*#?\s*\d+)\s*:)?(.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Player();

    [GeneratedRegex(@"^\s*(?:media file|player\s*#?\s*(\d+))", RegexOptions.IgnoreCase)]
    private static partial Regex MediaKey();

    /// <summary>A row of tabular events.</summary>
    private sealed record BorisEvent(
        CsvRow Row,
        string Status,
        double Time,
        string? Subject,
        string Behavior,
        string Modifiers
    )
    {
        public override string ToString() =>
            $"'{OneLine.Short(Behavior)}' of {(Subject is null ? "no subject" : $"'{OneLine.Short(Subject)}'")}";
    }
}
