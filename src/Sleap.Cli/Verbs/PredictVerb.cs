using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap predict SOURCE --model PATH --out FILE</c>: the poses of a video, or of labelled frames.</summary>
internal static class PredictVerb
{
    private static readonly string[] LabelEndings = [".slp", ".csv", ".h5", ".json"];

    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "A video, a folder of pictures, or labels whose frames are predicted." };
        var model = new Option<string[]>("--model") { Description = "A model.zip that 'sleap train' or mlContext.Model.Save wrote, or a model folder of sleap-nn. Twice for the two stages of top-down.", Required = true };
        var output = new Option<string>("--out") { Description = "Where to write: .slp or .csv.", Required = true };
        var frames = new Option<string?>("--frames") { Description = "Frames of the video: 0-99,200. Else all." };
        var threshold = new Option<float?>("--peak-threshold") { Description = "Peaks lower than this are missing nodes; else the model's." };
        var centroids = new Option<float?>("--centroid-threshold") { Description = "Top-down: centres of lower peaks are not looked at; else the model's." };
        var most = new Option<int?>("--max-instances") { Description = "Animals in a frame at most; else the model's." };
        var refinement = new Option<string?>("--refinement") { Description = "gaussian, integral or none; else the model's." };
        refinement.AcceptOnlyFromAmong("gaussian", "integral", "none");
        var batch = new Option<int?>("--batch-size") { Description = "Frames that the network sees at once; else the model's." };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var json = Report.Json();
        var verb = new Command("predict", "The poses of a video.\nExample: sleap predict session.mp4 --model mouse/model.zip --out session.slp")
        {
            source, model, output, frames, threshold, centroids, most, refinement, batch, device, json,
        };
        verb.SetAction((words, cancellation) =>
        {
            var ml = new MLContext();
            using var trained = PoseModel.Load(ml, words.GetRequiredValue(model));
            using var predicting = trained.With(new PredictionOptions
            {
                PeakThreshold = words.GetValue(threshold),
                CentroidThreshold = words.GetValue(centroids),
                MaxInstances = words.GetValue(most),
                Refinement = words.GetValue(refinement) is { } name ? Enum.Parse<PeakRefinement>(name, ignoreCase: true) : null,
                BatchSize = words.GetValue(batch),
                Device = words.GetRequiredValue(device),
            });
            var view = Open(ml.Pose(), words.GetRequiredValue(source), words.GetValue(frames));
            return Task.FromResult(Run(ml.Pose(), predicting, view, words.GetRequiredValue(output), words.GetValue(json), cancellation));
        });
        return verb;
    }

    private static IDataView Open(PoseCatalog pose, string source, string? frames)
    {
        var list = frames is null ? null : FrameList.Parse(frames);
        var isLabels = LabelEndings.Contains(Path.GetExtension(source).ToLowerInvariant()) || File.Exists(Path.Combine(source, "config.yaml"));
        if (!isLabels) return pose.LoadVideo(source, list);
        return list is null
            ? pose.LoadLabels(source, new LabelsOptions { KeepEmptyFrames = true })
            : throw new ArgumentException("--frames goes with a video; for labels the labelled frames are predicted.");
    }

    private static int Run(PoseCatalog pose, ITransformer model, IDataView frames, string output, bool json, CancellationToken cancellation)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var labels = pose.ToLabels(model.Transform(frames));
        var seconds = clock.Elapsed.TotalSeconds;
        cancellation.ThrowIfCancellationRequested();
        labels.Save(output);
        var report = pose.FrameReport(frames);
        var (processed, empty) = (labels.Frames.Count, labels.Frames.Count(f => f.Instances.Count == 0));
        foreach (var bad in report.Unreadable.Take(10)) Console.Error.WriteLine($"sleap: frame {bad.FrameIndex} could not be read: {bad.Reason}");
        var result = new JsonObject
        {
            ["out"] = output,
            ["requested"] = report.Requested,
            ["processed"] = processed,
            ["failed"] = report.Failed,
            ["empty"] = empty,
            ["instances"] = labels.Frames.Sum(f => f.Instances.Count),
            ["seconds"] = Report.Number(seconds),
            ["frames_per_second"] = Report.Number(processed / seconds),
        };
        Report.Write(json, result, [$"{processed} of {report.Requested} frames, {report.Failed} failed, {empty} empty, {processed / seconds:0.0} frames/s → {output}"]);
        return 0;
    }
}
