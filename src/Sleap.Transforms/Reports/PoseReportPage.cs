using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The page of a predictions file, for the person who recorded the animals.</summary>
internal sealed class PoseReportPage(Labels labels, ReportOptions options)
{
    private readonly HtmlPage _page = new(options.Title ?? "Poses");
    private readonly List<VideoSummary> _summaries = [];

    public (string Html, IReadOnlyList<VideoSummary> Videos) Write()
    {
        var videos = options.Plot.Video is null
            ? PosedVideo.All(labels)
            : [PosedVideo.Choose(labels, options.Plot.Video)];
        if (videos.Count == 0)
            throw new InvalidDataException("There is nothing to report: the labels have no frame.");
        if (options.VideoPath is not null && videos.Count > 1)
        {
            throw new ArgumentException(
                $"The labels have {videos.Count} videos with poses, expected one for "
                    + $"{nameof(ReportOptions)}.{nameof(ReportOptions.VideoPath)}: "
                    + $"{string.Join(", ", videos.Select(video => video.Name))}. Say which with "
                    + $"{nameof(PlotOptions)}.{nameof(PlotOptions.Video)}."
            );
        }

        foreach (var video in videos)
            Chapter(video);
        Reading();
        return (_page.ToString(), _summaries);
    }

    private void Chapter(PosedVideo video)
    {
        var plot = options.Plot with { FramesPerSecond = options.Plot.FramesPerSecond ?? Rate(video) };
        var pictures = new FramePictures(video, options.VideoPath, options.Drawing);
        // The video is opened first: its size is the arena of the charts.
        var shown = Evenly(video, options.Pictures);
        var whole = pictures.Whole(shown);
        var charts = new PoseCharts(video, plot);
        var worst = SuspectSearch.Find(charts.All, options.WorstFrames);
        var summary = Summarize(video, charts, [.. worst.Select(one => one.Frame)]);
        _summaries.Add(summary);
        Head(video, summary, plot);
        if (pictures.Problem is { } problem)
            _page.Note($"Images are missing: {problem}");
        if (whole.Count > 0)
        {
            _page
                .Heading("A look at it")
                .Pictures(
                    shown
                        .Where(whole.ContainsKey)
                        .Select(frame =>
                            (
                                whole[frame],
                                $"Frame {frame.ToString("#,0", CultureInfo.InvariantCulture)}{At(frame, plot)}"
                            )
                        )
                );
        }

        if (charts.Shown.Count == 0)
            return;
        Animals(summary, charts, plot);
        _page
            .Heading("Where they went")
            .SvgWithSmall(charts.Trajectories(), [.. charts.Occupancies(share: 0.05).Take(5)]);
        _page.Heading("How fast they moved").Svg(charts.Speeds());
        _page
            .Heading("When they were seen")
            .Paragraph("Gaps are frames in which the animal was not found, or was given another name.")
            .Svg(charts.Timeline());
        Behavior(video, charts, plot);
        InstanceView[] poses = [.. charts.All.SelectMany(path => path.Poses)];
        if (Array.Exists(poses, pose => pose.PeakScores.ToArray().Any(float.IsFinite)))
        {
            _page
                .Heading("How sure the model was")
                .Svg(NodeCharts.ScoreHistogram(poses), NodeCharts.MissingNodes(poses, video.Skeleton.Nodes));
        }
        else
        {
            _page.Heading("What was not seen").Svg(NodeCharts.MissingNodes(poses, video.Skeleton.Nodes));
        }

        Worst(pictures, worst);
    }

    private void Head(PosedVideo video, VideoSummary summary, PlotOptions plot)
    {
        var span = video.Frames.Count == 0 ? 0 : video.Frames.Keys.Last() - video.Frames.Keys.First() + 1;
        var made = labels.Provenance.TryGetValue("created_by", out var by) && by is JsonValue ? $" · made by {by}" : "";
        var size = video.Size is { } shape
            ? string.Create(CultureInfo.InvariantCulture, $" · {shape.Width} × {shape.Height} pixels")
            : "";
        _page.Title(
            options.Title ?? PosedVideo.FileName(video.Name),
            $"{video.Name}{size}{Duration(span, plot)} · "
                + $"{video.Skeleton.Nodes.Length} nodes: {string.Join(", ", video.Skeleton.Nodes)}{made}"
        );
        List<(string, string)> cards =
        [
            (
                Whole(summary.Frames),
                span > summary.Frames ? $"frames with poses, of {Whole(span)}" : "frames with poses"
            ),
            (HtmlPage.Number((double)summary.Instances / Math.Max(1, summary.Frames), "0.00"), "instances per frame"),
            (Whole(summary.Animals.Length), video.Tracks.Count > 0 ? "tracks" : "instances in a frame at most"),
            (HtmlPage.Number(100 * summary.MissingNodes, "0.0") + " %", "of the nodes missing"),
        ];
        if (double.IsFinite(summary.MeanScore))
            cards.Add((HtmlPage.Number(summary.MeanScore, "0.00"), "mean confidence (0 to 1)"));
        _page.Cards(cards).Paragraph(InWords(video, summary));
    }

