using System.Globalization;

namespace Sleap.Transforms;

/// <summary>The page of a comparison: figures, charts, and the worst frames with truth and prediction.</summary>
internal sealed class EvaluationPage(LabelsComparison comparison, EvaluationOptions options, ReportOptions report)
{
    // The error in pixels that a missed node and a spurious instance count as when frames are ranked.
    private const double MissPenalty = 50;

    private readonly HtmlPage _page = new(report.Title ?? "Evaluation");

    public (string Html, PoseMetrics Metrics) Write()
    {
        var metrics = comparison.Compare();
        Head(metrics);
        if (metrics.Frames > 0)
        {
            _page
                .Heading("How far off")
                .Svg(EvaluationCharts.Pck(metrics.PckCurve), EvaluationCharts.Precision(metrics.Oks))
                .Svg(EvaluationCharts.Nodes(metrics));
            Nodes(metrics);
            Identities(metrics);
            foreach (var video in metrics.PerFrame.GroupBy(frame => frame.Video).Take(8))
                _page.Svg(EvaluationCharts.Frames([.. video], $"Error by frame: {PosedVideo.FileName(video.Key)}"));
            Worst(metrics);
        }
        Reading(metrics);
        return (_page.ToString(), metrics);
    }

    private void Head(PoseMetrics metrics)
    {
        var rules = metrics.Rules == EvaluationRules.SleapNN ? " · by sleap-nn's rules" : "";
        _page
            .Title(
                report.Title ?? "Evaluation of predicted poses",
                $"{metrics.Frames.ToString("#,0", CultureInfo.InvariantCulture)} "
                    + $"frames · {comparison.Skeleton.Nodes.Length} nodes{rules}"
            )
            .Cards([
                ($"{HtmlPage.Number(metrics.All.Mean, "0.00")} px", "mean error of found nodes"),
                ($"{HtmlPage.Number(metrics.All.P50, "0.00")} px", "median"),
                (
                    $"{HtmlPage.Number(100.0 * metrics.All.Found / Math.Max(1, metrics.All.Visible), "0.0")} %",
                    "of the visible nodes found"
                ),
                (
                    $"{HtmlPage.Number(100 * metrics.All.Within, "0.0")} %",
                    $"within {HtmlPage.Number(metrics.Radius, "0.##")} px"
                ),
                (HtmlPage.Number(metrics.Oks.MeanAP, "0.000"), "OKS mAP"),
                (HtmlPage.Number(metrics.PckCurve.Mean, "0.000"), "mean PCK"),
                ($"{Whole(metrics.Missed)} / {Whole(metrics.Spurious)}", "instances missed / spurious"),
            ]);
        if (!metrics.NodesOnlyTrue.IsEmpty || !metrics.NodesOnlyPredicted.IsEmpty)
            _page.Note($"Nodes {MetricsText.LeftOut(metrics.NodesOnlyTrue, metrics.NodesOnlyPredicted)}.");
        _page.Table(
            ["measure", "value", "", ""],
            [
                Row(
                    "OKS",
                    $"mAP {F(metrics.Oks.MeanAP)}",
                    $"mAR {F(metrics.Oks.MeanAR)}",
                    $"mean {F(metrics.MeanOks)}"
                ),
                Row(
                    "PCK",
                    $"mAP {F(metrics.Pck.MeanAP)}",
                    $"mAR {F(metrics.Pck.MeanAR)}",
                    $"mean {F(metrics.PckCurve.Mean)}"
                ),
                Row(
                    "visibility",
                    $"precision {F(metrics.Visibility.Precision)}",
                    $"recall {F(metrics.Visibility.Recall)}",
                    ""
                ),
                Row(
                    "centroids",
                    $"precision {F(metrics.Centroids.Precision)}",
                    $"recall {F(metrics.Centroids.Recall)}",
                    $"within {HtmlPage.Number(metrics.Centroids.Radius, "0.##")} px"
                ),
                .. metrics.Identities is { } names
                    ? [Row("identity", $"accuracy {F(names.Accuracy)}", $"{Whole(names.Pairs)} pairs", "")]
                    : Array.Empty<(string?, IEnumerable<string>)>(),
                .. metrics.Tracks is { } tracks
                    ?
                    [
                        Row("tracks", $"HOTA {F(tracks.HOTA)}", $"MOTA {F(tracks.MOTA)}", $"IDF1 {F(tracks.IDF1)}"),
                        Row(
                            "",
                            $"{Whole(tracks.Switches)} switches",
                            $"{Whole(tracks.Fragmentations)} fragmentations",
                            $"{Whole(tracks.PredictedTracks)} tracks for {Whole(tracks.TrueTracks)}"
                        ),
                    ]
                    : Array.Empty<(string?, IEnumerable<string>)>(),
            ]
        );
    }

