using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// For formats that need all labels at once (analysis .h5, COCO, YOLO, DeepLabCut, .pkg.slp): holds them until the end.
/// </summary>
internal sealed class CollectingSink : ILabelsSink
{
    private readonly string _path;
    private readonly Skeleton _skeleton;
    private readonly IReadOnlyList<Video> _videos;
    private readonly List<LabeledFrame> _frames = [];

    public CollectingSink(string path, Skeleton skeleton, IReadOnlyList<Video> videos)
    {
        (_path, _skeleton, _videos) = (path, skeleton, videos);
        // Whether the place can be written to shows now and not at the end.
        AtomicFile.Begin(path).Dispose();
    }

    public void Add(LabeledFrame frame) => _frames.Add(frame);

    public IReadOnlyList<string> Finish(JsonObject provenance) =>
        new Labels(_frames, _videos, [_skeleton], provenance: provenance).Save(_path);

    public void Dispose() => _frames.Clear();
}
