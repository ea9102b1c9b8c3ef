using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap bouts FILE --out BOUTS.csv</c>: behaviors as intervals of frames, from columns of a table, from a table of
/// bouts, from BORIS or a .slp; cleaned, converted and compared.
/// </summary>
internal static class BoutsVerb
{
    private static readonly Argument<string> Source = new("file")
    {
        Description =
            "A table with a row for each animal and frame (with --column), a table of bouts, events exported by "
            + "BORIS (aggregated or tabular), or a .slp with events.",
    };
    private static readonly Option<string[]> Columns = new("--column")
    {
        Description = "A column of the table: 1 or true in the behavior, or its name. May be given several times.",
    };
    private static readonly Option<string[]> NoBehavior = new("--no-behavior")
    {
        Description = "A name in such a column that is no behavior, such as other. May be given several times.",
    };
    private static readonly Option<double?> Fps = new("--fps")
    {
        Description = "Frames a second; else that of the table or of the video of --poses.",
    };
    private static readonly Option<FrameSpan?> CloseGaps = Span(
        "--close-gaps",
        "Close gaps of at most this many frames (15) or seconds (0.5s) in a behavior."
    );
    private static readonly Option<FrameSpan?> MinLength = Span(
        "--min-length",
        "Leave out bouts shorter than this many frames (15) or seconds (0.5s), after closing gaps."
    );
    private static readonly Option<string?> Poses = new("--poses")
    {
        Description =
            "Labels of the same videos: for --out NAME.slp, and where a table of BORIS goes through several videos.",
    };
    private static readonly Option<string?> Out = new("--out")
    {
        Description =
            "NAME.csv, NAME.boris.csv or NAME.boris.tsv (aggregated events as of BORIS), or NAME.slp (the poses "
            + "with events).",
    };
    private static readonly Option<string?> Truth = new("--truth")
    {
        Description = "Bouts of a person to compare with, in any format that is read here.",
    };
    private static readonly Option<double> MinOverlap = new("--min-overlap")
    {
        Description = "Bouts match from this intersection over union on, above 0 and at most 1.",
        DefaultValueFactory = _ => 0.5,
    };

    private const int MaxColumns = 30;

