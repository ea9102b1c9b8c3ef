using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Images with labels, each decoded and resampled once and stored as bytes. An image can be larger than the network
/// input by the margin that rotation and translation need.
/// </summary>
internal sealed class TrainingSamples
{
    private readonly List<Sample> _samples = [];

    /// <param name="image">Size of the images.</param>
    /// <param name="input">Size of the network input, at the center of an image.</param>
    /// <param name="channels">Channels of the network's input; images can have others.</param>
    /// <param name="skeleton">Skeleton of the instances.</param>
    public TrainingSamples(
        (int Height, int Width) image,
        (int Height, int Width) input,
        int channels,
        Skeleton skeleton
    ) => (Image, Input, Channels, Skeleton) = (image, input, channels, skeleton);

    public (int Height, int Width) Image { get; }

    public (int Height, int Width) Input { get; }

    public int Channels { get; }

    /// <summary>Skeleton of the instances.</summary>
    public Skeleton Skeleton { get; }

    /// <summary>Bytes of an image with these channels.</summary>
    public int ByteCount => Image.Height * Image.Width * Channels;

    public int Count => _samples.Count;

    /// <summary>The cache of the images; set before the first one is added.</summary>
    public SampleCache Cache { get; set; } = new(long.MaxValue, Path.GetTempPath());

    /// <summary>The tiles of images that a batch is of; null (default): whole inputs.</summary>
    public TrainingTileOptions? Tiles { get; init; }

    /// <summary>Size of the images of a batch.</summary>
    public (int Height, int Width) InBatch => Tiles?.In(Input) ?? Input;

    /// <summary>Number of samples in an epoch.</summary>
    public int CountInEpoch => Count * (Tiles?.CountIn(Image) ?? 1);

    /// <summary>Network-input pixels per full-frame pixel.</summary>
    public float PointScale(int index) => _samples[index].PointScale;

    /// <summary>Returns the source frame of a sample.</summary>
    public FrameSource Source(int index) => _samples[index].Source;

    /// <summary>Points of a sample's instances in pixels of the image.</summary>
    public ReadOnlySpan<float> Points(int index) => _samples[index].Points;

    /// <param name="pixels">Gray or RGB, row by row, channels interleaved.</param>
    /// <param name="points">x and y of each node of each instance in pixels of the image, NaN = missing.</param>
    /// <param name="classes">Class of each instance, −1 = none.</param>
    /// <param name="pointScale">Network-input pixels per full-frame pixel.</param>
    /// <param name="source">The source frame.</param>
    public void Add(byte[] pixels, float[] points, int[] classes, float pointScale, FrameSource source) =>
        _samples.Add(new(Cache.Add(pixels), points, classes, pointScale, source));

    /// <summary>
    /// Returns the indices of the samples, balanced by class: if each sample has one instance with a class, samples of
    /// rare classes are repeated until they are as frequent as those of the most frequent class.
    /// </summary>
    public IReadOnlyList<int> Balanced()
    {
        int[] all = [.. Enumerable.Range(0, Count)];
        var classes = all.GroupBy(index => _samples[index].Classes is [var one] ? one : -1)
            .ToDictionary(group => group.Key, group => group.ToArray());
        var most = classes.Where(group => group.Key >= 0).Select(group => group.Value.Length).DefaultIfEmpty(0).Max();
        return
        [
            .. all,
            .. classes
                .Where(group => group.Key >= 0)
                .SelectMany(group =>
                    Enumerable.Range(0, most - group.Value.Length).Select(i => group.Value[i % group.Value.Length])
                ),
        ];
    }

    /// <summary>
    /// Returns the labels of some samples; instances are padded with missing ones to the maximum number in a sample.
    /// </summary>
    public (float[] Points, long[] Classes) Labels(ReadOnlySpan<int> indices)
    {
        var instances = Math.Max(1, _samples.Max(sample => sample.Classes.Length));
        var nodes = Skeleton.Nodes.Length;
        var points = InstanceArray.Missing(indices.Length * instances * nodes * 2);
        var classes = new long[indices.Length * instances];
        Array.Fill(classes, -1);
        for (var i = 0; i < indices.Length; i++)
        {
            var sample = _samples[indices[i]];
            sample.Points.CopyTo(points, i * instances * nodes * 2);
            for (var instance = 0; instance < sample.Classes.Length; instance++)
                classes[i * instances + instance] = sample.Classes[instance];
        }
        return (points, classes);
    }