    private void Nodes(PoseMetrics metrics) =>
        _page
            .Heading("Each node")
            .Table(
                [
                    "node",
                    "found",
                    "visible",
                    .. MetricsText.ErrorHeads,
                    $"within {HtmlPage.Number(metrics.Radius, "0.##")} px",
                ],
                metrics
                    .Nodes.Append(new NodeError("all", metrics.All))
                    .Select(node =>
                        (
                            (string?)null,
                            (IEnumerable<string>)
                                [
                                    node.Node,
                                    Whole(node.Error.Found),
                                    Whole(node.Error.Visible),
                                    .. new[]
                                    {
                                        node.Error.Mean,
                                        node.Error.Rmse,
                                        node.Error.P50,
                                        node.Error.P75,
                                        node.Error.P90,
                                        node.Error.P95,
                                        node.Error.P99,
                                    }.Select(value => HtmlPage.Number(value, "0.00")),
                                    HtmlPage.Number(100 * node.Error.Within, "0.0") + " %",
                                ]
                        )
                    )
            );

    // With many broken tracks the table would be too large.
    private void Identities(PoseMetrics metrics)
    {
        if (metrics.Identities is not { PredictedNames.Length: <= 12 } names)
            return;
        _page
            .Heading("Names given")
            .Table(
                ["true name", .. names.PredictedNames, "none"],
                names.TrueNames.Zip(
                    names.Confusion,
                    (name, row) => ((string?)null, (IEnumerable<string>)[name, .. row.Select(Whole)])
                )
            );
    }

    private void Worst(PoseMetrics metrics)
    {
        FrameError[] worst =
        [
            .. metrics.PerFrame.Where(frame => Penalty(frame) > 0).OrderByDescending(Penalty).Take(report.WorstFrames),
        ];
        if (worst.Length == 0)
            return;
        _page
            .Heading("The worst frames")
            .Paragraph(
                "White rings are the truth, colored dots the prediction; lines "
                    + "lead from a node to where it was predicted."
            );
        var names = comparison.VideoNames;
        HashSet<(string, int)> wanted = [.. worst.Select(frame => (frame.Video, frame.FrameIndex))];
        ComparedFrame[] compared =
        [
            .. comparison
                .Frames()
                .Where(frame => wanted.Contains((names[frame.Video], frame.FrameIndex)))
                .DistinctBy(frame => (frame.Video, frame.FrameIndex)),
        ];
        Dictionary<(string, int), string> drawn = [];
        foreach (var video in compared.GroupBy(frame => frame.Video))
        {
            var predicted = new SortedDictionary<int, InstanceArray>(
                video.ToDictionary(frame => frame.FrameIndex, frame => frame.Predicted)
            );
            var drawing = new FramePictures(
                new PosedVideo(video.Key, names[video.Key], comparison.Skeleton, predicted),
                report.VideoPath,
                report.Drawing
            );
            foreach (
                (var frame, var data) in drawing.Around(
                    video.ToDictionary(frame => frame.FrameIndex, frame => (Around(frame), (InstanceArray?)frame.Truth))
                )
            )
            {
                drawn.Add((names[video.Key], frame), data);
            }

            if (drawing.Problem is { } problem)
                _page.Note($"Images are missing: {problem}");
        }
        (string Data, string Caption)[] pictures =
        [
            .. worst
                .Where(frame => drawn.ContainsKey((frame.Video, frame.FrameIndex)))
                .Select(frame => (drawn[(frame.Video, frame.FrameIndex)], Caption(frame))),
        ];
        _page.Pictures(pictures, areParts: true);
        if (pictures.Length == 0)
            _page.Table(["frame"], worst.Select(frame => ((string?)null, (IEnumerable<string>)[Caption(frame)])));
    }

    private static Box Around(ComparedFrame frame) =>
        Box.AroundCoordinates<float>([.. frame.Truth.Points, .. frame.Predicted.Points]);

    private void Reading(PoseMetrics metrics) =>
        _page
            .Heading("How to read this")
            .Paragraph(
                metrics.Rules == EvaluationRules.SleapNN
                    ? "By sleap-nn's rules: instances are paired once, by falling score; predictions left over and "
                        + "frames that the predictions do not mention do not count."
                    : "Instances are paired for the least sum of distances. Every true instance and every prediction "
                        + "counts: a missed instance lowers recall, PCK and mean OKS, a false one lowers precision."
            )
            .Paragraph(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"OKS (object keypoint similarity) weighs an error by the instance's size: 1 is perfect; an "
                        + $"error of {2 * options.OksStddev:0.###} of the root of twice its area counts as 0.37. PCK "
                        + $"is the share of nodes closer than a distance in pixels."
                )
            );

    private static double Penalty(FrameError frame) =>
        frame.Visible + frame.Spurious == 0
            ? 0
            : (
                (frame.Found == 0 ? 0 : frame.MeanError * frame.Found)
                + (MissPenalty * (frame.Visible - frame.Found + frame.Spurious))
            ) / Math.Max(1, frame.Visible);

    private static string Caption(FrameError frame)
    {
        var faults = string.Concat(
            frame.Missed > 0 ? $", {frame.Missed} missed" : "",
            frame.Spurious > 0 ? $", {frame.Spurious} spurious" : ""
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Frame {frame.FrameIndex:#,0}: mean {HtmlPage.Number(frame.MeanError, "0.0")} px, worst "
                + $"{HtmlPage.Number(frame.WorstError, "0.0")} px, {frame.Found} of {frame.Visible} nodes "
                + $"found{faults}"
        );
    }

    private static (string?, IEnumerable<string>) Row(params string[] cells) => (null, cells);

    private static string F(double value) => HtmlPage.Number(value, "0.000");

    private static string Whole(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
