using System.Collections;
using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// Labeled frames over the tables of a .slp: each is built when it is first asked for, and is the same object from then
/// on.
/// </summary>
internal sealed class SlpFrames(SlpTables tables) : IReadOnlyList<LabeledFrame>
{
    private readonly LabeledFrame?[] _frames = new LabeledFrame?[tables.Frames.Length];
    private readonly Instance?[] _instances = new Instance?[tables.Instances.Length];

    public SlpTables Tables => tables;

    /// <summary>
    /// Whether instances lie in the file in the order of their frames, none left out: then writing gives each the
    /// number it had.
    /// </summary>
    public bool IsInRowOrder
    {
        get
        {
            ulong next = 0;
            foreach (ref readonly var row in tables.Frames.AsSpan())
            {
                if (row.InstanceStart != next)
                    return false;
                next = row.InstanceEnd;
            }
            return next == (ulong)tables.Instances.Length && tables.RowsById is null;
        }
    }

    public int Count => _frames.Length;

    public LabeledFrame this[int index] => Volatile.Read(ref _frames[index]) ?? Keep(ref _frames[index], Build(index));

    public IEnumerator<LabeledFrame> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Two threads may build the same thing: the first one's is kept, because objects are identities here.
    /// </summary>
    private static T Keep<T>(ref T? place, T built)
        where T : class => Interlocked.CompareExchange(ref place, built, null) ?? built;

    private LabeledFrame Build(int index)
    {
        ref readonly var row = ref tables.Frames[index];
        var video = tables.VideoPositions[row.Video];
        var frameIndex = (int)row.FrameIndex;
        var built = new Instance[(int)(row.InstanceEnd - row.InstanceStart)];
        for (var i = 0; i < built.Length; i++)
            built[i] = InstanceAt((int)row.InstanceStart + i);
        var numbers = tables.Videos[video].FrameNumbers;
        return new LabeledFrame
        {
            Video = tables.Videos[video],
            FrameIndex = frameIndex < numbers.Length ? numbers[frameIndex] : frameIndex,
            Instances = built,
            IsNegative = tables.Negatives.Contains((video, frameIndex)),
        };
    }

    private Instance InstanceAt(int row) =>
        Volatile.Read(ref _instances[row]) ?? Keep(ref _instances[row], BuildInstance(row));

    private Instance BuildInstance(int index)
    {
        ref readonly var row = ref tables.Instances[index];
        var prediction = tables.PredictionRow(row);
        return new Instance
        {
            Skeleton = tables.Skeletons[(int)row.Skeleton],
            Points = row.IsPredicted ? PredictedPoints(row) : UserPoints(row),
            Track = row.Track < 0 ? null : tables.Tracks[row.Track],
            IsPredicted = row.IsPredicted,
            Score = row.Score,
            TrackingScore = row.TrackingScore,
            FromPredicted = prediction < 0 ? null : InstanceAt(prediction),
        };
    }

    private ImmutableArray<Point> UserPoints(in SlpInstanceRow row)
    {
        var points = ImmutableArray.CreateBuilder<Point>((int)(row.PointEnd - row.PointStart));
        foreach (ref readonly var p in tables.Points.AsSpan((int)row.PointStart, points.Capacity))
            points.Add(new Point(p.X - tables.Shift, p.Y - tables.Shift, p.Visible != 0, p.Complete != 0, float.NaN));
        return points.MoveToImmutable();
    }

    private ImmutableArray<Point> PredictedPoints(in SlpInstanceRow row)
    {
        var points = ImmutableArray.CreateBuilder<Point>((int)(row.PointEnd - row.PointStart));
        foreach (ref readonly var p in tables.PredictedPoints.AsSpan((int)row.PointStart, points.Capacity))
        {
            points.Add(
                new Point(p.X - tables.Shift, p.Y - tables.Shift, p.Visible != 0, p.Complete != 0, (float)p.Score)
            );
        }

        return points.MoveToImmutable();
    }
}
