using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// What timelines show of an instance. X and Y are the mean of its visible points, and Size is the root of their mean
/// square distance from it; NaN without any.
/// </summary>
internal readonly record struct InstanceRow(bool IsPredicted, int Track, float Score, float X, float Y, float Size)
{
    /// <summary>
    /// Gives the instances of a frame in order, without the predictions that a person corrected in it, and whether the
    /// frame is marked as empty. Rows of a .slp are read where they lie, so that no instance is built for them.
    /// </summary>
    /// <param name="frames">Frames of labels.</param>
    /// <param name="index">Place of the frame.</param>
    /// <param name="numberOf">Number of a track.</param>
    /// <param name="rows">Gets the instances.</param>
    public static bool Read(
        IReadOnlyList<LabeledFrame> frames,
        int index,
        Func<Track?, int> numberOf,
        List<InstanceRow> rows
    )
    {
        rows.Clear();
        (frames, index) = FrameOrder.PlaceOf(frames, index);
        if (frames is SlpFrames { Tables: var tables })
            return Read(tables, index, numberOf, rows);
        var frame = frames[index];
        var corrected = frame.Instances.Select(instance => instance.FromPredicted).OfType<Instance>().ToHashSet();
        foreach (var instance in frame.Instances)
        {
            if (!corrected.Contains(instance))
                rows.Add(Of(instance, numberOf(instance.Track)));
        }
        return frame.IsNegative;
    }

    private static bool Read(SlpTables tables, int index, Func<Track?, int> numberOf, List<InstanceRow> rows)
    {
        ref readonly var frame = ref tables.Frames[index];
        var (start, end) = ((int)frame.InstanceStart, (int)frame.InstanceEnd);
        HashSet<int>? corrected = null;
        for (var i = start; i < end; i++)
        {
            if (tables.PredictionRow(tables.Instances[i]) is >= 0 and var prediction)
                (corrected ??= []).Add(prediction);
        }
        for (var i = start; i < end; i++)
        {
            if (corrected?.Contains(i) != true)
                rows.Add(Of(tables, tables.Instances[i], numberOf));
        }
        return tables.Negatives.Contains((tables.VideoPositions[frame.Video], (int)frame.FrameIndex));
    }

    private static InstanceRow Of(Instance instance, int track)
    {
        var mean = new Mean();
        foreach (var point in instance.Points)
        {
            if (!point.IsMissing)
                mean.Add(point.X, point.Y);
        }
        return new InstanceRow(instance.IsPredicted, track, instance.Score, mean.X, mean.Y, mean.Size);
    }

    private static InstanceRow Of(SlpTables tables, in SlpInstanceRow row, Func<Track?, int> numberOf)
    {
        var track = row.Track < 0 ? -1 : numberOf(tables.Tracks[row.Track]);
        var mean = new Mean();
        var (start, count) = ((int)row.PointStart, (int)(row.PointEnd - row.PointStart));
        if (row.IsPredicted)
        {
            foreach (ref readonly var p in tables.PredictedPoints.AsSpan(start, count))
            {
                if (p.Visible != 0 && !double.IsNaN(p.X) && !double.IsNaN(p.Y))
                    mean.Add(p.X - tables.Shift, p.Y - tables.Shift);
            }
        }
        else
        {
            foreach (ref readonly var p in tables.Points.AsSpan(start, count))
            {
                if (p.Visible != 0 && !double.IsNaN(p.X) && !double.IsNaN(p.Y))
                    mean.Add(p.X - tables.Shift, p.Y - tables.Shift);
            }
        }
        return new InstanceRow(row.IsPredicted, track, row.Score, mean.X, mean.Y, mean.Size);
    }

    private struct Mean
    {
        private double _x;
        private double _y;
        private double _squares;
        private int _count;

        public readonly float X => _count == 0 ? float.NaN : (float)(_x / _count);

        public readonly float Y => _count == 0 ? float.NaN : (float)(_y / _count);

        public readonly float Size =>
            _count == 0
                ? float.NaN
                : (float)Math.Sqrt(Math.Max(0, (_squares - (((_x * _x) + (_y * _y)) / _count)) / _count));

        public void Add(double x, double y) =>
            (_x, _y, _squares, _count) = (_x + x, _y + y, _squares + (x * x) + (y * y), _count + 1);
    }
}
