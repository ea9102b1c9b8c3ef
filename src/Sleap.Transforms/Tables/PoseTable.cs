using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>The poses of a view as a table, passed on row by row.</summary>
internal sealed class PoseTable
{
    private readonly IDataView _view;
    private readonly TableOptions _options;
    private readonly FrameColumns _frames;
    private readonly PoseColumn _poses;
    private readonly ExtraColumn[] _extra;

    public PoseTable(IDataView view, TableOptions options, string component)
    {
        (_view, _options) = (view, options.Checked());
        _frames = FrameColumns.Bind(view.Schema, options.Columns, component);
        _poses = PoseColumn.BindBest(view.Schema, options.Columns, component);
        _extra = [.. options.Extra.Select(name => new ExtraColumn(view.Schema, name, component))];
        var twice = Columns().GroupBy(column => column.Name).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"{component}: the table would have two columns '{twice.Key}'.");
    }

    /// <summary>Passes all rows on.</summary>
    public void Write(ITableSink sink)
    {
        sink.Header([.. Columns()]);
        using var cursor = _view.GetRowCursor(
            _frames
                .Columns.Concat(_poses.Columns)
                .Concat(_extra.Select(column => column.Column))
                .DistinctBy(column => column.Index)
        );
        var frame = _frames.Open(cursor);
        var animals = _poses.Open(cursor);
        var count = 0;
        Action<ITableSink, int>[] extra = [.. _extra.Select(column => column.Open(cursor, () => count))];
        while (cursor.MoveNext())
        {
            (var video, var index) = frame();
            foreach (var animal in animals())
            {
                count = animal.Count;
                if (_options.Layout == TableLayout.Wide)
                    WriteWide(sink, video, index, animal, extra);
                else
                    WriteTidy(sink, video, index, animal, extra);
            }
        }
    }

    private IEnumerable<TableColumn> Columns()
    {
        yield return new("video", typeof(string));
        yield return new("frame", typeof(int));
        if (_options.FramesPerSecond is not null)
            yield return new("time", typeof(double));
        yield return new("instance", typeof(int));
        yield return new("track", typeof(string));
        string[] own =
            _options.Layout == TableLayout.Wide
                ?
                [
                    "score",
                    .. _poses.Skeleton.Nodes.SelectMany(node => new[] { node + ".x", node + ".y", node + ".score" }),
                ]
                : ["x", "y", "score"];
        if (_options.Layout == TableLayout.Tidy)
            yield return new("node", typeof(string));
        foreach (var name in own)
            yield return new(name, typeof(float));
        foreach (var column in _extra.SelectMany(extra => extra.Columns))
            yield return column;
    }

    private void WriteTidy(
        ITableSink sink,
        string video,
        int frame,
        PoseInstance animal,
        Action<ITableSink, int>[] extra
    )
    {
        for (var node = 0; node < _poses.Skeleton.Nodes.Length; node++)
        {
            WriteAnimal(sink, video, frame, animal);
            sink.Text(_poses.Skeleton.Nodes[node]);
            WriteNode(sink, animal, node);
            EndRow(sink, animal, extra);
        }
    }

    private void WriteWide(
        ITableSink sink,
        string video,
        int frame,
        PoseInstance animal,
        Action<ITableSink, int>[] extra
    )
    {
        WriteAnimal(sink, video, frame, animal);
        sink.Single(float.IsNaN(animal.Score) ? null : animal.Score);
        for (var node = 0; node < _poses.Skeleton.Nodes.Length; node++)
            WriteNode(sink, animal, node);
        EndRow(sink, animal, extra);
    }

    private void WriteAnimal(ITableSink sink, string video, int frame, PoseInstance animal)
    {
        sink.Text(video);
        sink.Whole(frame);
        if (_options.FramesPerSecond is { } rate)
            sink.Double(frame / rate);
        sink.Whole(animal.Place);
        sink.Text(animal.Track);
    }

    private static void WriteNode(ITableSink sink, PoseInstance animal, int node)
    {
        var visible = animal.IsVisible(node);
        sink.Single(visible ? animal.Points[2 * node] : null);
        sink.Single(visible ? animal.Points[(2 * node) + 1] : null);
        sink.Single(animal.Scores is { } scores && float.IsFinite(scores[node]) ? scores[node] : null);
    }

    private static void EndRow(ITableSink sink, PoseInstance animal, Action<ITableSink, int>[] extra)
    {
        foreach (var write in extra)
            write(sink, animal.Place);
        sink.EndRow();
    }
}
