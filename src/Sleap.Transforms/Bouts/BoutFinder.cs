using System.Globalization;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Finds bouts in a column of a view. Rows may come in any order.</summary>
internal sealed class BoutFinder
{
    private const string Component = "Bouts";

    private readonly IDataView _view;
    private readonly string _column;
    private readonly BoutOptions _options;
    private readonly FrameColumns _frames;
    private readonly PoseColumn _poses;
    private readonly ExtraColumn _values;
    private readonly string[] _names;

    public BoutFinder(IDataView view, string column, BoutOptions options)
    {
        (_view, _column, _options) = (view, column, options.Checked());
        _frames = FrameColumns.Bind(view.Schema, options.Columns, Component);
        _poses = PoseColumn.BindBest(view.Schema, options.Columns, Component);
        _values = new ExtraColumn(view.Schema, column, Component);
        // The names of regions, for example; a single value is called as its column is.
        _names =
            InstanceColumn.IsValues(_values.Column.Type)
            && InstanceColumn.Of(_values.Column).SlotNames() is { } slots
            && slots.All(slot => slot.Length > 0)
                ? [.. slots]
                : [.. _values.Columns.Select(values => values.Name)];
        if (options.Behavior is not null && _names.Length > 1)
        {
            throw new ArgumentException(
                $"{Component}: {nameof(BoutOptions.Behavior)} is '{options.Behavior}', and the column '{column}' has "
                    + $"{_names.Length} values with names of their own: {OneLine.Some(_names)}."
            );
        }
        if (options.Behavior is { } behavior)
            _names = [behavior];
    }

    /// <summary>The bouts, and how many values were left out because their instance is not followed.</summary>
    public IReadOnlyList<Bout> Find(out int notFollowed)
    {
        notFollowed = 0;
        Dictionary<(string Video, string? Track, string Behavior), List<(int, int)>> seen = [];
        var sink = new ValueSink();
        using var cursor = _view.GetRowCursor(
            _frames.Columns.Concat(_poses.Columns).Append(_values.Column).DistinctBy(column => column.Index)
        );
        var frame = _frames.Open(cursor);
        var instances = _poses.Open(cursor);
        var count = 0;
        var read = _values.Open(cursor, () => count);
        while (cursor.MoveNext())
        {
            var (video, index) = frame();
            var row = instances();
            count = row.Count;
            foreach (var same in row.GroupBy(instance => instance.Track))
            {
                // Two without a track, or of one track, could be any animals.
                if (same.Skip(1).Any())
                {
                    notFollowed += same.Count();
                    continue;
                }

                sink.Values.Clear();
                read(sink, same.First().Index);
                foreach (var behavior in Behaviors(sink.Values, video, index))
                {
                    var key = (video, same.Key, behavior);
                    if (!seen.TryGetValue(key, out var frames))
                        seen.Add(key, frames = []);
                    frames.Add((index, index));
                }
            }
        }

        return BoutIntervals.Clean(
            seen.SelectMany(one =>
                BoutIntervals
                    .Union(one.Value)
                    .Select(interval => new Bout(one.Key.Track, one.Key.Behavior, interval.First, interval.Last)
                    {
                        Video = one.Key.Video,
                        IsPredicted = true,
                    })
            ),
            _options.CloseGaps,
            _options.MinLength
        );
    }

    private IEnumerable<string> Behaviors(List<object?> values, string video, int frame)
    {
        for (var i = 0; i < values.Count; i++)
        {
            switch (values[i])
            {
                case string { Length: > 0 } text when !_options.NoBehavior.Contains(text):
                    yield return text;
                    break;
                case true:
                    yield return _names[i];
                    break;
                case double number when number == 1:
                    yield return _names[i];
                    break;
                case double number when number != 0:
                    throw new ArgumentException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{Component}: the column '{_column}' is {number} in frame {frame} of '{video}', "
                        ) + "expected 1 in a behavior and 0 or NaN elsewhere, or names of behaviors."
                    );
            }
        }
    }

    /// <summary>Keeps the values of one instance: text, true or false, or a number; null is missing.</summary>
    private sealed class ValueSink : ITableSink
    {
        public List<object?> Values { get; } = [];

        public void Header(IReadOnlyList<TableColumn> columns) { }

        public void Text(string? value) => Values.Add(value);

        public void Whole(int? value) => Values.Add((double?)value);

        public void Single(float? value) => Values.Add((double?)value);

        public void Double(double? value) => Values.Add(value);

        public void Flag(bool? value) => Values.Add(value);

        public void EndRow() { }
    }
}
