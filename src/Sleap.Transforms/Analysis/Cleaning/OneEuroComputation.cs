namespace Sleap.Transforms;

/// <summary>The 1€ filter on each coordinate; frames without it are time that passes.</summary>
internal sealed class OneEuroComputation(SmoothOptions options) : AnalysisComputation
{
    private readonly TrackStates<Memory> _tracks = new();

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var memory = _tracks.Of(row, animal);
            memory.Coordinates ??= new Coordinate[row.Width];
            for (var coordinate = 0; coordinate < row.Width; coordinate++)
            {
                if (float.IsFinite(row.Of(animal)[coordinate]))
                {
                    outputs[0][(animal * row.Width) + coordinate] = (float)Next(
                        ref memory.Coordinates[coordinate],
                        row.FrameIndex,
                        row.Of(animal)[coordinate]
                    );
                }
            }
        }
    }

    private double Next(ref Coordinate last, int frame, double value)
    {
        if (!last.Seen)
        {
            last = new Coordinate(true, frame, value, 0);
            return value;
        }
        var seconds = (frame - last.Frame) / options.FramesPerSecond;
        // A frame that comes twice is not a step in time.
        if (seconds <= 0)
            return last.Smooth;
        // As in the authors' code, the speed is that from the smoothed value before.
        var speed = Mix(options.DerivativeCutoff, seconds, (value - last.Smooth) / seconds, last.Speed);
        var smooth = Mix(options.MinCutoff + (options.Beta * Math.Abs(speed)), seconds, value, last.Smooth);
        last = new Coordinate(true, frame, smooth, speed);
        return smooth;
    }

    private static double Mix(double cutoff, double seconds, double now, double before)
    {
        var weight = 1 / (1 + (1 / (2 * Math.PI * cutoff * seconds)));
        return (weight * now) + ((1 - weight) * before);
    }

    private record struct Coordinate(bool Seen, int Frame, double Smooth, double Speed);

    private sealed class Memory
    {
        public Coordinate[]? Coordinates { get; set; }
    }
}
