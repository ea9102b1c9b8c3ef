using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Kinematics bound to a schema.</summary>
internal sealed class KinematicsMapper : PoseMapper
{
    private readonly KinematicsOptions _options;
    private readonly DataViewSchema.Column _keypoints;
    private readonly FrameColumns _frames;
    private readonly int _from;
    private readonly int _to;

    public KinematicsMapper(KinematicsOptions options, DataViewSchema.Column keypoints, FrameColumns frames)
    {
        _options = options;
        _keypoints = keypoints;
        _frames = frames;
        Inputs = [keypoints, .. frames.Columns];
        Outputs = OutputsOf(options);
        Skeleton skeleton = PoseColumn.SkeletonOf(keypoints);
        _from = Node(skeleton, options.HeadingFrom);
        _to = Node(skeleton, options.HeadingTo);
    }

    public override IReadOnlyList<OutputColumn> Outputs { get; }

    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    public override bool NeedsEveryRow => true;

    public static IReadOnlyList<OutputColumn> OutputsOf(KinematicsOptions options)
    {
        var slots = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.AddSlotNames(slots, ["x", "y"]);
        return
        [
            new OutputColumn(options.Centroid, new VectorDataViewType(NumberDataViewType.Single, 2), slots.ToAnnotations()),
            new OutputColumn(options.Speed, NumberDataViewType.Single),
            new OutputColumn(options.Heading, NumberDataViewType.Single),
            new OutputColumn(options.TurnRate, NumberDataViewType.Single),
        ];
    }

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(this, input);

    private static int Node(Skeleton skeleton, string? name)
    {
        if (name is null)
            return -1;
        int node = skeleton.IndexOf(name);
        return node >= 0 ? node : throw new ArgumentException($"Kinematics: the skeleton has no node '{name}' for the heading. It has: {string.Join(", ", skeleton.Nodes)}.");
    }

    /// <summary>A value seen in an earlier frame, for the change since then.</summary>
    private readonly record struct Seen<T>(string Video, int FrameIndex, T Value);

    private sealed class Pass(KinematicsMapper owner, DataViewRow input) : PosePass
    {
        private readonly ValueGetter<VBuffer<float>> _keypoints = input.GetGetter<VBuffer<float>>(owner._keypoints);
        private readonly Func<(string Video, int FrameIndex)> _frame = owner._frames.Open(input);
        private VBuffer<float> _value;
        private float[] _points = [];
        private string _video = "";
        private int _frameIndex;
        private Seen<(double X, double Y)>? _lastCentroid;
        private Seen<double>? _lastHeading;
        private (double X, double Y) _centroid;
        private double _speed;
        private double _heading;
        private double _turnRate;

        public override void Read(int slot)
        {
            _keypoints(ref _value);
            _points = [.. _value.DenseValues()];
            (_video, _frameIndex) = _frame();
        }

        public override void Process(int count)
        {
            _centroid = Centroid();
            double? frames = FramesSince(_lastCentroid);
            (double dx, double dy) = frames is null
                ? (double.NaN, double.NaN)
                : (_centroid.X - _lastCentroid!.Value.Value.X, _centroid.Y - _lastCentroid.Value.Value.Y);
            _speed = double.Hypot(dx, dy) / owner._options.PixelsPerUnit / (frames ?? double.NaN) * owner._options.FramesPerSecond;
            _heading = owner._from >= 0 ? Direction(owner._from, owner._to) : Math.Atan2(dy, dx);
            // Without motion there is no direction of it.
            if (owner._from < 0 && dx == 0 && dy == 0)
                _heading = double.NaN;
            double? turned = FramesSince(_lastHeading);
            _turnRate = turned is { } time
                ? Math.IEEERemainder(_heading - _lastHeading!.Value.Value, 2 * Math.PI) / time * owner._options.FramesPerSecond
                : double.NaN;
            if (!double.IsNaN(_centroid.X))
                _lastCentroid = new(_video, _frameIndex, _centroid);
            if (!double.IsNaN(_heading))
                _lastHeading = new(_video, _frameIndex, _heading);
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            0 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                slot();
                SkeletonAnnotations.Copy([(float)_centroid.X, (float)_centroid.Y], ref value);
            }),
            1 => Scalar(slot, () => _speed),
            2 => Scalar(slot, () => _heading),
            _ => Scalar(slot, () => _turnRate),
        };

        // The slot is always the same one; asking for it fails where there is no current row.
        private static ValueGetter<float> Scalar(Func<int> slot, Func<double> get) => (ref float value) =>
        {
            slot();
            value = (float)get();
        };

        private double? FramesSince<T>(Seen<T>? seen)
        {
            if (seen is not { } last || last.Video != _video)
                return null;
            long frames = (long)_frameIndex - last.FrameIndex;
            return frames > 0 && frames <= owner._options.MaxGap ? frames : null;
        }

        private (double X, double Y) Centroid()
        {
            double x = 0, y = 0;
            int visible = 0;
            for (int node = 0; node < _points.Length / 2; node++)
            {
                if (!float.IsFinite(_points[2 * node]) || !float.IsFinite(_points[(2 * node) + 1]))
                    continue;
                x += _points[2 * node];
                y += _points[(2 * node) + 1];
                visible++;
            }
            return visible == 0 ? (double.NaN, double.NaN) : (x / visible, y / visible);
        }

        private double Direction(int from, int to)
        {
            double dx = (double)_points[2 * to] - _points[2 * from], dy = (double)_points[(2 * to) + 1] - _points[(2 * from) + 1];
            return dx == 0 && dy == 0 ? double.NaN : Math.Atan2(dy, dx);
        }
    }
}
