using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Writes the poses of a view as a table, row by row.</summary>
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

    /// <summary>Writes all rows.</summary>
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
        var instances = _poses.Open(cursor);
        var count = 0;
        Action<ITableSink, int>[] extra = [.. _extra.Select(column => column.Open(cursor, () => count))];
        while (cursor.MoveNext())
        {
            (var video, var index) = frame();
            var row = instances();
            count = row.Count;
            foreach (var instance in row.Where(instance => instance.IsVisible()))
            {
                if (_options.Layout == TableLayout.Wide)
                    WriteWide(sink, video, index, instance, extra);
                else
                    WriteTidy(sink, video, index, instance, extra);
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
        InstanceView instance,
        Action<ITableSink, int>[] extra
    )
    {
        for (var node = 0; node < _poses.Skeleton.Nodes.Length; node++)
        {
            WriteInstance(sink, video, frame, instance);
            sink.Text(_poses.Skeleton.Nodes[node]);
            WriteNode(sink, instance, node);
            EndRow(sink, instance, extra);
        }
    }

    private void WriteWide(
        ITableSink sink,
        string video,
        int frame,
        InstanceView instance,
        Action<ITableSink, int>[] extra
    )
    {
        WriteInstance(sink, video, frame, instance);
        sink.Single(float.IsNaN(instance.Score) ? null : instance.Score);
        for (var node = 0; node < _poses.Skeleton.Nodes.Length; node++)
            WriteNode(sink, instance, node);
        EndRow(sink, instance, extra);
    }

    private void WriteInstance(ITableSink sink, string video, int frame, InstanceView instance)
    {
        sink.Text(video);
        sink.Whole(frame);
        if (_options.FramesPerSecond is { } rate)
            sink.Double(frame / rate);
        sink.Whole(instance.Index);
        sink.Text(instance.Track);
    }

    private static void WriteNode(ITableSink sink, InstanceView instance, int node)
    {
        var visible = instance.IsVisible(node);
        sink.Single(visible ? instance.X(node) : null);
        sink.Single(visible ? instance.Y(node) : null);
        var scores = instance.PeakScores;
        sink.Single(scores.Length > 0 && float.IsFinite(scores[node]) ? scores[node] : null);
    }

    private static void EndRow(ITableSink sink, InstanceView instance, Action<ITableSink, int>[] extra)
    {
        foreach (var write in extra)
            write(sink, instance.Index);
        sink.EndRow();
    }
}
