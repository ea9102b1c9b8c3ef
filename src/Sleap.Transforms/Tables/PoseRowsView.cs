using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Poses in memory as rows: Video, FrameIndex, and predictions (where any animal has a score) or labels.
/// </summary>
internal sealed class PoseRowsView : IDataView
{
    private readonly IReadOnlyList<PoseRow> _rows;
    private readonly int _nodes;
    private readonly bool _isSingle;
    private readonly bool _isPredicted;
    private readonly Dictionary<string, uint> _tracks = new(StringComparer.Ordinal);

    public PoseRowsView(IReadOnlyList<PoseRow> rows, Skeleton skeleton, PoseColumnOptions names)
    {
        _rows = rows;
        _nodes = skeleton.Nodes.Length;
        _isSingle = rows.All(row => row.Animals.Length <= 1);
        _isPredicted = rows.Any(row =>
            row.Animals.Any(animal => !float.IsNaN(animal.Score) || animal.Scores!.Any(float.IsFinite))
        );
        foreach (var track in rows.SelectMany(row => row.Animals).Select(animal => animal.Track).OfType<string>())
            _tracks.TryAdd(track, (uint)_tracks.Count + 1);
        Schema = CreateSchema(skeleton, names);
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => _rows.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Select(column => column.Index).ToHashSet());

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];

    private DataViewSchema CreateSchema(Skeleton skeleton, PoseColumnOptions names)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(names.Video, TextDataViewType.Instance);
        builder.AddColumn(names.FrameIndex, NumberDataViewType.Int32);
        string keypoints = _isPredicted ? names.PredictedKeypoints : names.Keypoints,
            track = _isPredicted ? names.PredictedTrack : names.Track;
        List<OutputColumn> columns =
        [
            _isSingle ? KeypointColumns.Fixed(keypoints, skeleton) : KeypointColumns.Variable(keypoints, skeleton),
            KeypointColumns.Tracks(track, [.. _tracks.Keys], _isSingle),
        ];
        if (_isPredicted)
            columns.AddRange(KeypointColumns.Scores(names, skeleton, _isSingle));
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }

    private sealed class Cursor(PoseRowsView view, HashSet<int> active) : DataViewRowCursor
    {
        private int _row = -1;
        private bool _ended;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _ended ? -1 : _row;

        public override long Batch => 0;

        private PoseInstance[] Animals => Current().Animals;

        public override bool MoveNext()
        {
            _ended = _ended || ++_row >= view._rows.Count;
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId value) =>
            {
                Current();
                value = new DataViewRowId((ulong)_row, 0);
            };

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!active.Contains(column.Index))
            {
                throw new InvalidOperationException(
                    $"The column '{column.Name}' was not asked for when this cursor "
                        + $"was made, so it has no values."
                );
            }

            Delegate getter = column.Index switch
            {
                0 => (ValueGetter<ReadOnlyMemory<char>>)(
                    (ref ReadOnlyMemory<char> value) => value = Current().Video.AsMemory()
                ),
                1 => (ValueGetter<int>)((ref int value) => value = Current().FrameIndex),
                2 => Vector(animal => animal.Points, 2 * view._nodes, float.NaN),
                3 when view._isSingle => (ValueGetter<uint>)(
                    (ref uint value) => value = Animals.Length == 0 ? 0 : Track(Animals[0])
                ),
                3 => (ValueGetter<VBuffer<uint>>)(
                    (ref VBuffer<uint> value) => SkeletonAnnotations.Copy<uint>([.. Animals.Select(Track)], ref value)
                ),
                4 => Vector(animal => animal.Scores!, view._nodes, 0),
                _ when view._isSingle => (ValueGetter<float>)(
                    (ref float value) => value = Animals.Length == 0 ? 0 : Animals[0].Score
                ),
                _ => (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> value) =>
                        SkeletonAnnotations.Copy<float>([.. Animals.Select(animal => animal.Score)], ref value)
                ),
            };
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException(
                    $"The column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}."
                );
        }

        // A row of exactly one animal that has none is filled.
        private ValueGetter<VBuffer<float>> Vector(Func<PoseInstance, float[]> part, int size, float missing) =>
            (ref VBuffer<float> value) =>
                SkeletonAnnotations.Copy<float>(
                    view._isSingle && Animals.Length == 0
                        ? [.. Enumerable.Repeat(missing, size)]
                        : [.. Animals.SelectMany(part)],
                    ref value
                );

        private uint Track(PoseInstance animal) => animal.Track is { } track ? view._tracks[track] : 0;

        private PoseRow Current() =>
            _row >= 0 && !_ended
                ? view._rows[_row]
                : throw new InvalidOperationException(
                    "There is no current row: the cursor was not moved to one, or it is at its end."
                );
    }
}

/// <summary>A frame and its animals.</summary>
internal sealed record PoseRow(string Video, int FrameIndex, PoseInstance[] Animals);
