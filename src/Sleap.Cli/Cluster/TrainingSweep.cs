using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Trainings of one file of labels: a row of a table of options each, with each of several seeds.</summary>
internal sealed record TrainingSweep : ClusterJob
{
    public required string Labels { get; init; }

    /// <summary>The file of options: a column an option of <c>sleap train</c>, a row a run.</summary>
    public required string Table { get; init; }

    /// <summary>The seeds of each row; none for those of the rows.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [];

    public override string Title => $"Trains on {Labels} by {Table}, {Tasks} runs";

    public override int Tasks => Runs.Count;

    public override IReadOnlyList<string> CollectWords =>
        [
            AsPath(Labels),
            "--train",
            AsPath(Table),
            .. Seeds.Count == 0 ? [] : (string[])["--seeds", string.Join(',', Seeds)],
            "--out",
            AsPath(Output),
        ];

    protected override IEnumerable<string> Words => [Labels, Table, Output, .. Runs.SelectMany(run => run.Words)];

    /// <summary>The columns of the table of options, and the seed if it is none of them.</summary>
    public IReadOnlyList<string> Columns { get; private init; } = [];

    private IReadOnlyList<SweepRun> Runs { get; init; } = [];

    /// <summary>Reads the table, whose cells are checked as a command line is.</summary>
    /// <exception cref="ArgumentException">It has no rows, or cells that 'sleap train' does not take.</exception>
    public static TrainingSweep Of(string labels, string table, IReadOnlyList<int> seeds, string output, string name)
    {
        var rows = CsvTable.Read(table).Where(row => !row.IsBlank).ToList();
        if (rows.Count < 2)
            throw new ArgumentException($"'{table}' has no runs: a first row with options, and a row for each run.");
        string[] columns = [.. rows[0].Cells.Select(cell => cell.Trim())];
        if (columns.FirstOrDefault(column => column.TrimStart('-') is "out" or "resume" or "json") is { } own)
            throw new ArgumentException($"'{table}' has a column '{own}', which 'sleap cluster' chooses itself.");
        if (seeds.Count > 0 && columns.Any(column => column.TrimStart('-') == "seed"))
            throw new ArgumentException($"'{table}' has a column of seeds, and --seeds is given; one of both.");
        return new()
        {
            Labels = labels,
            Table = table,
            Seeds = seeds,
            Output = output,
            Name = name,
            Columns = [.. columns, .. seeds.Count > 0 ? ["seed"] : (string[])[]],
            Runs =
            [
                .. rows.Skip(1)
                    .Index()
                    .SelectMany(row =>
                        seeds
                            .Cast<int?>()
                            .DefaultIfEmpty()
                            .Select(seed => SweepRun.Of(row.Index + 1, columns, row.Item, seed))
                    ),
            ],
        };
    }

    public override string TaskLines(string index) =>
        $"""
            case "${index}" in
            {string.Join(
                '\n',
                Runs.Index().Select(run => $"{run.Index}) set -- {Line([FolderOf(run.Item), .. run.Item.Words])};;")
            )}
            esac
            out=$1
            shift
            # A training that was interrupted goes on; its result appears when it is complete.
            if [ -s "$out"/{TrainVerb.ResultName} ]; then echo "$out is done"; exit 0; fi
            sleap train {Quoted(AsPath(Labels))} "$@" --out "$out" --resume
            """;

    /// <summary>The results that are there.</summary>
    public SweepResults Results() => new(this, Runs);

    protected override IEnumerable<string> Faults()
    {
        foreach (var run in Runs)
        {
            foreach (var fault in CommandLineErrors.Of(SleapCommand.Parse(TrainWords(run))))
                yield return $"'{Table}', row {run.Row}: {fault.TrimEnd('.')}";
        }
        foreach (var fault in base.Faults())
            yield return fault;
    }

    /// <summary>The labels as a path.</summary>
    public string LabelsPath => AsPath(Labels);

    /// <summary>The folder of a run.</summary>
    public string FolderOf(SweepRun run) => $"{AsPath(Output.TrimEnd('/'))}/{run.Name}";

    /// <summary>The training of a run as a command line.</summary>
    public List<string> TrainWords(SweepRun run) =>
        ["train", AsPath(Labels), .. run.Words, "--out", FolderOf(run), "--resume"];
}

/// <summary>One training of a sweep.</summary>
/// <param name="Name">Its folder.</param>
/// <param name="Row">The row of the table, from 1.</param>
/// <param name="Words">Its options, as words of <c>sleap train</c>.</param>
/// <param name="Cells">Its name, the row's cells, and the seed if it is not one of them.</param>
internal sealed record SweepRun(string Name, int Row, IReadOnlyList<string> Words, IReadOnlyList<string> Cells)
{
    /// <param name="number">The row of the table, from 1.</param>
    /// <param name="columns">The columns: names of options, or keys of a configuration, which have a point.</param>
    /// <param name="row">The cells; an empty one leaves the option out.</param>
    /// <param name="seed">A seed that is not in the row.</param>
    public static SweepRun Of(int number, IReadOnlyList<string> columns, CsvRow row, int? seed)
    {
        var name = $"run-{number}{(seed is null ? "" : $"-seed-{seed}")}";
        if (row.Count > columns.Count)
            throw row.Fault($"has {row.Count} cells, and the first row {columns.Count}");
        string[] cells = [.. columns.Select((_, at) => row[at].Trim())];
        var words = columns
            .Zip(cells)
            .Where(pair => pair.Second.Length > 0)
            .Select(pair => $"{(pair.First.Contains('.') ? "" : "--")}{pair.First.TrimStart('-')}={pair.Second}");
        return new(
            name,
            number,
            [.. words, .. seed is null ? [] : (string[])[$"--seed={seed}"]],
            [name, .. cells, .. seed is null ? [] : (string[])[$"{seed}"]]
        );
    }
}

