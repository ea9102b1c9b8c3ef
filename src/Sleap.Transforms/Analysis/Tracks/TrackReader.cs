using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// Reads rows with their animals and tracks. The tracks of the labels' column are in the Track column; those of any
/// other column are in PredictedTrack if the view has it, else in Track.
/// </summary>
internal sealed class TrackReader
{
    private readonly AnimalColumn _input;
    private readonly string _component;
    private readonly bool _noRepeats;
    private readonly FrameColumns _frames;
    private readonly DataViewSchema.Column? _tracks;
    private readonly DataViewSchema.Column? _scores;
    private readonly DataViewSchema.Column? _instanceScores;

    public TrackReader(DataViewSchema schema, AnimalColumn input, AnalysisTransformer owner)
    {
        var names = owner.ColumnNames;
        _input = input;
        _component = owner.Component;
        _noRepeats = owner.RowsAhead > 0 || owner.RowsBehind > 0; // a window is counted in rows
        _frames = FrameColumns.Bind(schema, names, owner.Component);
        _tracks = TracksOf(schema, input.Column.Name, names, owner.Component);
        if (owner.NeedsScores)
        {
            _scores = ColumnRule.SingleVector.Require(schema, names.KeypointScore, owner.Component);
            _instanceScores = ColumnRule.Singles.Find(schema, names.InstanceScore, owner.Component);
        }
        Columns =
        [
            .. new[] { input.Column, _tracks, _scores, _instanceScores }.OfType<DataViewSchema.Column>(),
            .. _frames.Columns,
        ];
    }

    public IReadOnlyList<DataViewSchema.Column> Columns { get; }

    /// <summary>The same checks of a schema shape.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    public static void Check(SchemaShape shape, AnalysisTransformer owner)
    {
        var names = owner.ColumnNames;
        FrameColumns.Check(shape, names, owner.Component);
        ColumnRule.Tracks.Find(
            shape,
            TrackName(owner.InputColumn, names, name => SchemaShapes.Has(shape, name)),
            owner.Component
        );
        if (owner.NeedsScores)
        {
            ColumnRule.SingleVector.Require(shape, names.KeypointScore, owner.Component);
            ColumnRule.Singles.Find(shape, names.InstanceScore, owner.Component);
        }
    }

    /// <summary>The track column that goes with a column of animals; null when the view has none.</summary>
    public static DataViewSchema.Column? TracksOf(
        DataViewSchema schema,
        string column,
        PoseColumnOptions names,
        string component
    ) =>
        ColumnRule.Tracks.Find(
            schema,
            TrackName(column, names, name => schema.GetColumnOrNull(name) is not null),
            component
        );

    /// <summary>A function that reads the current row. Rows are read in order, each once.</summary>
    /// <param name="row">The row to read.</param>
    /// <param name="order">Told the frame of each row; null where the order of rows does not matter.</param>
    public Func<int, TrackRow> Open(DataViewRow row, FrameOrder? order)
    {
        var values = RowValues.Open<float>(row, _input.Column);
        var tracks = _tracks is { } t ? RowValues.Open<uint>(row, t) : null;
        var scores = _scores is { } s ? RowValues.Open<float>(row, s) : null;
        var instanceScores = _instanceScores is { } i ? RowValues.Open<float>(row, i) : null;
        var frame = _frames.Open(row);
        (string Video, int FrameIndex)? last = null;
        var segment = 0;
        return slot =>
        {
            var now = frame();
            order?.Add(now.Video, now.FrameIndex);
            if (last is { } before)
            {
                if (now.Video != before.Video || now.FrameIndex < before.FrameIndex)
                {
                    segment++;
                }
                else if (_noRepeats && now.FrameIndex == before.FrameIndex)
                {
                    throw new InvalidDataException(
                        $"{_component}: {Name(now)} comes in two rows one after the "
                            + $"other, expected one row a frame. Put {_component} before ToInstances."
                    );
                }
            }
            last = now;
            var all = values();
            var count = all.Length / _input.Width;
            if (count * _input.Width != all.Length)
            {
                throw new InvalidDataException(
                    $"{_component}: '{_input.Column.Name}' has {all.Length} values in "
                        + $"{Name(now)}, expected a multiple of {_input.Width}."
                );
            }

            return new TrackRow
            {
                Slot = slot,
                Segment = segment,
                FrameIndex = now.FrameIndex,
                Width = _input.Width,
                Values = all,
                Identities = TrackRow.Identify(Checked(tracks?.Invoke() ?? new uint[count], count, _tracks, now)),
                Scores = scores is null ? null : Checked(scores(), count * _input.Width / 2, _scores, now),
                InstanceScores = instanceScores is null ? null : Checked(instanceScores(), count, _instanceScores, now),
            };
        };
    }

    private static string TrackName(string column, PoseColumnOptions names, Func<string, bool> has) =>
        column != names.Keypoints && has(names.PredictedTrack) ? names.PredictedTrack : names.Track;

    private static string Name((string Video, int FrameIndex) frame) => $"frame {frame.FrameIndex} of '{frame.Video}'";

    // Silently taking the wrong animal's track is worse than stopping.
    private T[] Checked<T>(
        T[] found,
        int expected,
        DataViewSchema.Column? column,
        (string Video, int FrameIndex) frame
    ) =>
        found.Length == expected
            ? found
            : throw new InvalidDataException(
                $"{_component}: '{column?.Name}' has {found.Length} values in "
                    + $"{Name(frame)}, expected {expected} for the animals of '{_input.Column.Name}'."
            );
}
