using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>
/// The tables of a .slp as they lie in the file, and the lists their numbers point into. Everything is checked when it
/// is made, so that building an instance later cannot fail.
/// </summary>
internal sealed class SlpTables
{
    public required string File { get; init; }

    public required SlpFrameRow[] Frames { get; init; }

    public required SlpInstanceRow[] Instances { get; init; }

    public required SlpPointRow[] Points { get; init; }

    public required SlpPredictedPointRow[] PredictedPoints { get; init; }

    public required IReadOnlyList<Skeleton> Skeletons { get; init; }

    public required IReadOnlyList<Track> Tracks { get; init; }

    public required IReadOnlyList<Video> Videos { get; init; }

    /// <summary>Position in <see cref="Videos"/> by the number that /frames uses.</summary>
    public required IReadOnlyDictionary<uint, int> VideoPositions { get; init; }

    public required IReadOnlySet<(int Video, int FrameIndex)> Negatives { get; init; }

    public required SlpIdentities Identities { get; init; }

    /// <summary>
    /// Stands for the file in the places of its instances; null when nothing in the file refers to them by number.
    /// </summary>
    public object? Key { get; init; }

    /// <summary>
    /// Subtracted from x and y: 0.5 in files older than 1.1, whose origin is the corner of the first pixel.
    /// </summary>
    public required double Shift { get; init; }

    /// <summary>Row of each instance id, or null when ids are the row numbers, as they nearly always are.</summary>
    public Dictionary<long, int>? RowsById { get; private set; }

    /// <summary>Looks at every row once.</summary>
    /// <exception cref="PoseFormatException">A number points outside its table; the row is named.</exception>
    public void Check(List<string> remarks)
    {
        // A small file whose ranges overlap would name more than any memory holds.
        var (instances, points, predicted) = (0L, 0L, 0L);
        for (var i = 0; i < Instances.Length; i++)
        {
            ref readonly var row = ref Instances[i];
            CheckInstance(i, row);
            var count = (long)(row.PointEnd - row.PointStart);
            (points, predicted) = row.IsPredicted ? (points, predicted + count) : (points + count, predicted);
        }
        for (var i = 0; i < Frames.Length; i++)
        {
            ref readonly var row = ref Frames[i];
            CheckFrame(i, row);
            instances += (long)(row.InstanceEnd - row.InstanceStart);
        }
        CheckSum("frames", "instances", instances, Instances.Length);
        CheckSum("instances", "points", points, Points.Length);
        CheckSum("instances", "predicted points", predicted, PredictedPoints.Length);
        if (Instances.Where((row, i) => row.InstanceId != i).Any())
        {
            RowsById = [];
            for (var i = 0; i < Instances.Length; i++)
            {
                if (!RowsById.TryAdd(Instances[i].InstanceId, i))
                    throw Fault("instances", i, $"has the id {Instances[i].InstanceId}, which an earlier row has, too");
            }
        }
        var orphans = Instances.Count(row => row.FromPredicted >= 0 && !row.IsPredicted && PredictionRow(row) < 0);
        if (orphans > 0)
        {
            remarks.Add(
                $"instances: {orphans} name in from_predicted an instance that is not there or not predicted; they "
                    + "were read without."
            );
        }
    }

    /// <summary>Row of the prediction that an instance was corrected from, or -1.</summary>
    public int PredictionRow(in SlpInstanceRow row)
    {
        if (row.IsPredicted || row.FromPredicted < 0)
            return -1;
        var target = RowsById is null
            ? (row.FromPredicted < Instances.Length ? (int)row.FromPredicted : -1)
            : RowsById.GetValueOrDefault(row.FromPredicted, -1);
        return target >= 0 && Instances[target].IsPredicted ? target : -1;
    }

    private void CheckInstance(int i, in SlpInstanceRow row)
    {
        if (row.Type > 1)
            throw Fault("instances", i, $"has the type {row.Type}, and 0 (user) or 1 (predicted) was expected");
        if (row.Skeleton >= Skeletons.Count)
            throw Fault("instances", i, $"names skeleton {row.Skeleton}, and the file has {Skeletons.Count}");
        if (row.Track < -1 || row.Track >= Tracks.Count)
            throw Fault("instances", i, $"names track {row.Track}, and the file has {Tracks.Count}");
        var table = (ulong)(row.IsPredicted ? PredictedPoints.Length : Points.Length);
        if (row.PointStart > row.PointEnd || row.PointEnd > table)
            throw Fault("instances", i, $"names the points {row.PointStart} to {row.PointEnd} of {table}");
        var nodes = Skeletons[(int)row.Skeleton].Nodes.Length;
        if (row.PointEnd - row.PointStart != (ulong)nodes)
        {
            throw Fault(
                "instances",
                i,
                $"has {row.PointEnd - row.PointStart} points, and its skeleton has {nodes} nodes"
            );
        }
    }

    private void CheckFrame(int i, in SlpFrameRow row)
    {
        if (!VideoPositions.ContainsKey(row.Video))
            throw Fault("frames", i, $"names video {row.Video}, and the file has {Videos.Count}");
        if (row.FrameIndex > int.MaxValue)
            throw Fault("frames", i, $"has the frame number {row.FrameIndex}");
        if (row.InstanceStart > row.InstanceEnd || row.InstanceEnd > (ulong)Instances.Length)
        {
            throw Fault(
                "frames",
                i,
                $"names the instances {row.InstanceStart} to {row.InstanceEnd} of {Instances.Length}"
            );
        }
    }

