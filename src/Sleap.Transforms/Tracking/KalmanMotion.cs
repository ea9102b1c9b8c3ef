namespace Sleap.Transforms;

/// <summary>
/// Where the centroid of each track is expected: a Kalman filter of constant velocity (Kalman 1960; as in SORT, Bewley
/// et al. 2016) for each coordinate. Noise is a share of the instance's size, so that it fits any magnification.
/// The velocity decays while a track is not seen, because instances stop.
/// </summary>
internal sealed class KalmanMotion
{
    private const double MeasurementShare = 0.05;
    private const double AccelerationShare = 0.05;
    private const double Decay = 0.9;
    private readonly Dictionary<int, State> _states = [];

    /// <summary>The track's instances, moved to where it is expected in frame <paramref name="frame"/>.</summary>
    public List<TrackedInstance> Predict(int track, List<TrackedInstance> instances, int frame)
    {
        if (!_states.TryGetValue(track, out var state))
            return instances;
        (var x, var y) = state.Ahead(frame);
        return [.. instances.Select(instance => Move(instance, x, y))];
    }

    /// <summary>Updates a track with the instance that was seen.</summary>
    public void Update(int track, TrackedInstance instance, int frame)
    {
        var centroid = instance.Centroid;
        if (double.IsNaN(centroid.X) || double.IsNaN(centroid.Y))
            return;
        var size = Math.Max(1, Math.Sqrt(Math.Max(1, instance.Box.Area)));
        if (_states.TryGetValue(track, out var state))
            state.Correct(centroid, size, frame);
        else
            _states.Add(track, new State(centroid, size, frame));
    }

    /// <summary>Forgets all other tracks: they have ended.</summary>
    public void Keep(HashSet<int> tracks)
    {
        foreach (var track in _states.Keys.Where(track => !tracks.Contains(track)).ToArray())
            _states.Remove(track);
    }

    private static TrackedInstance Move(TrackedInstance instance, double x, double y)
    {
        var centroid = instance.Centroid;
        return double.IsNaN(centroid.X) || double.IsNaN(centroid.Y)
            ? instance
            : instance.Moved(x - centroid.X, y - centroid.Y);
    }

    private sealed class State
    {
        private readonly double[] _position;
        private readonly double[] _velocity = new double[2];

        // Covariance of position and velocity, the same for both coordinates.
        private double _pp,
            _pv,
            _vv;
        private int _frame;

        public State((double X, double Y) centroid, double size, int frame)
        {
            _position = [centroid.X, centroid.Y];
            _frame = frame;
            _pp = Square(MeasurementShare * size);
            _vv = Square(size / 2);
        }

        public (double X, double Y) Ahead(int frame)
        {
            var reach = Reach(frame - _frame);
            return (_position[0] + (reach * _velocity[0]), _position[1] + (reach * _velocity[1]));
        }

        public void Correct((double X, double Y) centroid, double size, int frame)
        {
            double reach = Reach(frame - _frame),
                fade = Math.Pow(Decay, Math.Max(0, frame - _frame - 1));
            double steps = Math.Max(1, frame - _frame),
                q = Square(AccelerationShare * size) * steps;
            var pp = _pp + (2 * reach * _pv) + (reach * reach * _vv) + (q * steps * steps / 4);
            var pv = (fade * (_pv + (reach * _vv))) + (q * steps / 2);
            var vv = (fade * fade * _vv) + q;
            double sum = pp + Square(MeasurementShare * size),
                gainPosition = pp / sum,
                gainVelocity = pv / sum;
            for (var axis = 0; axis < 2; axis++)
            {
                double expected = _position[axis] + (reach * _velocity[axis]),
                    off = (axis == 0 ? centroid.X : centroid.Y) - expected;
                _position[axis] = expected + (gainPosition * off);
                _velocity[axis] = (fade * _velocity[axis]) + (gainVelocity * off);
            }
            (_pp, _pv, _vv) = ((1 - gainPosition) * pp, (1 - gainPosition) * pv, vv - (gainVelocity * pv));
            _frame = frame;
        }

        // 1 + decay + decay² … over the frames.
        private static double Reach(int frames) => frames <= 0 ? 0 : (1 - Math.Pow(Decay, frames)) / (1 - Decay);

        private static double Square(double value) => value * value;
    }
}
