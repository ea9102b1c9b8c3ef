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
        for (var i = 0; i < Instances.Length; i++)
            CheckInstance(i, Instances[i]);
        for (var i = 0; i < Frames.Length; i++)
            CheckFrame(i, Frames[i]);
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
                $"instances: {orphans} name in from_predicted an instance that is not there or not "
                    + $"predicted; they were read without."
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

    private PoseFormatException Fault(string table, int row, string cause) =>
        new(File, $"{table} row {row}", $"{cause}.");
}
