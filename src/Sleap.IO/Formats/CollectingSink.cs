using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>For formats that need all labels at once (analysis .h5, COCO, YOLO, DeepLabCut, .pkg.slp): holds them until the end.</summary>
internal sealed class CollectingSink : ILabelsSink
{
    private readonly string path;
    private readonly Skeleton skeleton;
    private readonly IReadOnlyList<Video> videos;
    private readonly List<LabeledFrame> frames = [];

    public CollectingSink(string path, Skeleton skeleton, IReadOnlyList<Video> videos)
    {
        (this.path, this.skeleton, this.videos) = (path, skeleton, videos);
        // Whether the place can be written to shows now and not at the end.
        AtomicFile.Begin(path).Dispose();
    }

    public void Add(LabeledFrame frame) => frames.Add(frame);

    public IReadOnlyList<string> Finish(JsonObject provenance) => new Labels(frames, videos, [skeleton], provenance: provenance).Save(path);

    public void Dispose() => frames.Clear();
}
