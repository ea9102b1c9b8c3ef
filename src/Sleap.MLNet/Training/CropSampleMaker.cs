namespace Sleap.MLNet;

/// <summary>A crop around each labelled animal, with a margin around what the network will see.</summary>
internal sealed class CropSampleMaker : SampleMaker
{
    private readonly PoseSubject _subject;
    private readonly FrameCanvas _canvas;
    private readonly FrameResampler _resampler;
    private readonly int? _anchor;
    private readonly int _side;

    public CropSampleMaker(CenteredInstanceOptions options, PoseSubject subject, (int Height, int Width) frame)
        : this(
            options,
            subject,
            frame,
            new FrameResampler((Side(options), Side(options)), options.Scale, 1, options.Backbone.InChannels)
        ) { }

    private CropSampleMaker(
        CenteredInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        FrameResampler resampler
    )
        : base(subject.Skeleton, () => Samples(options, resampler.Geometry, subject.Skeleton.Nodes.Length))
    {
        (_subject, _resampler, _side) = (subject, resampler, Side(options));
        _canvas = new FrameCanvas(FrameResampler.ForCrops(frame));
        _anchor = InstanceCentroids.AnchorOf(options.AnchorPart, subject.Skeleton);
    }

    public override void Add(TrainingSamples to, LabelledRow row, FramePixels frame)
    {
        var geometry = _canvas.Read(frame);
        var (points, classes) = ((float[])row.Points.Clone(), row.ClassesOf(_subject));
        geometry.ToInput(points);
        var centres = InstanceCentroids.OfAll(points, row.Nodes, _anchor);
        var crop = new byte[_side * _side * frame.Channels];
        for (var animal = 0; animal < row.Count; animal++)
        {
            var window = CropWindow.Around(centres[2 * animal], centres[2 * animal + 1], _side, CropAlignment.Exact);
            window.Cut(_canvas.Pixels, crop);
            var (pixels, own) = (
                new byte[to.ByteCount],
                points[(animal * 2 * row.Nodes)..((animal + 1) * 2 * row.Nodes)]
            );
            var scaling = _resampler.Resample(new FramePixels(crop, _side, _side, frame.Channels), pixels);
            window.ToCrop(own);
            scaling.ToInput(own);
            to.Add(pixels, own, [classes[animal]], geometry.PointScale * scaling.PointScale, row.Source);
        }
    }

    private static TrainingSamples Samples(CenteredInstanceOptions options, FrameGeometry picture, int nodes)
    {
        var seen = new FrameGeometry(
            options.CropSize!.Value,
            options.CropSize.Value,
            options.Scale,
            options.Backbone.MaxStride
        );
        return new(
            (picture.InputHeight, picture.InputWidth),
            (seen.InputHeight, seen.InputWidth),
            options.Backbone.InChannels,
            nodes
        );
    }

    // Turned by 45 degrees a square needs √2 of its side, made smaller by the least magnification, and shifted.
    private static int Side(CenteredInstanceOptions options)
    {
        var (size, change) = (options.CropSize!.Value, options.Augmentation);
        var turned = change.RotationMin == 0 && change.RotationMax == 0 ? 1 : MathF.Sqrt(2);
        var needed = size * (turned / change.ScaleMin + 2 * Math.Max(change.TranslateWidth, change.TranslateHeight));
        // Even differences keep the middle where it is.
        return size + 2 * (int)Math.Ceiling((needed - size) / 2);
    }
}
