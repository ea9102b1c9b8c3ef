using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>A page of frames that a person should look at, each as a picture with what there is to see.</summary>
internal sealed class FrameListPage(string title, string below, string reading)
{
    private readonly List<ListedFrame> _frames = [];

    public void Add(ListedFrame frame) => _frames.Add(frame);

    public string Write(Skeleton skeleton, ReportOptions options)
    {
        var page = new HtmlPage(options.Title ?? title).Title(options.Title ?? title, below).Paragraph(reading);
        Dictionary<ListedFrame, string> drawn = [];
        foreach (var video in _frames.GroupBy(frame => frame.Video))
        {
            var poses = new SortedDictionary<int, InstanceArray>(
                video.ToDictionary(frame => frame.FrameIndex, frame => frame.Predicted)
            );
            var drawing = new FramePictures(
                new PosedVideo(video.Key, video.Key.Path, skeleton, poses),
                options.VideoPath,
                options.Drawing
            );
            var parts = video
                .Where(frame => frame.Center is not null)
                .ToDictionary(frame => frame.FrameIndex, frame => (frame.Center!.Value, frame.Labels));
            int[] whole = [.. video.Where(frame => frame.Center is null).Select(frame => frame.FrameIndex)];
            var pictures = drawing.Around(parts).Concat(drawing.Whole(whole)).ToDictionary();
            foreach (var frame in video.Where(frame => pictures.ContainsKey(frame.FrameIndex)))
                drawn.Add(frame, pictures[frame.FrameIndex]);
            if (drawing.Problem is { } problem)
                page.Note($"Images are missing: {problem}");
        }
        page.Pictures(
            _frames.Where(drawn.ContainsKey).Select(frame => (drawn[frame], frame.Caption)),
            areParts: _frames.TrueForAll(frame => frame.Center is not null)
        );
        var missing = _frames.FindAll(frame => !drawn.ContainsKey(frame));
        if (missing.Count > 0)
            page.Table(["frame"], missing.Select(frame => ((string?)null, (IEnumerable<string>)[frame.Caption])));
        return page.ToString();
    }
}

/// <summary>A frame of a <see cref="FrameListPage"/>; a video has each frame once.</summary>
/// <param name="Video">The video.</param>
/// <param name="FrameIndex">Frame number.</param>
/// <param name="Labels">Instances drawn as rings, with lines to the predictions; null for none.</param>
/// <param name="Predicted">Instances drawn in colors.</param>
/// <param name="Center">The part to show; null for the whole frame, without rings.</param>
/// <param name="Caption">What there is to see.</param>
internal sealed record ListedFrame(
    Video Video,
    int FrameIndex,
    InstanceArray? Labels,
    InstanceArray Predicted,
    Box? Center,
    string Caption
);
