namespace Sleap.IO;

/// <summary>
/// Reads and writes tables of bouts: the layout of this library, which <see cref="Bout.Load"/> describes, and those of
/// BORIS. Columns are found by name.
/// </summary>
internal static class BoutTables
{
    private const string BorisCsv = ".boris.csv";
    private const string BorisTsv = ".boris.tsv";

    public static IReadOnlyList<Bout> Load(string path, double? framesPerSecond, IReadOnlyList<Video> videos)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckRate(framesPerSecond);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
        if (!InputFile.HasContent(path))
            throw new PoseFormatException(path, null, "the file is empty, a device or a pipe.");
        if (Path.GetExtension(path).Equals(".slp", StringComparison.OrdinalIgnoreCase))
            return Labels.Load(path).Bouts;
        List<CsvRow> above = [];
        using var rows = CsvTable.Read(path).GetEnumerator();
        while (rows.MoveNext())
        {
            var header = new BoutHeader(rows.Current);
            if (header.IsAggregated || header.IsTabular)
            {
                return Bout.InOrder(
                    new BorisReader(path, header, framesPerSecond, videos).Read(above, Rest(rows, header))
                );
            }
            if (header.IsOwn)
                return Bout.InOrder(Rest(rows, header).Select(row => OwnRow(path, header, row)));
            above.Add(rows.Current);
        }

        throw new PoseFormatException(
            path,
            above.Count > 0 ? $"line {above[0].Line}" : null,
            "no row names the columns of bouts: expected behavior, from and to; or those of BORIS, "
                + "Behavior, Start (s) and Stop (s), or Behavior, Time and Status"
                + (above.Count > 0 ? $". The first row is {OneLine.Some(above[0].Cells)}." : ".")
        );
    }

    public static IReadOnlyList<string> Save(IEnumerable<Bout> bouts, string path, double? framesPerSecond)
    {
        ArgumentNullException.ThrowIfNull(bouts);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckRate(framesPerSecond);
        var list = Bout.InOrder(bouts);
        var name = path.ToLowerInvariant();
        var isBoris =
            name.EndsWith(BorisCsv, StringComparison.Ordinal) || name.EndsWith(BorisTsv, StringComparison.Ordinal);
        if (!isBoris && !name.EndsWith(".csv", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{path}' is no table of bouts: expected NAME.csv, or NAME{BorisCsv} or NAME{BorisTsv} for BORIS. "
                    + "In a .slp they are saved with the labels."
            );
        }
        if (isBoris && framesPerSecond is null)
            throw new ArgumentException($"'{path}' needs the frame rate: the times of BORIS are in seconds.");
        AtomicFile.Write(
            path,
            stream =>
            {
                using var writer = new CsvTableWriter(
                    stream,
                    name.EndsWith(".tsv", StringComparison.Ordinal) ? '\t' : ','
                );
                if (isBoris)
                    BorisWriter.Write(writer, list, framesPerSecond!.Value);
                else
                    WriteOwn(writer, list, framesPerSecond);
            }
        );
        return [.. isBoris ? BorisWriter.Losses(list) : [], .. FormatLosses.OfFormulas(Names(list))];
    }

    private static IEnumerable<string> Names(IReadOnlyList<Bout> bouts) =>
        bouts.SelectMany(bout => new[] { bout.Video, bout.Subject, bout.Target, bout.Behavior }).OfType<string>();

    private static void WriteOwn(CsvTableWriter writer, IReadOnlyList<Bout> bouts, double? framesPerSecond)
    {
        writer.Texts(["video", "subject", "target", "behavior", "from", "to", "predicted"]);
        if (framesPerSecond is not null)
            writer.Texts(["start_s", "stop_s"]);
        writer.EndRow();
        foreach (var bout in bouts)
        {
            writer.Text(bout.Video);
            writer.Text(bout.Subject);
            writer.Text(bout.Target);
            writer.Text(bout.Behavior);
            writer.Whole(bout.FirstFrame);
            writer.Whole(bout.LastFrame);
            writer.Flag(bout.IsPredicted);
            if (framesPerSecond is { } rate)
            {
                writer.Number(bout.FirstFrame / rate);
                writer.Number((bout.LastFrame + 1) / rate);
            }
            writer.EndRow();
        }
    }

    private static Bout OwnRow(string path, BoutHeader header, CsvRow row)
    {
        string? Name(int at) => row[at].Trim() is { Length: > 0 } name ? name : null;
        var (first, last) = (row.Whole(header.From, "from"), row.Whole(header.To, "to"));
        if (last < first)
            throw row.Fault("to", $"is {last}, before from, which is {first}");
        var behavior = Name(header.Behavior) ?? throw row.Fault("behavior", "is empty");
        return PoseFormatException.Naming(
            path,
            $"line {row.Line}",
            () =>
                new Bout(Name(header.Subject), behavior, first, last)
                {
                    Video = row[header.Video],
                    Target = Name(header.Target),
                    IsPredicted = Name(header.Predicted)?.ToLowerInvariant() switch
                    {
                        null or "false" or "0" => false,
                        "true" or "1" => true,
                        _ => throw row.Fault(
                            "predicted",
                            $"is '{OneLine.Short(row[header.Predicted])}', expected true or false"
                        ),
                    },
                }
        );
    }

    /// <summary>The rows below the header without those of empty cells, as spreadsheets have.</summary>
    private static IEnumerable<CsvRow> Rest(IEnumerator<CsvRow> rows, BoutHeader header)
    {
        while (rows.MoveNext())
        {
            var row = rows.Current;
            if (row.IsBlank)
                continue;
            if (row.Count != header.Count)
                throw row.Fault($"has {row.Count} cells, and the header has {header.Count}");
            yield return row;
        }
    }

    private static void CheckRate(double? framesPerSecond)
    {
        if (framesPerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new ArgumentOutOfRangeException(nameof(framesPerSecond), rate, "The frame rate must be above 0.");
    }
}

