namespace Sleap.Transforms;

/// <summary>Differences from the frame before in which the animal was seen, at most MaxGap frames back.</summary>
internal sealed class KinematicsComputation(KinematicsOptions options, int node, int from, int to) : AnalysisComputation
{
    private readonly TrackStates<Motion> _tracks = new();

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var motion = _tracks.Of(row, animal);
            var center = Place.NodeOrCentroid(row.Of(animal), node);
            Place step = Place.Missing,
                velocity = Place.Missing,
                acceleration = Place.Missing;
            if (Frames(motion.Place, row.FrameIndex) is { } frames)
            {
                step = center - motion.Place!.Value.Value;
                velocity = Rate(step, frames, options.PixelsPerUnit);
            }
            if (Frames(motion.Velocity, row.FrameIndex) is { } since)
                acceleration = Rate(velocity - motion.Velocity!.Value.Value, since, 1);
            var heading =
                from >= 0 ? (Place.Of(row.Of(animal), to) - Place.Of(row.Of(animal), from)).Direction : step.Direction;
            var turnRate = Frames(motion.Heading, row.FrameIndex) is { } turned
                ? Turn.Between(motion.Heading!.Value.Value, heading) / turned * options.FramesPerSecond
                : double.NaN;
            if (step.IsVisible)
                motion.Path += step.Length / options.PixelsPerUnit;
            Put(outputs[0], animal, center);
            Put(outputs[1], animal, velocity);
            outputs[2][animal] = (float)velocity.Length;
            Put(outputs[3], animal, acceleration);
            outputs[4][animal] = (float)heading;
            outputs[5][animal] = (float)turnRate;
            outputs[6][animal] = (float)motion.Path;
            motion.Remember(row.FrameIndex, center, velocity, heading);
        }
    }

    private double? Frames<T>((int Frame, T Value)? last, int frame)
    {
        var frames = last is { } seen ? (long)frame - seen.Frame : 0;
        return frames > 0 && frames <= options.MaxGap ? frames : null;
    }

    private Place Rate(Place change, double frames, double unit)
    {
        var factor = options.FramesPerSecond / frames / unit;
        return new Place(change.X * factor, change.Y * factor);
    }

    private static void Put(float[] output, int animal, Place place) => place.CopyTo(output.AsSpan(2 * animal, 2), 0);

    private sealed class Motion
    {
        public (int Frame, Place Value)? Place { get; private set; }

        public (int Frame, Place Value)? Velocity { get; private set; }

        public (int Frame, double Value)? Heading { get; private set; }

        public double Path { get; set; }

        public void Remember(int frame, Place place, Place velocity, double heading)
        {
            if (place.IsVisible)
                Place = (frame, place);
            if (velocity.IsVisible)
                Velocity = (frame, velocity);
            if (!double.IsNaN(heading))
                Heading = (frame, heading);
        }
    }
}
