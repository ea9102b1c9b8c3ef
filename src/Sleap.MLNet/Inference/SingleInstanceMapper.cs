using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>A single-instance model bound to one schema.</summary>
internal sealed class SingleInstanceMapper(SingleInstanceTransformer owner, DataViewSchema.Column image) : PoseMapper
{
    public override IReadOnlyList<OutputColumn> Outputs => owner.Outputs;

    public override IReadOnlyList<DataViewSchema.Column> Inputs => [image];

    public override int BatchSize => owner.Options.BatchSize;

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
        new Pass(owner.Predictor, input, image, BatchSize, owner.Skeleton.Nodes.Length);

    private sealed class Pass : PosePass
    {
        private readonly SingleInstancePredictor _predictor;
        private readonly DataViewRow _row;
        private readonly DataViewSchema.Column _column;
        private readonly ValueGetter<MLImage> _getImage;
        private readonly byte[] _inputs;
        private readonly FrameGeometry[] _geometries;
        private readonly float[] _points, _values;
        private readonly int _nodes;
        private MLImage? _image;

        public Pass(SingleInstancePredictor predictor, DataViewRow row, DataViewSchema.Column column, int batchSize, int nodes)
        {
            (_predictor, _row, _column, _nodes) = (predictor, row, column, nodes);
            _getImage = row.GetGetter<MLImage>(column);
            _inputs = new byte[batchSize * predictor.Frames.ByteCount];
            _geometries = new FrameGeometry[batchSize];
            _points = new float[batchSize * nodes * 2];
            _values = new float[batchSize * nodes];
        }

        public override void Read(int slot)
        {
            var frames = _predictor.Frames;
            var input = _inputs.AsSpan(slot * frames.ByteCount, frames.ByteCount);
            // From our own loader the frame's bytes come as they were decoded; the values are the same either way.
            if (_row is IFrameRow rows && rows.TryGetFrame(_column, out var frame))
            {
                _geometries[slot] = frames.Read(frame, input);
                return;
            }
            _getImage(ref _image!);
            if (_image is null) throw new InvalidOperationException($"The column '{_column.Name}' has no image in row {_row.Position}.");
            _geometries[slot] = frames.Read(_image, input);
        }

        public override void Process(int count) =>
            _predictor.Predict(count == _geometries.Length ? _inputs : _inputs[..(count * _predictor.Frames.ByteCount)], _geometries.AsSpan(0, count), _points.AsSpan(0, count * _nodes * 2), _values.AsSpan(0, count * _nodes));

        public override Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            SingleInstanceColumns.Keypoints => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Give(Points(slot()), ref value)),
            SingleInstanceColumns.Scores => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Give(Values(slot()), ref value)),
            SingleInstanceColumns.InstanceScore => (ValueGetter<float>)((ref float value) => value = Score(Values(slot()))),
            SingleInstanceColumns.Centroid => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Give(Centroid(Points(slot())), ref value)),
            _ => throw new ArgumentOutOfRangeException(nameof(output)),
        };

        private ReadOnlySpan<float> Points(int slot) => _points.AsSpan(slot * _nodes * 2, _nodes * 2);

        private ReadOnlySpan<float> Values(int slot) => _values.AsSpan(slot * _nodes, _nodes);

        private static void Give(ReadOnlySpan<float> from, ref VBuffer<float> value)
        {
            var editor = VBufferEditor.Create(ref value, from.Length);
            from.CopyTo(editor.Values);
            value = editor.Commit();
        }

        private static float Score(ReadOnlySpan<float> values)
        {
            var (sum, found) = (0f, 0);
            foreach (var value in values) if (value > 0) { sum += value; found++; }
            return found == 0 ? 0 : Math.Min(sum / found, 1);
        }

        private static float[] Centroid(ReadOnlySpan<float> points)
        {
            var (x, y, found) = (0f, 0f, 0);
            for (var i = 0; i < points.Length; i += 2)
                if (!float.IsNaN(points[i])) { x += points[i]; y += points[i + 1]; found++; }
            return [x / found, y / found]; // 0 / 0 is NaN: none found
        }
    }
}