/// <summary>The results of the runs of a sweep that are done, the best first.</summary>
internal sealed class SweepResults
{
    private const string Pck = "validation_pck",
        Error = "validation_error_px";

    // What the table has of each run, by its name in the result of 'sleap train'.
    private static readonly string[] Measures =
    [
        Pck,
        Error,
        "validation_oks_map",
        "validation_loss",
        "best_epoch",
        "seconds",
    ];

    private readonly TrainingSweep _sweep;
    private readonly IReadOnlyList<SweepRun> _runs;
    private readonly List<(SweepRun Run, JsonObject Result)> _done = [];
    private readonly List<string> _faults = [];

    /// <param name="sweep">What is trained.</param>
    /// <param name="runs">Its runs.</param>
    public SweepResults(TrainingSweep sweep, IReadOnlyList<SweepRun> runs)
    {
        (_sweep, _runs) = (sweep, runs);
        foreach (var run in runs)
            Read(run);
        // PCK counts nodes that were not found; the error is of those that were.
        _done =
        [
            .. _done
                .OrderByDescending(one => NumberOf(one.Result, Pck) ?? double.NegativeInfinity)
                .ThenBy(one => NumberOf(one.Result, Error) ?? double.PositiveInfinity),
        ];
    }

    /// <summary>What is wrong with the runs that have no result, one sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>How many runs are done.</summary>
    public int Count => _done.Count;

    private string[] Headers => ["run", .. _sweep.Columns];

    /// <summary>Writes the table with all columns into the folder of the runs.</summary>
    /// <returns>Its file.</returns>
    public string Write()
    {
        var file = Path.Combine(_sweep.Output, "sweep.csv");
        AtomicFile.Write(
            file,
            stream =>
            {
                using var writer = new CsvTableWriter(stream);
                writer.Texts([.. Headers, .. Measures, "folder"]);
                writer.EndRow();
                foreach (var (run, result) in _done)
                {
                    writer.Texts(run.Cells);
                    foreach (var measure in Measures)
                        writer.Number(NumberOf(result, measure) ?? double.NaN);
                    writer.Text(_sweep.FolderOf(run));
                    writer.EndRow();
                }
            }
        );
        return file;
    }

    /// <summary>The table without the columns that are the same in all runs.</summary>
    public IReadOnlyList<string> Lines()
    {
        int[] shown =
        [
            .. Enumerable
                .Range(0, Headers.Length)
                .Where(at => at == 0 || _runs.Select(run => run.Cells[at]).Distinct().Count() > 1),
        ];
        var table = new OutputTable([.. shown.Select(at => Headers[at]), .. Measures.Select(measure => $">{measure}")]);
        foreach (var (run, result) in _done)
        {
            var numbers = Measures.Select(measure => NumberOf(result, measure));
            table.Row([
                .. shown.Select(at => run.Cells[at]),
                .. numbers.Select(number => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? ""),
            ]);
        }
        return table.Lines();
    }

    /// <summary>The results for <c>--json</c>, with the name and the options of each run.</summary>
    public JsonArray Json() =>
        [
            .. _done.Select(one =>
            {
                var row = (JsonObject)one.Result.DeepClone();
                row["run"] = one.Run.Name;
                row["options"] = new JsonArray([.. one.Run.Words.Select(word => (JsonNode)word)]);
                return row;
            }),
        ];

    private static double? NumberOf(JsonObject result, string measure) =>
        result[measure] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    private void Read(SweepRun run)
    {
        var folder = _sweep.FolderOf(run);
        var file = Path.Combine(folder, TrainVerb.ResultName);
        if (!File.Exists(file))
        {
            _faults.Add($"{folder} is not done.");
            return;
        }
        try
        {
            var result = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
            string[] arguments = [.. (result["arguments"] as JsonArray ?? []).Select(word => (string)word!)];
            string[] expected = [.. SleapCommand.Parse(_sweep.TrainWords(run)).Tokens.Select(word => word.Value)];
            // Folders may be named in other words now; what trains is in the labels and between them and --out.
            var isSame =
                arguments.Length == expected.Length
                && arguments[2..^3].SequenceEqual(expected[2..^3])
                && (string?)result["labels"] == Path.GetFullPath(_sweep.LabelsPath);
            if (isSame)
            {
                _done.Add((run, result));
            }
            else
            {
                var command = string.Join(' ', ["sleap", .. arguments]);
                _faults.Add($"{folder} was trained with other options, '{command}': remove it to train it again.");
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            _faults.Add($"{file} is no result of a training: {fault.Message}");
        }
    }
}
