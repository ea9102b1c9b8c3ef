using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap eval TRUTH PREDICTED</c>: how far predictions are from the truth.</summary>
internal static class EvalVerb
{
    public static Command Create()
    {
        var truth = new Argument<string>("truth") { Description = "Labels that are right." };
        var predicted = new Argument<string>("predicted")
        {
            Description = "Labels to judge; frames are matched by video and number.",
        };
        var folder = new Option<string?>("--report")
        {
            Description =
                "Also write report.html with the worst frames, metrics.json and metrics.txt into this folder.",
        };
        var source = new Option<string?>("--source")
        {
            Description = "The video for the report, when it is not where the true labels say.",
        };
        var rules = new Option<string>("--rules")
        {
            Description = "standard, or sleap-nn for figures to put beside its own.",
            DefaultValueFactory = _ => "standard",
        };
        rules.AcceptOnlyFromAmong("standard", "sleap-nn");
        var stddev = new Option<double>("--oks-stddev")
        {
            Description = "The spread of labels in OKS.",
            DefaultValueFactory = _ => 0.025,
        };
        var radius = new Option<double>("--radius")
        {
            Description = "The distance in pixels within which a node counts as right.",
            DefaultValueFactory = _ => 5,
        };
        var inOrder = new Option<bool>("--videos-in-order")
        {
            Description =
                "The first video of the truth is the first of the predictions, and so on, whatever their names.",
        };
        var trainedOn = new Option<string?>("--trained-on")
        {
            Description =
                "The run folder of the model, or the labels that it was trained on: errors also by the distance in time "
                + "from the nearest training frame.",
        };
        var (predictions, json) = (VerbOutput.UsePredictions(), VerbOutput.Json());
        var verb = new Command(
            "eval",
            "How far predictions are from the truth: pixels, OKS, PCK, identities, tracks.\n"
                + "Example: sleap eval labels.slp session.predictions.slp --report session-eval"
        )
        {
            truth,
            predicted,
            folder,
            source,
            rules,
            stddev,
            radius,
            predictions,
            inOrder,
            trainedOn,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var options = new EvaluationOptions
            {
                Rules = parsed.GetValue(rules) == "sleap-nn" ? EvaluationRules.SleapNN : EvaluationRules.Standard,
                OksStddev = parsed.GetValue(stddev),
                Radius = parsed.GetValue(radius),
                TrueInstances = VerbOutput.LabelsOf(parsed.GetValue(predictions)).Instances ?? InstanceChoice.User,
                VideosInOrder = parsed.GetValue(inOrder),
            };
            var pose = VerbOutput.Context().Pose();
            var (right, judged) = (
                Labels.Load(parsed.GetRequiredValue(truth), parsed.Reading()),
                Labels.Load(parsed.GetRequiredValue(predicted), parsed.Reading())
            );
            if (IsCentroids(right, judged))
            {
                if (parsed.GetValue(folder) is not null)
                {
                    throw new ArgumentException(
                        "The predictions have one node that the truth does not have, so only centroids are compared, "
                            + "and there is no report of that: leave out --report."
                    );
                }

                var centroids = pose.EvaluateCentroids(right, judged, options);
                VerbOutput.Write(parsed.GetValue(json), CentroidJson(centroids), [centroids.ToString()]);
                return 0;
            }
            var metrics = parsed.GetValue(folder) is { } into
                ? pose.EvaluationReport(
                    right,
                    judged,
                    into,
                    options,
                    new ReportOptions { VideoPath = parsed.GetValue(source) }
                )
                : pose.Evaluate(right, judged, options);
            var report = Json(metrics);
            List<string> separation = [];
            if (parsed.GetValue(trainedOn) is { } training)
            {
                var errors = metrics.BySeparation(TrainedOn(training, metrics, parsed.Reading()));
                report["separation"] = Json(errors);
                separation = ["", .. Lines(errors), errors.ToString()];
            }

            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. MetricsText.Tables(metrics).SelectMany(table => Drawn(table).Append("")).SkipLast(1),
                    .. separation,
                    .. parsed.GetValue(folder) is { } written
                        ? [$"→ {Path.Combine(written, "report.html")}"]
                        : Array.Empty<string>(),
                ]
            );
            return 0;
        });
        return verb;
    }

    /// <summary>
    /// Whether the predictions are of a centroid model: animals of one node, which is none of the truth's.
    /// </summary>
    private static bool IsCentroids(Labels truth, Labels predicted) =>
        predicted.Skeletons is [{ Nodes: [var only] }] && truth.Skeletons.All(skeleton => skeleton.IndexOf(only) < 0);

    /// <summary>Training frames, their videos named as in the metrics.</summary>
    private static List<(string Video, int FrameIndex)> TrainedOn(
        string path,
        PoseMetrics metrics,
        LabelsReadOptions reading
    )
    {
        IEnumerable<(string Video, int FrameIndex)> frames;
        if (Directory.Exists(path) && StoredSplit.Read(path) is { } split)
        {
            frames = split.Frames.Where(frame => frame.Set == "training").Select(frame => (frame.Video, frame.Frame));
        }
        else
        {
            frames = Labels
                .Load(path, reading)
                .Frames.Where(frame => frame.Instances.Any(instance => !instance.IsPredicted))
                .Select(frame => (frame.Video.Path, frame.FrameIndex));
        }

        // Paths of one video differ between machines: then the file name tells, if it is of one video.
        var names = metrics
            .PerFrame.Select(frame => frame.Video)
            .Distinct()
            .GroupBy(Path.GetFileName)
            .ToDictionary(name => name.Key!, name => name.ToList());
        return
        [
            .. frames.Select(frame =>
                names.GetValueOrDefault(Path.GetFileName(frame.Video)) is { } same
                && !same.Contains(frame.Video)
                && same.Count == 1
                    ? (same[0], frame.FrameIndex)
                    : frame
            ),
        ];
    }

    private static IEnumerable<string> Lines(SeparationErrors errors)
    {
        var table = new OutputTable("frames", ">number", ">found", ">mean px");
        foreach (var group in errors.Groups)
        {
            table.Row(
                group.Name,
                group.Frames.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{group.Found}/{group.Visible}"),
                group.MeanError.ToString("0.00", CultureInfo.InvariantCulture)
            );
        }

        return table.Lines();
    }

    private static JsonObject Json(SeparationErrors errors) =>
        new()
        {
            ["far_to_near"] = VerbOutput.Number(errors.FarToNear),
            ["groups"] = new JsonArray([
                .. errors.Groups.Select(group => new JsonObject
                {
                    ["max_distance"] = group.MaxDistance,
                    ["frames"] = group.Frames,
                    ["visible_nodes"] = group.Visible,
                    ["found_nodes"] = group.Found,
                    ["mean_px"] = VerbOutput.Number(group.MeanError),
                }),
            ]),
        };

    private static IEnumerable<string> Drawn(MetricsTable table) =>
        table
            .Rows.Aggregate(
                table.Headers is [var first, .. var numbers]
                    ? new OutputTable([first, .. numbers.Select(name => ">" + name)])
                    : new OutputTable(table.Rows[0].Length),
                (drawn, row) => drawn.Row(row)
            )
            .Lines();

    private static JsonObject CentroidJson(CentroidMetrics centroids) =>
        new()
        {
            ["radius_px"] = centroids.Radius,
            ["precision"] = VerbOutput.Number(centroids.Precision),
            ["recall"] = VerbOutput.Number(centroids.Recall),
            ["f1"] = VerbOutput.Number(centroids.F1),
            ["tp"] = centroids.TruePositives,
            ["fp"] = centroids.FalsePositives,
            ["fn"] = centroids.FalseNegatives,
            ["mean_px"] = VerbOutput.Number(centroids.Error.Mean),
            ["p50_px"] = VerbOutput.Number(centroids.Error.P50),
            ["p95_px"] = VerbOutput.Number(centroids.Error.P95),
        };

    /// <summary>All figures, and before them those that programs ask for most, without a level between.</summary>
    private static JsonObject Json(PoseMetrics metrics)
    {
        var report = new JsonObject
        {
            ["visible_nodes"] = metrics.All.Visible,
            ["found_nodes"] = metrics.All.Found,
            ["mean_px"] = VerbOutput.Number(metrics.All.Mean),
            ["rmse_px"] = VerbOutput.Number(metrics.All.Rmse),
            ["p50_px"] = VerbOutput.Number(metrics.All.P50),
            ["p90_px"] = VerbOutput.Number(metrics.All.P90),
            ["p95_px"] = VerbOutput.Number(metrics.All.P95),
            // The name has the radius in it, which is 5 unless another was asked for.
            [string.Create(CultureInfo.InvariantCulture, $"within_{metrics.Radius:0.##}_px")] = VerbOutput.Number(
                metrics.All.Within
            ),
        };
        foreach (var (name, value) in metrics.ToJson())
            report[name] = value?.DeepClone();
        return report;
    }
}
