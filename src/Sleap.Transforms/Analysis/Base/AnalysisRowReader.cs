using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// Reads rows with their instances and tracks. The tracks of the labels' column are in the Track column; those of any
/// other column are in PredictedTrack if the view has it, else in Track.
/// </summary>
internal sealed class AnalysisRowReader
{
    private readonly InstanceColumn _input;
    private readonly string _component;
    private readonly bool _isWindowed;
    private readonly FrameColumns _frames;
    private readonly DataViewSchema.Column? _tracks;
    private readonly DataViewSchema.Column? _scores;
    private readonly DataViewSchema.Column? _instanceScores;

    public AnalysisRowReader(DataViewSchema schema, InstanceColumn input, AnalysisOptions options)
    {
        var names = options.Columns;
        _input = input;
        _component = options.Component;
        _isWindowed = options.RowsAhead > 0 || options.RowsBehind > 0;
        _frames = FrameColumns.Bind(schema, names, options.Component);
        _tracks = ColumnRule.Tracks.Find(
            schema,
            TrackName(input.Column.Name, names, name => schema.GetColumnOrNull(name) is not null),
            options.Component
        );
        if (options.NeedsScores)
        {
            _scores = ColumnRule.SingleVector.Require(schema, names.KeypointScore, options.Component);
            _instanceScores = ColumnRule.Singles.Find(schema, names.InstanceScore, options.Component);
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
    public static void Check(SchemaShape shape, string inputColumn, AnalysisOptions options)
    {
        var names = options.Columns;
        FrameColumns.Check(shape, names, options.Component);
        ColumnRule.Tracks.Find(
            shape,
            TrackName(inputColumn, names, name => SchemaShapes.Has(shape, name)),
            options.Component
        );
        if (options.NeedsScores)
        {
            ColumnRule.SingleVector.Require(shape, names.KeypointScore, options.Component);
            ColumnRule.Singles.Find(shape, names.InstanceScore, options.Component);
        }
    }

    /// <summary>A function that reads the current row. Rows are read in order, each once.</summary>
    /// <param name="row">The row to read.</param>
    /// <param name="order">Told the frame of each row; null where the order of rows does not matter.</param>
    public Func<int, AnalysisRow> Open(DataViewRow row, FrameOrder? order)
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
                // A window is counted in rows, so that a frame must not come twice.
                else if (_isWindowed && now.FrameIndex == before.FrameIndex)
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

            return new AnalysisRow
            {
                Slot = slot,
                Segment = segment,
                FrameIndex = now.FrameIndex,
                Width = _input.Width,
                Values = all,
                Identities = AnalysisRow.Identify(Checked(tracks?.Invoke() ?? new uint[count], count, _tracks, now)),
                Scores = scores is null ? null : Checked(scores(), count * _input.Width / 2, _scores, now),
                InstanceScores = instanceScores is null ? null : Checked(instanceScores(), count, _instanceScores, now),
            };
        };
    }

    private static string TrackName(string column, PoseColumnOptions names, Func<string, bool> has) =>
        column != names.Keypoints && has(names.PredictedTrack) ? names.PredictedTrack : names.Track;

    private static string Name((string Video, int FrameIndex) frame) => $"frame {frame.FrameIndex} of '{frame.Video}'";

    // Another number would give instances the tracks of others.
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
                    + $"{Name(frame)}, expected {expected} for the instances of '{_input.Column.Name}'."
            );
}