    /// <summary>Returns the augmented batch, on the CPU; the caller's dispose scope owns it.</summary>
    public TrainingBatch Batch(ReadOnlySpan<int> indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var (points, classes) = Labels(indices);
        Tensor images;
        if (Tiles is null)
        {
            var whole = new byte[indices.Length][];
            for (var i = 0; i < whole.Length; i++)
                whole[i] = Cache.Read(_samples[indices[i]].Pixels);
            images = augmenter.Apply(
                NetworkInput.FromBytes(whole, Image.Height, Image.Width, Channels),
                points,
                random,
                Input
            );
        }
        else
        {
            images = TileImages(Tiles, indices, points, augmenter, random);
            (points, classes) = WithoutFar(points, classes, indices.Length);
        }

        var instances = classes.Length / indices.Length;
        return new TrainingBatch(
            ChannelsLast.Convert(images).MoveToOuterDisposeScope(),
            tensor(points, indices.Length, instances, Skeleton.Nodes.Length, 2).MoveToOuterDisposeScope(),
            tensor(classes, new long[] { indices.Length, instances }).MoveToOuterDisposeScope()
        );
    }

    // Only the part of each image that its tile can show, however it is turned and scaled, becomes a tensor.
    private Tensor TileImages(
        TrainingTileOptions tiles,
        ReadOnlySpan<int> indices,
        Span<float> points,
        Augmenter augmenter,
        Random random
    )
    {
        var size = InBatch;
        var reach = augmenter.Reach(size);
        var (height, width) = (Math.Min(reach, Image.Height), Math.Min(reach, Image.Width));
        var (parts, centers) = (new byte[indices.Length][], new (float X, float Y)[indices.Length]);
        var each = points.Length / indices.Length;
        for (var i = 0; i < indices.Length; i++)
        {
            var own = points.Slice(i * each, each);
            var (x, y) = tiles.DrawCenter(own, Image, random);
            var (left, top) = (Start(x, width, Image.Width), Start(y, height, Image.Height));
            parts[i] = Part(Cache.Read(_samples[indices[i]].Pixels), left, top, height, width);
            centers[i] = (x - left, y - top);
            for (var at = 0; at < each; at += 2)
                (own[at], own[at + 1]) = (own[at] - left, own[at + 1] - top);
        }
        return augmenter.Apply(NetworkInput.FromBytes(parts, height, width, Channels), points, random, size, centers);

        static int Start(float center, int side, int length) =>
            Math.Clamp((int)MathF.Round(center - (side - 1) / 2f), 0, length - side);
    }

    private byte[] Part(byte[] image, int left, int top, int height, int width)
    {
        if (height == Image.Height && width == Image.Width)
            return image;
        var channels = image.Length / (Image.Height * Image.Width);
        var part = new byte[height * width * channels];
        for (var row = 0; row < height; row++)
        {
            image
                .AsSpan(((top + row) * Image.Width + left) * channels, width * channels)
                .CopyTo(part.AsSpan(row * width * channels));
        }
        return part;
    }

    // Targets take time for each instance. One without a node within half a tile of its tile is left out.
    private (float[] Points, long[] Classes) WithoutFar(float[] points, long[] classes, int count)
    {
        var tile = InBatch;
        var (instances, each) = (classes.Length / count, 2 * Skeleton.Nodes.Length);
        int[][] near =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => Enumerable.Range(i * instances, instances).Where(IsNear).ToArray()),
        ];
        var most = Math.Max(1, near.Max(own => own.Length));
        var (kept, keptClasses) = (InstanceArray.Missing(count * most * each), new long[count * most]);
        Array.Fill(keptClasses, -1);
        for (var i = 0; i < count; i++)
        {
            foreach (var (place, instance) in near[i].Index())
            {
                points.AsSpan(instance * each, each).CopyTo(kept.AsSpan((i * most + place) * each));
                keptClasses[i * most + place] = classes[instance];
            }
        }
        return (kept, keptClasses);

        bool IsNear(int instance)
        {
            for (var at = instance * each; at < (instance + 1) * each; at += 2)
            {
                if (
                    Math.Abs(points[at] - tile.Width / 2f) < tile.Width
                    && Math.Abs(points[at + 1] - tile.Height / 2f) < tile.Height
                )
                {
                    return true;
                }
            }
            return false;
        }
    }

    private sealed record Sample(
        SampleCache.Picture Pixels,
        float[] Points,
        int[] Classes,
        float PointScale,
        FrameSource Source
    );
}

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
