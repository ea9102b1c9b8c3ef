using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reports in one HTML file each, with charts and images inside.</summary>
public static class ReportCatalog
{
    private const int MaxDoubts = 100;

    // The resolver is named because file-based programs switch the default off, which is the same.
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    /// <summary>
    /// Writes report.html for poses: how many instances were found and with which scores, the tracks, where the animals
    /// went and how fast, which nodes are missing, and the frames to look at; and summary.json with the figures.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">The poses. Where a frame has both, predictions are taken and not what a person set. Scores
    /// are shown where there are any.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="options">Units, number of images, the video; null for the defaults.</param>
    /// <returns>The page's path and its figures.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the labels have instances of several
    /// skeletons.</exception>
    /// <exception cref="InvalidDataException">The labels have no frame.</exception>
    /// <exception cref="FileNotFoundException">There is no video at <see cref="ReportOptions.VideoPath"/>. Without that
    /// option, where a video is not found, the page has no images and says so.</exception>
    public static PoseReport Report(this PoseCatalog pose, Labels labels, string folder, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (var html, var videos) = new PoseReportPage(labels, (options ?? new ReportOptions()).Checked()).Write();
        Directory.CreateDirectory(folder);
        var page = Save(folder, "report.html", html);
        Save(
            folder,
            "summary.json",
            new JsonObject { ["videos"] = new JsonArray([.. videos.Select(video => video.ToJson())]) }.ToJsonString(
                Indented
            ) + "\n"
        );
        return new PoseReport(page, [.. videos]);
    }

    /// <summary>Writes the same report for the poses of a view, which are computed first.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="options">Units, number of images, the video; null for the defaults.</param>
    /// <inheritdoc cref="Report(PoseCatalog, Labels, string, ReportOptions?)"/>
    public static PoseReport Report(
        this PoseCatalog pose,
        IDataView view,
        string folder,
        ReportOptions? options = null
    ) => pose.Report(pose.ToLabels(view, options?.Plot.Columns), folder, options);

    /// <summary>
    /// Compares predicted labels with true ones, see <see cref="EvaluationCatalog"/>, and writes report.html with the
    /// worst frames drawn, metrics.json and metrics.txt.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="truth">The true labels; frames are drawn from their videos.</param>
    /// <param name="predicted">The predicted labels.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="options">Rules and thresholds; null for the defaults.</param>
    /// <param name="report">Title, drawing, how many of the worst frames, the video; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong, or the label sets do not go together.</exception>
    /// <exception cref="FileNotFoundException">There is no video at <see cref="ReportOptions.VideoPath"/>. Without that
    /// option, where a video is not found, the page has no images and says so.</exception>
    public static PoseMetrics EvaluationReport(
        this PoseCatalog pose,
        Labels truth,
        Labels predicted,
        string folder,
        EvaluationOptions? options = null,
        ReportOptions? report = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var chosen = (options ?? new EvaluationOptions()).Checked();
        var comparison = new LabelsComparison(truth, predicted, chosen);
        PoseLog.Warn(pose.Context, "Evaluating", comparison.Remarks);
        (var html, var metrics) = new EvaluationPage(
            comparison,
            chosen,
            (report ?? new ReportOptions()).Checked()
        ).Write();
        Directory.CreateDirectory(folder);
        Save(folder, "report.html", html);
        Save(folder, "metrics.json", metrics.ToJson().ToJsonString(Indented) + "\n");
        Save(folder, "metrics.txt", metrics.ToTable());
        return metrics;
    }

    /// <summary>
    /// Writes the same report for a view after a model, <c>model.Transform(test)</c>: it compares PredictedKeypoints
    /// with Keypoints.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with labels and predictions.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="options">Rules, thresholds and column names; null for the defaults.</param>
    /// <param name="report">Title, drawing, how many of the worst frames; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the options are
    /// wrong.</exception>
    public static PoseMetrics EvaluationReport(
        this PoseCatalog pose,
        IDataView view,
        string folder,
        EvaluationOptions? options = null,
        ReportOptions? report = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        var names = (options ?? new EvaluationOptions()).Checked().Columns;
        PoseColumn.BindLabels(view.Schema, names, "EvaluationReport");
        PoseColumn.BindPredicted(view.Schema, names, "EvaluationReport");
        // ToLabels takes labels where a view has no predictions: the predictions' column gets a name that the view does
        // not have.
        var labels = pose.ToLabels(
            view,
            names with
            {
                PredictedKeypoints = string.Concat(view.Schema.Select(column => column.Name)) + "-",
            }
        );
        // A row without labels is a frame that is labeled as empty.
        var truth = new Labels(
            labels.FramesInOrder.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances = frame.Instances,
                IsNegative = frame.Instances.Count == 0,
            }),
            labels.Videos,
            labels.Skeletons,
            labels.Tracks
        );
        return pose.EvaluationReport(truth, pose.ToLabels(view, names), folder, options, report);
    }

    /// <summary>
    /// Compares labels with predictions of the same frames, see
    /// <see cref="CheckCatalog.Check(PoseCatalog, Labels, Labels)"/>, and writes report.html with pictures of the labels
    /// that the model doubts.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">The labels; frames are drawn from their videos.</param>
    /// <param name="predictions">What a model predicts in these frames.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="report">Title, drawing, the video; null for the defaults. Up to 100 frames are shown.</param>
    /// <returns>The findings, the most doubtful first.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the label sets do not go together.</exception>
    /// <exception cref="InvalidDataException">No frame is labeled.</exception>
    public static IReadOnlyList<LabelFinding> CheckReport(
        this PoseCatalog pose,
        Labels labels,
        Labels predictions,
        string folder,
        ReportOptions? report = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var doubts = LabelDoubts.Find(labels, predictions);
        PoseLog.Warn(pose.Context, "Checking", doubts.Remarks);
        var html = doubts.Page(MaxDoubts, (report ?? new ReportOptions()).Checked());
        Directory.CreateDirectory(folder);
        Save(folder, "report.html", html);
        return doubts.Findings;
    }

    internal static string Save(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }
}

/// <summary>What a report of poses shows.</summary>
public sealed record ReportOptions
{
    /// <summary>The heading. Default null: the name of the video.</summary>
    public string? Title { get; init; }

    /// <summary>Units and colors of the charts. Default frames per second: those of the video.</summary>
    public PlotOptions Plot { get; init; } = new();

    /// <summary>How poses are drawn onto frames. Default: with names.</summary>
    public DrawingOptions Drawing { get; init; } = new() { ShowNames = true };

    /// <summary>
    /// The file (or folder of images) to take frames from, when it is not where the labels say. Default null: where
    /// they say. Where it is not found, the page has no images.
    /// </summary>
    public string? VideoPath { get; init; }

    /// <summary>What the animals did. Default null: the bouts of the labels, if they have any.</summary>
    public IReadOnlyList<Bout>? Bouts { get; init; }

    /// <summary>How many frames are shown of each video, evenly over the recording, 0 to 100. Default 4.</summary>
    public int Pictures { get; init; } = 4;

    /// <summary>How many of the worst frames are shown of each video. Default 6.</summary>
    public int WorstFrames { get; init; } = 6;

    internal ReportOptions Checked()
    {
        Plot.Checked();
        Drawing.Checked();
        new OptionFaults("Report options")
            .Within(nameof(Pictures), Pictures, 0, 100)
            .Within(nameof(WorstFrames), WorstFrames, 0, 100)
            .If(
                Title == "" || VideoPath == "",
                $"{nameof(Title)} or {nameof(VideoPath)} is empty, expected a text or null"
            )
            .Throw();
        return this;
    }
}
