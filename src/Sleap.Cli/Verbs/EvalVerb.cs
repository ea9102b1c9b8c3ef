using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap eval TRUTH PREDICTED</c>: how far predictions are from the truth.</summary>
internal static class EvalVerb
{
    public static Command Create()
    {
        var truth = new Argument<string>("truth") { Description = "Labels that are right." };
        var predicted = new Argument<string>("predicted") { Description = "Labels to judge; frames are matched by video and number." };
        var json = Report.Json();
        var verb = new Command("eval", "How far predictions are from the truth, in pixels.\nExample: sleap eval labels.slp session.predictions.slp") { truth, predicted, json };
        verb.SetAction(words =>
        {
            var metrics = new MLContext().Pose().Evaluate(Labels.Load(words.GetRequiredValue(truth)), Labels.Load(words.GetRequiredValue(predicted)));
            var report = new JsonObject
            {
                ["visible_nodes"] = metrics.All.Visible,
                ["found_nodes"] = metrics.All.Found,
                ["mean_px"] = Report.Number(metrics.All.Mean),
                ["rmse_px"] = Report.Number(metrics.All.Rmse),
                ["p50_px"] = Report.Number(metrics.All.P50),
                ["p90_px"] = Report.Number(metrics.All.P90),
                ["p95_px"] = Report.Number(metrics.All.P95),
                ["within_5_px"] = Report.Number(metrics.All.Within),
            };
            Report.Write(words.GetValue(json), report, [metrics.ToString()]);
            return 0;
        });
        return verb;
    }
}
