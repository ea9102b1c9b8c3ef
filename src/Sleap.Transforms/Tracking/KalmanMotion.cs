namespace Sleap.Transforms;

/// <summary>
/// Where the centroid of each track is expected: a Kalman filter of constant velocity (Kalman 1960; as in SORT, Bewley
/// et al. 2016) for each coordinate. Noise is in shares of the animal's size, so that it holds for any magnification.
/// The velocity fades while an animal is not seen, because animals stop.
/// </summary>
internal sealed class KalmanMotion
{
    private const double MeasurementShare = 0.05;
    private const double AccelerationShare = 0.05;
    private const double Fading = 0.9;
    private readonly Dictionary<int, State> _states = [];

    /// <summary>The track's animals moved to where it is expected in frame <paramref name="frame"/>.</summary>
    public List<TrackedPose> Predict(int track, List<TrackedPose> poses, int frame)
    {
        if (!_states.TryGetValue(track, out var state))
            return poses;
        (var x, var y) = state.Ahead(frame);
        return [.. poses.Select(pose => Move(pose, x, y))];
    }

    /// <summary>Takes in where a track was seen.</summary>
    public void Update(int track, TrackedPose pose, int frame)
    {
        double[] centroid = pose.Centroid(),
            box = pose.Box();
        if (double.IsNaN(centroid[0]) || double.IsNaN(centroid[1]))
            return;
        var size = Math.Max(1, Math.Sqrt(Math.Max(1, (box[2] - box[0]) * (box[3] - box[1]))));
        if (_states.TryGetValue(track, out var state))
            state.Correct(centroid, size, frame);
        else
            _states.Add(track, new State(centroid, size, frame));
    }

    /// <summary>Forgets tracks that cannot go on.</summary>
    public void Keep(HashSet<int> tracks)
    {
        foreach (var track in _states.Keys.Where(track => !tracks.Contains(track)).ToArray())
            _states.Remove(track);
    }

    private static TrackedPose Move(TrackedPose pose, double x, double y)
    {
        var centroid = pose.Centroid();
        return double.IsNaN(centroid[0]) || double.IsNaN(centroid[1])
            ? pose
            : pose.Moved(x - centroid[0], y - centroid[1]);
    }

    private sealed class State
    {
        private readonly double[] _place = new double[2];
        private readonly double[] _velocity = new double[2];

        // Covariance of place and velocity, the same for both coordinates.
        private double _pp,
            _pv,
            _vv;
        private int _frame;

        public State(double[] centroid, double size, int frame)
        {
            centroid.CopyTo(_place, 0);
            _frame = frame;
            _pp = Square(MeasurementShare * size);
            _vv = Square(size / 2);
        }

        public (double X, double Y) Ahead(int frame)
        {
            var reach = Reach(frame - _frame);
            return (_place[0] + (reach * _velocity[0]), _place[1] + (reach * _velocity[1]));
        }

        public void Correct(double[] centroid, double size, int frame)
        {
            double reach = Reach(frame - _frame),
                fade = Math.Pow(Fading, Math.Max(0, frame - _frame - 1));
            double steps = Math.Max(1, frame - _frame),
                q = Square(AccelerationShare * size) * steps;
            var pp = _pp + (2 * reach * _pv) + (reach * reach * _vv) + (q * steps * steps / 4);
            var pv = (fade * (_pv + (reach * _vv))) + (q * steps / 2);
            var vv = (fade * fade * _vv) + q;
            double sum = pp + Square(MeasurementShare * size),
                gainPlace = pp / sum,
                gainVelocity = pv / sum;
            for (var axis = 0; axis < 2; axis++)
            {
                double expected = _place[axis] + (reach * _velocity[axis]),
                    off = centroid[axis] - expected;
                _place[axis] = expected + (gainPlace * off);
                _velocity[axis] = (fade * _velocity[axis]) + (gainVelocity * off);
            }
            (_pp, _pv, _vv) = ((1 - gainPlace) * pp, (1 - gainPlace) * pv, vv - (gainVelocity * pv));
            _frame = frame;
        }

        // 1 + fading + fading² … over the frames.
        private static double Reach(int frames) => frames <= 0 ? 0 : (1 - Math.Pow(Fading, frames)) / (1 - Fading);

        private static double Square(double value) => value * value;
    }
}
