using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Trainings of one file of labels: a row of a table of options each, with each of several seeds.</summary>
internal sealed record TrainingSweep : ClusterJob
{
    private const string SeedOption = "--seed";

    // What the table of results has of each run, by its name in the result of 'sleap train'.
    private static readonly string[] Measures =
    [
        "validation_pck",
        "validation_error_px",
        "validation_oks_map",
        "validation_loss",
        "best_epoch",
        "seconds",
    ];

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

    private IReadOnlyList<string> Columns { get; init; } = [];

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
        if (seeds.Count > 0 && columns.Any(column => column.TrimStart('-') == SeedOption.TrimStart('-')))
            throw new ArgumentException($"'{table}' has a column of seeds, and --seeds is given; one of both.");
        return new()
        {
            Labels = labels,
            Table = table,
            Seeds = seeds,
            Output = output,
            Name = name,
            Columns = columns,
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

    /// <summary>Writes the table of all results, the best run first.</summary>
    /// <returns>Its file, what is printed of it, and what is wrong with runs that have no result.</returns>
    public (string File, IReadOnlyList<string> Lines, JsonArray Json, IReadOnlyList<string> Faults) Collect()
    {
        List<string> faults = [];
        var done = Runs.Select(run => (Run: run, Result: ResultOf(run, faults)))
            .Where(one => one.Result is not null)
            .Select(one => (one.Run, Result: one.Result!))
            // PCK counts nodes that were not found; the error is of those that were.
            .OrderByDescending(one => NumberOf(one.Result, Measures[0]) ?? double.NegativeInfinity)
            .ThenBy(one => NumberOf(one.Result, Measures[1]) ?? double.PositiveInfinity)
            .ToList();
        string[] headers = ["run", .. Columns, .. Seeds.Count > 0 ? ["seed"] : (string[])[]];
        var file = Path.Combine(Output, "sweep.csv");
        if (done.Count > 0)
        {
            AtomicFile.Write(
                file,
                path =>
                {
                    using var writer = new CsvTableWriter(File.Create(path));
                    writer.Texts([.. headers, .. Measures, "folder"]);
                    writer.EndRow();
                    foreach (var (run, result) in done)
                    {
                        writer.Texts(run.Cells);
                        foreach (var measure in Measures)
                            writer.Number(NumberOf(result, measure) ?? double.NaN);
                        writer.Text(FolderOf(run));
                        writer.EndRow();
                    }
                }
            );
        }
        // What is the same in all runs is in the file.
        int[] shown =
        [
            .. Enumerable
                .Range(0, headers.Length)
                .Where(at => at == 0 || Runs.Select(run => run.Cells[at]).Distinct().Count() > 1),
        ];
        var table = new OutputTable([.. shown.Select(at => headers[at]), .. Measures.Select(measure => ">" + measure)]);
        foreach (var (run, result) in done)
        {
            table.Row([
                .. shown.Select(at => run.Cells[at]),
                .. Measures.Select(measure => Text(NumberOf(result, measure))),
            ]);
        }
        return (
            file,
            table.Lines(),
            [
                .. done.Select(one =>
                {
                    var row = new JsonObject
                    {
                        ["run"] = one.Run.Name,
                        ["options"] = new JsonArray([.. one.Run.Words.Select(word => (JsonNode)word)]),
                    };
                    foreach (var (key, value) in one.Result)
                        row[key] = value?.DeepClone();
                    return row;
                }),
            ],
            faults
        );
    }

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

    private static double? NumberOf(JsonObject result, string measure) =>
        result[measure] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    private static string Text(double? number) => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";

    private string FolderOf(SweepRun run) => $"{AsPath(Output.TrimEnd('/'))}/{run.Name}";

    private List<string> TrainWords(SweepRun run) =>
        ["train", AsPath(Labels), .. run.Words, "--out", FolderOf(run), "--resume"];

    private JsonObject? ResultOf(SweepRun run, List<string> faults)
    {
        var file = Path.Combine(FolderOf(run), TrainVerb.ResultName);
        var fault = "is not done";
        if (File.Exists(file))
        {
            try
            {
                var result = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
                if ((string?)result["command"] == VerbOutput.Typed(SleapCommand.Parse(TrainWords(run))))
                    return result;
                fault = $"was trained with other options: '{result["command"]}'; remove its folder to train it again";
            }
            catch (Exception damage) when (damage is JsonException or InvalidOperationException)
            {
                fault = $"has a result that cannot be read: {damage.Message}";
            }
        }
        faults.Add($"{FolderOf(run)} {fault}");
        return null;
    }
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