/// <summary>
/// Places of the columns of a table of bouts, −1 for those it does not have. Independent variables of BORIS have any
/// names and stand between the columns of the observation and those of the event: of two columns of one name it is the
/// first one for an observation, and the last one for an event.
/// </summary>
internal sealed class BoutHeader(CsvRow row)
{
    private readonly List<string> _names = [.. row.Cells.Select(cell => cell.Trim().ToLowerInvariant())];

    public int Count => _names.Count;

    public int Behavior => Last("behavior");

    public int Subject => Last("subject");

    public int Target => Last("target");

    public int From => Last("from");

    public int To => Last("to");

    public int Video => First("video", "video_path");

    public int Predicted => Last("predicted");

    public int Observation => First("observation id");

    public int Media => First("media file", "source", "media file path", "media file name");

    public int FramesPerSecond => First("fps", "fps (frame/s)");

    public int Start => Last("start (s)");

    public int Stop => Last("stop (s)");

    public int Time => Last("time");

    /// <summary>STATE or POINT of aggregated events; START, STOP or POINT of tabular ones.</summary>
    public int Status => Last("status") is >= 0 and var at ? at : Last("behavior type");

    public int Modifiers => Last("modifiers");

    public bool IsOwn => Behavior >= 0 && From >= 0 && To >= 0;

    public bool IsAggregated => Behavior >= 0 && Start >= 0 && Stop >= 0;

    public bool IsTabular => Behavior >= 0 && Time >= 0 && Status >= 0;

    /// <summary>What messages call a column.</summary>
    public string NameOf(int at) => row[at].Trim();

    private int First(params string[] names) =>
        names.Select(name => _names.IndexOf(name)).FirstOrDefault(at => at >= 0, -1);

    private int Last(string name) => _names.LastIndexOf(name);
}
