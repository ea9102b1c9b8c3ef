using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Smoothing bound to a schema: reads ahead by half a window of rows.</summary>
internal sealed class SmoothingMapper(SmoothingTransformer owner, DataViewSchema.Column keypoints, FrameColumns frames) : PoseMapper
{
    public override IReadOnlyList<OutputColumn> Outputs { get; } = [new OutputColumn(owner.OutputColumn, keypoints.Type, keypoints.Annotations)];

    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [keypoints, .. frames.Columns];

    public override int LookAhead => owner.Window / 2;

    public override bool NeedsEveryRow => true;

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(owner, input, keypoints, frames);

    private sealed class Pass(SmoothingTransformer owner, DataViewRow input, DataViewSchema.Column keypoints, FrameColumns frames) : PosePass
    {
        private readonly ValueGetter<VBuffer<float>> _keypoints = input.GetGetter<VBuffer<float>>(keypoints);
        private readonly Func<(string Video, int FrameIndex)> _frame = frames.Open(input);
        private readonly int _half = owner.Window / 2;
        private readonly float[] _window = new float[owner.Window];

        // The rows that some window may still need, oldest first; _next is the one to be processed next.
        private readonly List<Row> _rows = [];
        private readonly Dictionary<int, float[]> _smoothed = [];
        private VBuffer<float> _value;
        private int _next;

        public override void Read(int slot)
        {
            _keypoints(ref _value);
            (string video, int frameIndex) = _frame();
            _rows.Add(new Row(slot, video, frameIndex, [.. _value.DenseValues()]));
        }

        public override void Process(int count)
        {
            for (int row = 0; row < count; row++, _next++)
                _smoothed[_rows[_next].Slot] = Smooth(_next);
            int done = Math.Max(0, _next - _half);
            _rows.RemoveRange(0, done);
            _next -= done;
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(_smoothed[slot()], ref value));

        private float[] Smooth(int center)
        {
            Row row = _rows[center];
            int first = Math.Max(0, center - _half), last = Math.Min(_rows.Count - 1, center + _half);
            var smoothed = new float[row.Keypoints.Length];
            for (int coordinate = 0; coordinate < smoothed.Length; coordinate++)
            {
                if (float.IsNaN(row.Keypoints[coordinate]))
                {
                    smoothed[coordinate] = float.NaN;
                    continue;
                }
                int found = 0;
                for (int other = first; other <= last; other++)
                    if (IsNear(row, _rows[other]) && !float.IsNaN(_rows[other].Keypoints[coordinate]))
                        _window[found++] = _rows[other].Keypoints[coordinate];
                smoothed[coordinate] = Reduce(_window.AsSpan(0, found));
            }
            return smoothed;
        }

        private bool IsNear(Row row, Row other) => other.Video == row.Video && Math.Abs((long)other.FrameIndex - row.FrameIndex) <= _half;

        private float Reduce(Span<float> values)
        {
            if (owner.Method == SmoothMethod.Mean)
            {
                double sum = 0;
                foreach (float value in values)
                    sum += value;
                return (float)(sum / values.Length);
            }
            values.Sort();
            int middle = values.Length / 2;
            return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        }
    }

    private sealed record Row(int Slot, string Video, int FrameIndex, float[] Keypoints);
}
