using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Makes the training samples of a model type from labeled frames.</summary>
internal abstract class SampleMaker
{
    /// <param name="skeleton">Skeleton of the points; flips need its symmetries.</param>
    /// <param name="create">Creates an empty set of samples, of tiles or, without, whole ones.</param>
    /// <param name="tiles">The tiles that training is on; null: whole samples.</param>
    protected SampleMaker(
        Skeleton skeleton,
        Func<TrainingTileOptions?, TrainingSamples> create,
        TrainingTileOptions? tiles = null
    ) => (Skeleton, Training, Validation) = (skeleton, create(tiles), create(null));

    public Skeleton Skeleton { get; }

    public TrainingSamples Training { get; }

    public TrainingSamples Validation { get; }

    /// <summary>Adds the samples of a frame; its pixels are not kept.</summary>
    public abstract void Add(TrainingSamples to, LabeledRow row, FramePixels frame);
}

/// <summary>Makes samples of whole frames at the size of the network input.</summary>
/// <param name="options">The network's options.</param>
/// <param name="frame">The size that frames are fitted into.</param>
/// <param name="skeleton">Skeleton of the points.</param>
/// <param name="points">Returns a copy of the points of a row, in frame pixels.</param>
/// <param name="classes">Returns the classes of a row's instances.</param>
internal sealed class FrameSampleMaker(
    NetworkOptions options,
    (int Height, int Width) frame,
    Skeleton skeleton,
    Func<LabeledRow, float[]> points,
    Func<LabeledRow, int[]> classes
) : SampleMaker(skeleton, tiles => Samples(options, frame, skeleton, tiles), options.Training.Tiles)
{
    private readonly FrameResampler _resampler = FrameResampler.ForNetwork(options, frame);

    public override void Add(TrainingSamples to, LabeledRow row, FramePixels frame)
    {
        var pixels = new byte[_resampler.ByteCountOf(frame)];
        var geometry = _resampler.Resample(frame, pixels);
        var labels = points(row);
        geometry.ToInput(labels);
        to.Add(pixels, labels, classes(row), geometry.PointScale, row.Source);
    }

    private static TrainingSamples Samples(
        NetworkOptions options,
        (int Height, int Width) frame,
        Skeleton skeleton,
        TrainingTileOptions? tiles
    )
    {
        var geometry = FrameResampler.ForNetwork(options, frame).Geometry;
        var size = (geometry.InputHeight, geometry.InputWidth);
        return new(size, size, options.Backbone.InChannels, skeleton) { Tiles = tiles };
    }
}

/// <summary>Makes a crop around each labeled instance, with a margin for augmentation.</summary>
internal sealed class CropSampleMaker : SampleMaker
{
    private readonly PoseSubject _subject;
    private readonly FrameCanvas _canvas;
    private readonly FrameResampler _resampler;
    private readonly int? _anchor;
    private readonly CentroidMethod _method;
    private readonly BoxCrops? _boxes;
    private readonly int _crop;
    private readonly int _side;

    public CropSampleMaker(CenteredInstanceOptions options, PoseSubject subject, (int Height, int Width) frame)
        : this(
            options,
            subject,
            frame,
            new FrameResampler((Side(options), Side(options)), options.Scale, 1, options.FrameChannels)
        ) { }

    private CropSampleMaker(
        CenteredInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        FrameResampler resampler
    )
        : base(subject.Skeleton, _ => Samples(options, resampler.Geometry, subject.Skeleton))
    {
        (_subject, _resampler, _crop, _side) = (subject, resampler, options.CropSize!.Value, Side(options));
        _canvas = new FrameCanvas(FrameResampler.ForCrops(frame));
        _anchor = InstanceCentroids.AnchorOf(options.AnchorPart, subject.Skeleton);
        _method = options.CentroidMethod;
        _boxes = options.BoxCrops;
    }

    public override void Add(TrainingSamples to, LabeledRow row, FramePixels frame)
    {
        var geometry = _canvas.Read(frame);
        var (points, classes) = ((float[])row.Points.Clone(), row.ClassesOf(_subject));
        geometry.ToInput(points);
        var centers = InstanceCentroids.OfAll(points, row.Nodes, _anchor, _method);
        var crop = new byte[_side * _side * frame.Channels];
        for (var instance = 0; instance < row.Count; instance++)
        {
            var own = points[(instance * 2 * row.Nodes)..((instance + 1) * 2 * row.Nodes)];
            ICropWindow window = _boxes is null
                ? CropWindow.Around(centers[2 * instance], centers[2 * instance + 1], _side, CropAlignment.Exact)
                : _boxes.WindowOf(_boxes.BoxOf(own, geometry.PointScale), _crop, (_side - _crop) / 2);
            window.Cut(_canvas.Pixels, crop);
            var cut = new FramePixels(crop, _side, _side, frame.Channels);
            var pixels = new byte[_resampler.ByteCountOf(cut)];
            var scaling = _resampler.Resample(cut, pixels);
            window.ToCrop(own);
            scaling.ToInput(own);
            var scale = geometry.PointScale * window.Scale * scaling.PointScale;
            to.Add(pixels, own, [classes[instance]], scale, row.Source);
        }
    }

    private static TrainingSamples Samples(CenteredInstanceOptions options, FrameGeometry image, Skeleton skeleton)
    {
        var crop = new FrameGeometry(
            options.CropSize!.Value,
            options.CropSize.Value,
            options.Scale,
            options.Backbone.MaxStride
        );
        return new(
            (image.InputHeight, image.InputWidth),
            (crop.InputHeight, crop.InputWidth),
            options.Backbone.InChannels,
            skeleton
        );
    }

    // A square rotated by 45 degrees needs √2 of its side, divided by the smallest magnification, plus the translation.
    private static int Side(CenteredInstanceOptions options)
    {
        var (size, change) = (options.CropSize!.Value, options.Augmentation);
        var turned = change.RotationMin == 0 && change.RotationMax == 0 ? 1 : MathF.Sqrt(2);
        var needed = size * (turned / change.ScaleMin + 2 * Math.Max(change.TranslateWidth, change.TranslateHeight));
        // An even difference keeps the center at the same place.
        return size + 2 * (int)Math.Ceiling((needed - size) / 2);
    }
}

/// <summary>The samples of all networks of a model, made in one pass over the frames.</summary>
/// <param name="makers">One sample maker per network.</param>
/// <param name="cache">The cache of the images.</param>
/// <param name="frame">The size that frames are matched to.</param>
internal sealed class StageSamples(SampleMaker[] makers, SampleCache cache, (int Height, int Width) frame) : IDisposable
{
    public (int Height, int Width) Frame => frame;

    public SampleCache Cache => cache;

    /// <summary>Checks that labels are inside the frames.</summary>
    public LabelBounds Bounds { get; } = new();

    public SampleMaker this[int stage] => makers[stage];

    public void Add(bool validates, LabeledRow row, FramePixels pixels)
    {
        Bounds.Add(row, pixels.Height, pixels.Width);
        foreach (var maker in makers)
        {
            var to = validates ? maker.Validation : maker.Training;
            to.Cache = cache;
            maker.Add(to, row, pixels);
        }
    }

    public void Dispose() => cache.Dispose();
}