    public static Command Create()
    {
        var json = VerbOutput.Json();
        var verb = new Command(
            "bouts",
            """
            Behaviors as intervals, from columns, tables, BORIS or events of a .slp: cleaned, converted, compared.
            Example: sleap bouts session.measures.csv --column Contact --close-gaps 0.2s --fps 30 --out contact.csv
            """
        )
        {
            Source,
            Columns,
            NoBehavior,
            Fps,
            CloseGaps,
            MinLength,
            Poses,
            Out,
            Truth,
            MinOverlap,
            json,
        };
        verb.SetAction(parsed =>
        {
            if (parsed.GetValue(Fps) is { } given && !(given > 0))
                throw new ArgumentException($"{Fps.Name} is {Number(given)}, expected more than 0.");
            var file = parsed.GetRequiredValue(Source);
            var isSlp = Path.GetExtension(file).Equals(".slp", StringComparison.OrdinalIgnoreCase);
            var labels = (parsed.GetValue(Poses) ?? (isSlp ? file : null)) is { } poses ? Labels.Load(poses) : null;
            var videos = labels?.Videos ?? [];
            var fps =
                parsed.GetValue(Fps) ?? videos.Select(video => video.FramesPerSecond).FirstOrDefault(rate => rate > 0);
            if (isSlp && parsed.GetValue(Columns) is { Length: > 0 })
            {
                throw new ArgumentException(
                    $"{Columns.Name} is a column of a table, and {file} holds poses: 'sleap analyze' writes tables of them."
                );
            }

            var bouts = parsed.GetValue(Columns) is { Length: > 0 } columns
                ? [.. columns.SelectMany(column => OfColumn(file, column, parsed.GetValue(NoBehavior) ?? []))]
                : Bout.Load(file, parsed.GetValue(Fps), videos);
            var (gaps, least) = (
                parsed.GetValue(CloseGaps)?.Frames(fps, CloseGaps.Name) ?? 0,
                parsed.GetValue(MinLength)?.Frames(fps, MinLength.Name) ?? 0
            );
            if (isSlp && bouts.Count == 0)
            {
                Terminal.Say(
                    $"{file} has no events; {Columns.Name} finds bouts in a table that 'sleap analyze' wrote."
                );
            }

            if (gaps > 0 || least > 1)
                bouts = BoutIntervals.Clean(bouts, gaps, least);
            if (parsed.GetValue(Out) is { } target)
                Save(bouts, target, labels, fps);
            var metrics = parsed.GetValue(Truth) is { } truth
                ? VerbOutput
                    .Context()
                    .Pose()
                    .EvaluateBouts(Bout.Load(truth, parsed.GetValue(Fps), videos), bouts, parsed.GetValue(MinOverlap))
                : [];
            var summaries = bouts
                .GroupBy(bout => (Subject: bout.Subject ?? "", bout.Behavior))
                .OrderBy(same => same.Key.Behavior, StringComparer.Ordinal)
                .ThenBy(same => same.Key.Subject, StringComparer.Ordinal)
                .Select(same =>
                    (
                        same.Key.Behavior,
                        same.Key.Subject,
                        Bouts: same.Count(),
                        Frames: same.Sum(bout => (long)bout.FrameCount)
                    )
                )
                .ToList();
            VerbOutput.Write(
                parsed.GetValue(json),
                new JsonObject
                {
                    ["out"] = parsed.GetValue(Out),
                    ["fps"] = fps is { } rate ? VerbOutput.Number(rate) : null,
                    ["bouts"] = bouts.Count,
                    ["behaviors"] = new JsonArray([
                        .. summaries.Select(one => new JsonObject
                        {
                            ["behavior"] = one.Behavior,
                            ["subject"] = one.Subject.Length > 0 ? one.Subject : null,
                            ["bouts"] = one.Bouts,
                            ["frames"] = one.Frames,
                        }),
                    ]),
                    ["metrics"] = new JsonArray([.. metrics.Select(Json)]),
                },
                [
                    .. summaries
                        .Aggregate(
                            new OutputTable("behavior", "subject", ">bouts", ">frames", ">mean length"),
                            (table, one) =>
                                table.Row(
                                    one.Behavior,
                                    one.Subject,
                                    $"{one.Bouts}",
                                    $"{one.Frames}",
                                    Number((double)one.Frames / one.Bouts / (fps ?? 1)) + (fps is null ? "" : " s")
                                )
                        )
                        .Lines(),
                    .. metrics.IsEmpty ? [] : Table(metrics).Lines(),
                    $"{bouts.Count} bouts" + (parsed.GetValue(Out) is { } path ? $" → {path}" : ""),
                ]
            );
            return 0;
        });
        return verb;
    }

    private static void Save(IReadOnlyList<Bout> bouts, string target, Labels? labels, double? fps)
    {
        var remarks =
            !Path.GetExtension(target).Equals(".slp", StringComparison.OrdinalIgnoreCase)
                ? Bout.Save(bouts, target, fps)
            : labels is not null ? labels.WithBouts(bouts).Save(target)
            : throw new ArgumentException(
                $"--out is '{target}': give the poses that the events are saved with, by --poses."
            );
        foreach (var remark in remarks)
            Terminal.Say(remark);
    }

    /// <summary>The frames of a column of a table with a row for each animal and frame, joined.</summary>
    private static IReadOnlyList<Bout> OfColumn(string file, string column, string[] noBehavior)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no file {file}.", file);
        using var rows = CsvTable.Read(file).GetEnumerator();
        if (!rows.MoveNext())
            throw new PoseFormatException(file, null, "the file is empty.");
        List<string> header = [.. rows.Current.Cells];
        int Place(string name, string other) => header.IndexOf(name) is >= 0 and var at ? at : header.IndexOf(other);
        var (frame, value) = (Place("frame", "frame_idx"), header.IndexOf(column));
        if (frame < 0 || value < 0)
        {
            throw rows.Current.Fault(
                $"has no column '{(frame < 0 ? "frame" : OneLine.Short(column))}': the columns are "
                    + OneLine.Some(header, MaxColumns)
            );
        }