    private static string InWords(PosedVideo video, VideoSummary summary)
    {
        List<string> words = [];
        foreach (
            (var animals, var frames) in video
                .Frames.Values.CountBy(instances => instances.Count)
                .OrderByDescending(count => count.Value)
                .Take(3)
        )
        {
            words.Add(
                $"{Whole(frames)} frames have "
                    + $"{(animals == 0 ? "no instance" : animals == 1 ? "1 instance" : $"{animals} instances")}"
            );
        }

        var tracks =
            video.Tracks.Count == 0 && video.IsSingle ? ""
            : video.Tracks.Count == 0
                ? "The animals are not tracked: “animal 1” is the first one found in a frame, "
                    + "and need not be the same individual in the next."
            : summary.Untracked > 0
                ? $"{Whole(summary.Untracked)} instances have no track and are left out of what follows."
            : "Every instance belongs to a track.";
        return $"{string.Join(", ", words)}. {tracks}".TrimEnd();
    }

    private void Animals(VideoSummary summary, PoseCharts charts, PlotOptions plot)
    {
        var speed = plot.FramesPerSecond is null ? $"{plot.LengthUnit}/frame" : $"{plot.LengthUnit}/s";
        _page.Heading("The animals");
        if (summary.Animals.Length > charts.Shown.Count)
        {
            _page.Note(
                $"There are {Whole(summary.Animals.Length)} tracks; the {charts.Shown.Count} seen most are "
                    + $"shown. More tracks than animals mean that identities break: link or clean the tracks first."
            );
        }

        _page.Table(
            [
                "",
                "frames seen",
                "first",
                "last",
                "gaps",
                "longest gap",
                "confidence",
                "nodes missing",
                $"path ({plot.LengthUnit})",
                $"mean speed ({speed})",
                $"95 % below ({speed})",
                "in upper half",
            ],
            charts.Shown.Select(path =>
            {
                var animal = summary.Animals.First(one => one.Name == path.Name);
                return (
                    (string?)charts.Color(path),
                    (IEnumerable<string>)
                        [
                            animal.Name,
                            Whole(animal.Frames),
                            Whole(animal.FirstFrame),
                            Whole(animal.LastFrame),
                            Whole(animal.Gaps),
                            Whole(animal.LongestGap),
                            HtmlPage.Number(animal.MeanScore, "0.00"),
                            HtmlPage.Number(100 * animal.MissingNodes, "0.0") + " %",
                            HtmlPage.Number(animal.PathLength, "#,0"),
                            HtmlPage.Number(animal.MeanSpeed, "0.00"),
                            HtmlPage.Number(animal.TopSpeed, "0.00"),
                            HtmlPage.Number(100 * animal.UpperHalf, "0") + " %",
                        ]
                );
            })
        );
    }

    private void Behavior(PosedVideo video, PoseCharts charts, PlotOptions plot)
    {
        var name = BoutVideos.NamesOf(labels.Videos)[labels.Videos.ToList().IndexOf(video.Video)];
        var bouts = (options.Bouts ?? labels.Bouts)
            .Where(bout => BoutVideos.Find(BoutVideos.NamesOf(labels.Videos), bout.Video) == name)
            .ToList();
        if (bouts.Count == 0)
            return;
        var (unit, rate) = plot.FramesPerSecond is { } known ? ("s", known) : ("frames", 1.0);
        _page
            .Heading("What they did")
            .Svg(charts.Ethogram(bouts))
            .Table(
                ["", "behavior", "bouts", $"in all ({unit})", $"mean length ({unit})", $"longest ({unit})"],
                bouts
                    .GroupBy(bout => (Subject: bout.Subject ?? PoseCharts.NoSubject, bout.Behavior))
                    .Select(same =>
                        (
                            (string?)null,
                            (IEnumerable<string>)
                                [
                                    same.Key.Subject,
                                    same.Key.Behavior,
                                    Whole(same.Count()),
                                    HtmlPage.Number(same.Sum(bout => (double)bout.FrameCount) / rate, "#,0.##"),
                                    HtmlPage.Number(same.Average(bout => (double)bout.FrameCount) / rate, "#,0.##"),
                                    HtmlPage.Number(same.Max(bout => bout.FrameCount) / rate, "#,0.##"),
                                ]
                        )
                    )
            );
    }