    private void CheckSum(string table, string named, long sum, int count)
    {
        if (sum > count)
        {
            throw new PoseFormatException(
                File,
                table,
                $"name {sum} {named}, and the file has {count}: ranges overlap."
            );
        }
    }

    private PoseFormatException Fault(string table, int row, string cause) =>
        new(File, $"{table} row {row}", $"{cause}.");
}

/// <summary>A row of /frames.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpFrameRow(ulong FrameId, uint Video, ulong FrameIndex, ulong InstanceStart, ulong InstanceEnd)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("frame_id", Hdf5FieldKind.UInt64),
        new("video", Hdf5FieldKind.UInt32),
        new("frame_idx", Hdf5FieldKind.UInt64),
        new("instance_id_start", Hdf5FieldKind.UInt64),
        new("instance_id_end", Hdf5FieldKind.UInt64),
    ];
}

/// <summary>A row of /instances. Files before format 1.2 lack the last column.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpInstanceRow(
    long InstanceId,
    byte Type,
    ulong FrameId,
    uint Skeleton,
    int Track,
    long FromPredicted,
    float Score,
    ulong PointStart,
    ulong PointEnd,
    float TrackingScore
)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("instance_id", Hdf5FieldKind.Int64),
        new("instance_type", Hdf5FieldKind.UInt8),
        new("frame_id", Hdf5FieldKind.UInt64),
        new("skeleton", Hdf5FieldKind.UInt32),
        new("track", Hdf5FieldKind.Int32),
        new("from_predicted", Hdf5FieldKind.Int64),
        new("score", Hdf5FieldKind.Single),
        new("point_id_start", Hdf5FieldKind.UInt64),
        new("point_id_end", Hdf5FieldKind.UInt64),
        new("tracking_score", Hdf5FieldKind.Single, IsOptional: true),
    ];

    public readonly bool IsPredicted => Type == 1;
}

/// <summary>A row of /points.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpPointRow(double X, double Y, byte Visible, byte Complete)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("x", Hdf5FieldKind.Double),
        new("y", Hdf5FieldKind.Double),
        new("visible", Hdf5FieldKind.Boolean),
        new("complete", Hdf5FieldKind.Boolean),
    ];
}

/// <summary>A row of /pred_points.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpPredictedPointRow(double X, double Y, byte Visible, byte Complete, double Score)
{
    public static readonly Hdf5Field[] Fields = [.. SlpPointRow.Fields, new("score", Hdf5FieldKind.Double)];
}

/// <summary>A row of /negative_frames.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpNegativeRow(uint Video, ulong FrameIndex)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("video_id", Hdf5FieldKind.UInt32),
        new("frame_idx", Hdf5FieldKind.UInt64),
    ];
}

/// <summary>
/// Labeled frames over the tables of a .slp: each is built when it is first asked for, and is the same object from then
/// on.
/// </summary>
internal sealed class SlpFrames(SlpTables tables) : IReadOnlyList<LabeledFrame>
{
    private readonly LabeledFrame?[] _frames = new LabeledFrame?[tables.Frames.Length];
    private readonly Instance?[] _instances = new Instance?[tables.Instances.Length];

    public SlpTables Tables => tables;

    public int Count => _frames.Length;

    /// <summary>Video and number of a frame, without its instances.</summary>
    public (Video Video, int FrameIndex) KeyOf(int index)
    {
        ref readonly var row = ref tables.Frames[index];
        var video = tables.Videos[tables.VideoPositions[row.Video]];
        var number = (int)row.FrameIndex;
        return (video, number < video.FrameNumbers.Length ? video.FrameNumbers[number] : number);
    }

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
        var (video, frameIndex) = KeyOf(index);
        var built = new Instance[(int)(row.InstanceEnd - row.InstanceStart)];
        for (var i = 0; i < built.Length; i++)
            built[i] = InstanceAt((int)row.InstanceStart + i);
        return new LabeledFrame
        {
            Video = video,
            FrameIndex = frameIndex,
            Instances = built,
            IsNegative = tables.Negatives.Contains((tables.VideoPositions[row.Video], (int)row.FrameIndex)),
        };
    }

    private Instance InstanceAt(int row) =>
        Volatile.Read(ref _instances[row]) ?? Keep(ref _instances[row], BuildInstance(row));

    private Instance BuildInstance(int index)
    {
        ref readonly var row = ref tables.Instances[index];
        var prediction = tables.PredictionRow(row);
        var link = tables.Identities.OfInstances.GetValueOrDefault(index, new SlpLinkRow(0, index, -1, float.NaN));
        return new Instance
        {
            Skeleton = tables.Skeletons[(int)row.Skeleton],
            Points = row.IsPredicted ? PredictedPoints(row) : UserPoints(row),
            Track = row.Track < 0 ? null : tables.Tracks[row.Track],
            IsPredicted = row.IsPredicted,
            Score = row.Score,
            TrackingScore = row.TrackingScore,
            Identity = link.Identity < 0 ? null : tables.Identities.All[link.Identity],
            IdentityScore = link.Score,
            FromPredicted = prediction < 0 ? null : InstanceAt(prediction),
            Place = tables.Key is null ? null : new SlpPlace(tables.Key, index),
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