        var (video, track, instance) = (
            Place("video", "video_path"),
            header.IndexOf("track"),
            header.IndexOf("instance")
        );
        List<Bout> frames = [];
        Dictionary<(string Video, int Frame), string> untracked = [];
        while (rows.MoveNext())
        {
            var row = rows.Current;
            var (name, index) = (row[track], row.Whole(frame, header[frame]));
            if (
                name.Length == 0
                && !untracked.TryAdd((row[video], index), row[instance])
                && untracked[(row[video], index)] != row[instance]
            )
            {
                throw row.Fault(
                    $"is the second instance without a track in frame {index}: bouts are of tracked animals, so that "
                        + "'sleap track' comes first"
                );
            }

            if (BehaviorOf(row, value, column, noBehavior) is { } behavior)
            {
                Bout Found() =>
                    new(name.Length > 0 ? name : null, behavior, index, index)
                    {
                        Video = row[video],
                        IsPredicted = true,
                    };
                frames.Add(PoseFormatException.Naming(file, $"line {row.Line}", Found));
            }
        }
        return BoutIntervals.Clean(frames, closeGaps: 0, minLength: 1);
    }

    /// <summary>The behavior that a cell says; null for none.</summary>
    private static string? BehaviorOf(CsvRow row, int at, string column, string[] noBehavior)
    {
        var text = row[at].Trim();
        if (text.Length == 0 || noBehavior.Contains(text) || text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return null;
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
            return column;
        var isNumber = char.IsAsciiDigit(text[^1]) && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '.' or '+');
        if (!isNumber && !text.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return text;
        return row.Number(at, column) switch
        {
            0 or double.NaN => null,
            1 => column,
            _ => throw row.Fault(
                column,
                $"is {OneLine.Short(text)}, expected 1 in a behavior, 0 or nothing elsewhere, or names"
            ),
        };
    }

    private static JsonNode Json(BoutMetrics one) =>
        new JsonObject
        {
            ["behavior"] = one.Behavior,
            ["true_bouts"] = one.TrueBouts,
            ["predicted_bouts"] = one.PredictedBouts,
            ["precision"] = VerbOutput.Number(one.Precision),
            ["recall"] = VerbOutput.Number(one.Recall),
            ["f1"] = VerbOutput.Number(one.F1),
            ["frame_precision"] = VerbOutput.Number(one.FramePrecision),
            ["frame_recall"] = VerbOutput.Number(one.FrameRecall),
            ["frame_f1"] = VerbOutput.Number(one.FrameF1),
        };

    private static OutputTable Table(IEnumerable<BoutMetrics> metrics) =>
        metrics.Aggregate(
            new OutputTable(
                "behavior",
                ">true bouts",
                ">precision",
                ">recall",
                ">F1",
                ">frame precision",
                ">frame recall",
                ">frame F1"
            ),
            (table, one) =>
                table.Row([
                    one.Behavior,
                    $"{one.TrueBouts}",
                    .. new[]
                    {
                        one.Precision,
                        one.Recall,
                        one.F1,
                        one.FramePrecision,
                        one.FrameRecall,
                        one.FrameF1,
                    }.Select(Number),
                ])
        );

    private static string Number(double value) =>
        double.IsNaN(value) ? "–" : value.ToString("0.###", CultureInfo.InvariantCulture);

    private static Option<FrameSpan?> Span(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "frames|seconds",
            CustomParser = result =>
            {
                var text = result.Tokens is [var token] ? token.Value : "";
                var isSeconds = text.EndsWith('s');
                if (
                    double.TryParse(
                        isSeconds ? text[..^1] : text,
                        isSeconds ? NumberStyles.AllowDecimalPoint : NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var value
                    )
                    && value < 1e6
                )
                {
                    return new FrameSpan(value, isSeconds);
                }
                result.AddError(
                    $"{name} is '{text}', expected a whole number of frames, such as 15, or seconds, such as 0.5s."
                );
                return null;
            },
        };

    /// <summary>A length of time in frames or seconds.</summary>
    private sealed record FrameSpan(double Value, bool IsSeconds)
    {
        public int Frames(double? fps, string option) =>
            !IsSeconds ? (int)Value
            : fps is { } rate ? (int)Math.Min(Math.Round(Value * rate), int.MaxValue / 2)
            : throw new ArgumentException($"{option} is in seconds, and the frame rate is not known: give --fps.");
    }
}