    private void Worst(FramePictures pictures, IReadOnlyList<(SuspectFrame Frame, InstanceView Pose)> worst)
    {
        if (worst.Count == 0)
            return;
        _page
            .Heading("Frames to look at")
            .Paragraph(
                "The poses that look least right, by missing nodes, low "
                    + "confidence and sudden jumps. Frames next to each other are shown once."
            );
        var drawn = pictures.Around(
            worst.ToDictionary(
                one => one.Frame.FrameIndex,
                one => (Box.AroundCoordinates(one.Pose.Points), (InstanceArray?)null)
            )
        );
        string Caption(SuspectFrame frame) => $"Frame {Whole(frame.FrameIndex)}, {frame.Animal}: {frame.Reason}";
        if (drawn.Count == 0)
        {
            _page.Table(
                ["frame", "animal", "reason"],
                worst.Select(one =>
                    (
                        (string?)null,
                        (IEnumerable<string>)[Whole(one.Frame.FrameIndex), one.Frame.Animal, one.Frame.Reason]
                    )
                )
            );
        }
        else
        {
            _page.Pictures(
                worst
                    .Where(one => drawn.ContainsKey(one.Frame.FrameIndex))
                    .Select(one => (drawn[one.Frame.FrameIndex], Caption(one.Frame))),
                areParts: true
            );
        }
    }

    private void Reading() =>
        _page
            .Heading("How to read this")
            .Paragraph(
                "A node is a body part; an animal's place is the mean of its visible nodes, or the node that "
                    + "was chosen. Speed is the mean motion of the nodes that are seen in two frames, at most 5 "
                    + "frames apart, so a node that comes and goes does not look like motion. Jitter of the "
                    + "predictions adds to path length and speed: smooth before measuring small motions."
            )
            .Paragraph(
                "Maps of time spent are brightest where an animal was longest. Confidence is the model's own "
                    + "estimate: where it is low, the pose is often wrong; where it is high, the pose can still be wrong."
            );

    private static VideoSummary Summarize(PosedVideo video, PoseCharts charts, IReadOnlyList<SuspectFrame> worst)
    {
        InstanceView[] all = [.. video.Frames.Values.SelectMany(instances => instances)];
        float[] scores = [.. all.SelectMany(instance => instance.PeakScores.ToArray()).Where(float.IsFinite)];
        var nodes = video.Skeleton.Nodes.Length;
        return new VideoSummary(
            video.Name,
            video.Frames.Count,
            video.Frames.Values.Count(instances => instances.Count == 0),
            all.Length,
            scores.Length == 0 ? double.NaN : scores.Average(),
            all.Length == 0
                ? double.NaN
                : 1 - (all.Sum(instance => instance.VisibleNodes.Count()) / ((double)nodes * all.Length)),
            video.Tracks.Count == 0 ? 0 : all.Count(instance => instance.Track is null),
            [.. charts.All.Where(path => path.Frames.Length > 0).Select(path => AnimalSummary.Of(path, charts))],
            [.. worst]
        );
    }

    private double? Rate(PosedVideo video)
    {
        if (video.Video.FramesPerSecond is { } stored)
            return stored;
        try
        {
            using var source = video.Open(options.VideoPath);
            return double.IsFinite(source.FramesPerSecond) && source.FramesPerSecond > 0
                ? source.FramesPerSecond
                : null;
        }
        catch (Exception problem) when (FrameFailures.IsVideoError(problem) && options.VideoPath is null)
        {
            // Without the video time is in frames; the page says why there are no images.
            return null;
        }
    }

    private static int[] Evenly(PosedVideo video, int count)
    {
        int[] frames = [.. video.Frames.Where(frame => frame.Value.Count > 0).Select(frame => frame.Key)];
        return
        [
            .. Enumerable
                .Range(0, Math.Min(count, frames.Length))
                .Select(i => frames[(int)((i + 0.5) * frames.Length / Math.Min(count, frames.Length))]),
        ];
    }

    private static string At(int frame, PlotOptions plot) =>
        plot.FramesPerSecond is { } rate ? $", {HtmlPage.Number(frame / rate, "0.0")} s" : "";

    private static string Duration(int frames, PlotOptions plot) =>
        plot.FramesPerSecond is { } rate
            ? $" · {HtmlPage.Number(frames / rate, "0.#")} s at {HtmlPage.Number(rate, "0.##")} frames/s"
            : "";

    private static string Whole(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
