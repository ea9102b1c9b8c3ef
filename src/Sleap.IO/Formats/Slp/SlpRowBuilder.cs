namespace Sleap.IO;

/// <summary>
/// Makes the rows of a .slp's tables of frames, one frame after the other. Rows that are in the file already can be let
/// go.
/// </summary>
/// <param name="videos">Where videos stand.</param>
/// <param name="skeletons">Where skeletons stand.</param>
/// <param name="tracks">Where tracks stand.</param>
/// <param name="rowOf">The row of an instance that another one was corrected from; null when it is in no frame.</param>
internal sealed class SlpRowBuilder(
    SlpVideoTable videos,
    Func<Skeleton, int> skeletons,
    Func<Track, int> tracks,
    Func<Instance, long?> rowOf
)
{
    private long _instancesBefore;
    private long _pointsBefore;
    private long _predictedPointsBefore;

    public List<SlpFrameRow> Frames { get; } = [];

    public List<SlpInstanceRow> Instances { get; } = [];

    public List<SlpPointRow> Points { get; } = [];

    public List<SlpPredictedPointRow> PredictedPoints { get; } = [];

    /// <summary>Frames marked as empty, of all frames so far.</summary>
    public List<SlpNegativeRow> Negatives { get; } = [];

    /// <summary>All frames so far.</summary>
    public long FrameCount { get; private set; }

    /// <summary>All instances so far.</summary>
    public long InstanceCount => _instancesBefore + Instances.Count;

    /// <summary>All points of user instances so far.</summary>
    public long PointCount => _pointsBefore + Points.Count;

    /// <summary>All points of predictions so far.</summary>
    public long PredictedPointCount => _predictedPointsBefore + PredictedPoints.Count;

    private int Orphans { get; set; }

    private int ScoredUserPoints { get; set; }

    public void Add(LabeledFrame frame)
    {
        var (video, index, start) = (
            (uint)videos.Add(frame.Video),
            (ulong)videos.StoredIndex(frame.Video, frame.FrameIndex),
            (ulong)InstanceCount
        );
        foreach (var instance in frame.Instances)
            Add(instance);
        Frames.Add(new SlpFrameRow((ulong)FrameCount++, video, index, start, (ulong)InstanceCount));
        if (frame.IsNegative)
            Negatives.Add(new SlpNegativeRow(video, index));
    }

    /// <summary>Lets go of the rows, whose place is kept: the next ones come behind them.</summary>
    public void LetGo()
    {
        _instancesBefore += Instances.Count;
        _pointsBefore += Points.Count;
        _predictedPointsBefore += PredictedPoints.Count;
        Frames.Clear();
        Instances.Clear();
        Points.Clear();
        PredictedPoints.Clear();
    }

    /// <summary>What the tables could not hold.</summary>
    public IEnumerable<string> Remarks()
    {
        if (Orphans > 0)
        {
            yield return $"instances: {Orphans} were corrected from predictions that are not in any frame; the link "
                + $"to them is not in the file.";
        }

        if (ScoredUserPoints > 0)
        {
            yield return $"points: {ScoredUserPoints} points of user instances have scores, which the format keeps "
                + $"for predictions only.";
        }
    }

    private void Add(Instance instance)
    {
        var prediction = instance.FromPredicted is { } source ? rowOf(source) : null;
        if (instance.FromPredicted is not null && prediction is null)
            Orphans++;
        var start = instance.IsPredicted ? PredictedPointCount : PointCount;
        foreach (var p in instance.Points)
            AddPoint(p, instance.IsPredicted);
        Instances.Add(
            new SlpInstanceRow(
                InstanceCount,
                instance.IsPredicted ? (byte)1 : (byte)0,
                (ulong)FrameCount,
                (uint)skeletons(instance.Skeleton),
                instance.Track is null ? -1 : tracks(instance.Track),
                prediction ?? -1,
                instance.Score,
                (ulong)start,
                (ulong)(start + instance.Points.Length),
                instance.TrackingScore
            )
        );
    }

    private void AddPoint(Point p, bool isPredicted)
    {
        var (visible, complete) = (p.Visible ? (byte)1 : (byte)0, p.Complete ? (byte)1 : (byte)0);
        if (isPredicted)
            PredictedPoints.Add(new SlpPredictedPointRow(p.X, p.Y, visible, complete, p.Score));
        else
            Points.Add(new SlpPointRow(p.X, p.Y, visible, complete));
        if (!isPredicted && !float.IsNaN(p.Score))
            ScoredUserPoints++;
    }
}
