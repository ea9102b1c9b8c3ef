using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Adds the behavior of each row: of its video, frame and track.</summary>
internal sealed class BoutLabels : PoseMapper
{
    private const string Component = "LabelBouts";

    private readonly FrameColumns _frames;
    private readonly PoseColumn _poses;
    private readonly ReadOnlyMemory<char> _noBehavior;
    private readonly Dictionary<(string Video, string? Track), List<(int First, int Last, string Behavior)>> _bouts =
    [];

    public BoutLabels(
        IDataView view,
        IEnumerable<Bout> bouts,
        string outputColumn,
        string noBehavior,
        PoseColumnOptions names
    )
    {
        _frames = FrameColumns.Bind(view.Schema, names, Component);
        _poses = PoseColumn.BindBest(view.Schema, names, Component);
        _noBehavior = noBehavior.AsMemory();
        if (!_poses.IsSingle)
        {
            throw new ArgumentException(
                $"{Component}: a row of the view has any number of instances, expected one: use ToInstances first."
            );
        }

        Outputs = [new OutputColumn(outputColumn, TextDataViewType.Instance)];
        Inputs = [.. _frames.Columns.Concat(_poses.Columns).DistinctBy(column => column.Index)];
        Add([.. bouts], view);
    }

    public override IReadOnlyList<OutputColumn> Outputs { get; }

    public override IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) => new Pass(this, input);

    private void Add(IReadOnlyList<Bout> bouts, IDataView view)
    {
        var (videos, tracks) = Names(view);
        var known = bouts
            .Select(bout => (Bout: bout, Video: BoutVideos.Find(videos, bout.Video)))
            .Where(one => one.Video is not null && (one.Bout.Subject is null || tracks.Contains(one.Bout.Subject)))
            .ToList();
        if (known.Count == 0)
        {
            throw new ArgumentException(
                $"{Component}: none of the {bouts.Count} bouts is of a video and track of the view. The view has the "
                    + $"videos {OneLine.Some(videos)} and the tracks {OneLine.Some(tracks.OfType<string>())}; "
                    + $"the bouts have {OneLine.Some(bouts.Select(bout => bout.Video).Distinct())} and "
                    + $"{OneLine.Some(bouts.Select(bout => bout.Subject).OfType<string>().Distinct())}."
            );
        }

        foreach (var video in known.GroupBy(one => one.Video!))
        {
            var ofAll = video.Where(one => one.Bout.Subject is null).ToList();
            foreach (var track in tracks)
            {
                var own = video.Where(one => one.Bout.Subject == track && track is not null);
                _bouts.Add(
                    (video.Key, track),
                    InOrder(own.Concat(ofAll).Select(one => one.Bout), $"'{track ?? "no track"}' in '{video.Key}'")
                );
            }
        }
    }

    private static List<(int First, int Last, string Behavior)> InOrder(IEnumerable<Bout> bouts, string owner)
    {
        List<(int First, int Last, string Behavior)> inOrder =
        [
            .. bouts
                .GroupBy(bout => bout.Behavior)
                .SelectMany(same =>
                    BoutIntervals
                        .Union(same.Select(bout => (bout.FirstFrame, bout.LastFrame)))
                        .Select(interval => (interval.First, interval.Last, same.Key))
                )
                .Order(),
        ];
        for (var i = 1; i < inOrder.Count; i++)
        {
            if (inOrder[i].First <= inOrder[i - 1].Last)
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"{Component}: {owner} is in '{inOrder[i - 1].Behavior}' and '{inOrder[i].Behavior}' in frame "
                    ) + FormattableString.Invariant($"{inOrder[i].First}: choose behaviors that exclude each other.")
                );
            }
        }
        return inOrder;
    }

    /// <summary>The videos and tracks of the view; null stands for instances without a track.</summary>
    private (IReadOnlyList<string> Videos, IReadOnlyCollection<string?> Tracks) Names(IDataView view)
    {
        var videos = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        using var cursor = view.GetRowCursor(_frames.Columns);
        var frame = _frames.Open(cursor);
        while (cursor.MoveNext())
            videos.TryAdd(frame().Video, true);
        return ([.. videos.Keys], [null, .. _poses.TrackNames.Distinct()]);
    }

    private ReadOnlyMemory<char> LabelOf(string video, int frame, string? track)
    {
        if (!_bouts.TryGetValue((video, track), out var bouts))
            return _noBehavior;
        var (low, high) = (0, bouts.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (bouts[middle].Last < frame)
                low = middle + 1;
            else if (bouts[middle].First > frame)
                high = middle - 1;
            else
                return bouts[middle].Behavior.AsMemory();
        }
        return _noBehavior;
    }

    private sealed class Pass(BoutLabels labels, DataViewRow input) : PosePass
    {
        private readonly Func<(string Video, int FrameIndex)> _frame = labels._frames.Open(input);
        private readonly Func<InstanceArray> _instances = labels._poses.Open(input);
        private ReadOnlyMemory<char> _label;

        public override void Read(int slot)
        {
            var (video, frame) = _frame();
            _label = labels.LabelOf(video, frame, _instances().First().Track);
        }

        public override void Process(int count) { }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = _label);
    }
}
