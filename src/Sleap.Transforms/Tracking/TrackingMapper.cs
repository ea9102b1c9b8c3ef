using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Tracking bound to a schema: row by row, with the tracker's window as the only memory.</summary>
internal sealed class TrackingMapper : PoseMapper
{
    private static readonly ColumnRule Images = ColumnRule.Image with
    {
        Expected = "Image, which optical flow looks at",
    };

    private readonly TrackingOptions _options;
    private readonly DataViewSchema.Column _keypoints;
    private readonly DataViewSchema.Column? _scores;
    private readonly DataViewSchema.Column? _image;
    private readonly FrameColumns _frames;
    private readonly int _nodes;

    public TrackingMapper(TrackingTransformer owner, DataViewSchema schema)
    {
        _options = owner.Options;
        var names = owner.Options.Columns;
        _keypoints = KeypointColumns.Rule.Require(schema, names.PredictedKeypoints, TrackingTransformer.Component);
        _scores = ColumnRule.Singles.Find(schema, names.InstanceScore, TrackingTransformer.Component);
        if (_options.Motion == TrackMotion.OpticalFlow)
            _image = Images.Require(schema, names.Image, TrackingTransformer.Component);
        _frames = FrameColumns.Bind(schema, names, TrackingTransformer.Component);
        _nodes = PoseColumn.SkeletonOf(_keypoints).Nodes.Length;
        IsSingle = KeypointColumns.IsFixed(_keypoints.Type);
        Outputs = [owner.Output(IsSingle)];
        Inputs = [.. new[] { _keypoints, _scores, _image }.OfType<DataViewSchema.Column>(), .. _frames.Columns];
    }

    public override IReadOnlyList<OutputColumn> Outputs { get; }

    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    public override bool NeedsEveryRow => true;

    private bool IsSingle { get; }

    /// <summary>The same checks of a schema shape.</summary>
    /// <returns>The keypoints.</returns>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    public static SchemaShape.Column Check(SchemaShape shape, TrackingOptions options)
    {
        var names = options.Columns;
        var keypoints = (KeypointColumns.Rule with { Expected = "keypoints, a vector of Single" }).Require(
            shape,
            names.PredictedKeypoints,
            TrackingTransformer.Component
        );
        ColumnRule.Singles.Find(shape, names.InstanceScore, TrackingTransformer.Component);
        if (options.Motion == TrackMotion.OpticalFlow)
            Images.Require(shape, names.Image, TrackingTransformer.Component);
        FrameColumns.Check(shape, names, TrackingTransformer.Component);
        return keypoints;
    }

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(this, input);

    private sealed class Pass : PosePass
    {
        private readonly TrackingMapper _mapper;
        private readonly ValueGetter<VBuffer<float>> _keypoints;
        private readonly Func<float[]>? _scores;
        private readonly Func<FlowImage?>? _images;
        private readonly Func<(string Video, int FrameIndex)> _frame;
        private VBuffer<float> _value;
        private PoseTracker? _tracker;
        private string? _video;
        private int _frameIndex;
        private FlowImage? _image;
        private TrackedInstance[] _instances = [];
        private uint[] _keys = [];

        public Pass(TrackingMapper mapper, DataViewRow input)
        {
            _mapper = mapper;
            _keypoints = input.GetGetter<VBuffer<float>>(mapper._keypoints);
            _scores = mapper._scores is { } scores ? RowValues.Open<float>(input, scores) : null;
            _images = mapper._image is { } image ? ImageGetter(input, image, mapper._options) : null;
            _frame = mapper._frames.Open(input);
        }

        public override void Read(int slot)
        {
            _keypoints(ref _value);
            (var video, var index) = _frame();
            if (_tracker is null || video != _video)
            {
                _tracker = new PoseTracker(_mapper._options);
            }
            else if (index <= _frameIndex)
            {
                throw new InvalidOperationException(
                    $"Track: frame {index} of '{video}' comes after frame {_frameIndex}, expected rows in the "
                        + $"order of their frames. Rows were shuffled or joined, or a video's name stands for two."
                );
            }

            (_video, _frameIndex) = (video, index);
            _image = _images?.Invoke();
            float[] points = [.. _value.DenseValues()];
            var scores = _scores?.Invoke();
            var width = 2 * _mapper._nodes;
            _instances = new TrackedInstance[points.Length / width];
            for (var i = 0; i < _instances.Length; i++)
            {
                _instances[i] = TrackedInstance.From(
                    points.AsSpan(i * width, width),
                    scores?.Length > i ? scores[i] : double.NaN
                );
            }
        }

        public override void Process(int count)
        {
            var tracks = _tracker!.Next(_instances, _frameIndex, _image);
            var most = _mapper._options.KeyCount;
            if (tracks.Any(track => track >= most))
            {
                throw new InvalidOperationException(
                    $"Track: '{_video}' makes more than {most} tracks by frame {_frameIndex}, and the column's "
                        + $"key values end there. Set {nameof(TrackingOptions.MaxTracks)} to the number of animals, "
                        + $"or raise {nameof(TrackingOptions.TrackCapacity)}."
                );
            }

            _keys = [.. tracks.Select(track => (uint)(track + 1))];
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            _mapper.IsSingle
                ? (ValueGetter<uint>)(
                    (ref uint value) =>
                    {
                        slot();
                        value = _keys[0];
                    }
                )
                : (ValueGetter<VBuffer<uint>>)(
                    (ref VBuffer<uint> value) =>
                    {
                        slot();
                        SkeletonAnnotations.Copy<uint>(_keys, ref value);
                    }
                );

        private static Func<FlowImage?> ImageGetter(
            DataViewRow input,
            DataViewSchema.Column column,
            TrackingOptions options
        )
        {
            var getter = input.GetGetter<MLImage>(column);
            MLImage image = null!;
            return () =>
            {
                if (input is IFrameRow rows && rows.TryGetFrame(column, out var frame))
                    return FlowImage.Of(frame.Pixels, frame.Height, frame.Width, frame.Channels, options);
                getter(ref image);
                return image is null
                    ? null
                    : FlowImage.Of(FrameImage.ToRgb(image), image.Height, image.Width, 3, options);
            };
        }
    }
}
