using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes labels frame by frame, so that those of a long video are never all in memory: .slp and the tidy .csv hold a
/// few thousand rows at a time. The other formats that <see cref="Labels.Save"/> knows need all labels at once, and
/// hold them. The file appears whole, with <see cref="Finish"/>, or not at all. Not safe for several threads at once.
/// </summary>
public sealed class LabelsWriter : IDisposable
{
    private readonly ILabelsSink _sink;
    private bool _isFinished;

    private LabelsWriter(ILabelsSink sink) => _sink = sink;

    /// <summary>Frames added so far.</summary>
    public int Frames { get; private set; }

    /// <summary>Instances added so far.</summary>
    public long Instances { get; private set; }

    /// <summary>
    /// Begins a file. Whether it can be written is checked now: a temporary file of 4 MB, the reserve for a full disk,
    /// is made next to it.
    /// </summary>
    /// <param name="path">Where to write; the format is taken from the ending as in <see cref="Labels.Save"/>.</param>
    /// <param name="skeleton">The skeleton of the instances, which is kept also when there are none.</param>
    /// <param name="videos">Videos in the order to keep, also ones without frames; others come behind them as frames
    /// name them.</param>
    /// <exception cref="PoseFormatException">The ending is of no known format.</exception>
    /// <exception cref="IOException">The place cannot be written to.</exception>
    public static LabelsWriter Create(string path, Skeleton skeleton, IEnumerable<Video>? videos = null)
    {
        ArgumentNullException.ThrowIfNull(skeleton);
        return new LabelsWriter(LabelFormats.Open(path, skeleton, [.. videos ?? []]));
    }

    /// <summary>
    /// Adds a frame. Skeletons, videos and tracks are numbered as they turn up. A link to the prediction that an
    /// instance was corrected from is kept where both are in this frame.
    /// </summary>
    /// <exception cref="IOException">The disk is full. This frame and all before it will be in the file after
    /// <see cref="Finish"/>.</exception>
    /// <exception cref="PoseFormatException">The frame cannot be in the file, such as one without an image in a list
    /// of numbered images.</exception>
    /// <exception cref="InvalidOperationException">The file is finished.</exception>
    public void Add(LabeledFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (_isFinished)
            throw new InvalidOperationException("The file is finished; no frame can be added.");
        Frames++;
        Instances += frame.Instances.Count;
        _sink.Add(frame);
    }

    /// <summary>Writes what is held, and puts the file in its place.</summary>
    /// <param name="provenance">Where the labels come from, by key.</param>
    /// <returns>What the format could not hold, one sentence each; empty when nothing was lost.</returns>
    /// <exception cref="IOException">It cannot be written; there is no file then, or the one that was there
    /// before.</exception>
    /// <exception cref="InvalidOperationException">The file is finished already.</exception>
    public IReadOnlyList<string> Finish(IEnumerable<KeyValuePair<string, JsonNode?>>? provenance = null)
    {
        if (_isFinished)
            throw new InvalidOperationException("The file is finished.");
        _isFinished = true;
        return _sink.Finish(PoseJson.Copy(provenance ?? []));
    }

    /// <summary>Without <see cref="Finish"/> before it, nothing is left behind.</summary>
    public void Dispose() => _sink.Dispose();
}

/// <summary>
/// A file that frames are written to one after the other. Disposing it without finishing leaves nothing behind.
/// </summary>
internal interface ILabelsSink : IDisposable
{
    /// <summary>Adds a frame.</summary>
    /// <exception cref="IOException">The disk is full. The frame and those before it are kept for <see cref="Finish"/>,
    /// and no more can be added.</exception>
    void Add(LabeledFrame frame);

    /// <summary>Puts the file in its place; gives back what the format could not hold.</summary>
    IReadOnlyList<string> Finish(JsonObject provenance);
}

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

    // A COCO file of a long video would come with an image of each frame.
    public IReadOnlyList<string> Finish(JsonObject provenance) =>
        new Labels(_frames, _videos, [_skeleton], provenance: provenance).Save(_path, writeImages: false);

    public void Dispose() => _frames.Clear();
}
