using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Poses as a tidy table: a row for each node of each animal of each frame.</summary>
internal static class PoseTable
{
    public const string Header = "video,frame,instance,track,node,x,y,score";

    /// <summary>One row of the table; the coordinates and the score are null when missing.</summary>
    public readonly record struct Row(string Video, int Frame, int Instance, string? Track, string Node, float? X, float? Y, float? Score);

    public static IEnumerable<Row> Rows(IDataView view, PoseColumnOptions names, string component)
    {
        FrameColumns frames = FrameColumns.Bind(view.Schema, names, component);
        PoseColumn poses = PoseColumn.BindBest(view.Schema, names, component);
        using DataViewRowCursor cursor = view.GetRowCursor(frames.Columns.Concat(poses.Columns));
        Func<(string Video, int FrameIndex)> frame = frames.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> animals = poses.Open(cursor);
        while (cursor.MoveNext())
        {
            (string video, int index) = frame();
            IReadOnlyList<PoseInstance> found = animals();
            for (int animal = 0; animal < found.Count; animal++)
                for (int node = 0; node < poses.Skeleton.Nodes.Length; node++)
                    yield return RowOf(video, index, animal, found[animal], poses.Skeleton.Nodes[node], node);
        }
    }

    public static DataFrame ToDataFrame(IEnumerable<Row> rows)
    {
        List<Row> all = [.. rows];
        return new DataFrame(
            new StringDataFrameColumn("video", all.Select(row => row.Video)),
            new Int32DataFrameColumn("frame", all.Select(row => row.Frame)),
            new Int32DataFrameColumn("instance", all.Select(row => row.Instance)),
            new StringDataFrameColumn("track", all.Select(row => row.Track)),
            new StringDataFrameColumn("node", all.Select(row => row.Node)),
            new SingleDataFrameColumn("x", all.Select(row => row.X)),
            new SingleDataFrameColumn("y", all.Select(row => row.Y)),
            new SingleDataFrameColumn("score", all.Select(row => row.Score)));
    }

    public static void Write(IEnumerable<Row> rows, TextWriter writer)
    {
        writer.Write(Header + "\n");
        foreach (Row row in rows)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{Text(row.Video)},{row.Frame},{row.Instance},{Text(row.Track)},{Text(row.Node)},{row.X},{row.Y},{row.Score}\n"));
        }
    }

    private static Row RowOf(string video, int frame, int index, PoseInstance animal, string name, int node)
    {
        bool visible = animal.IsVisible(node);
        float? score = animal.Scores is { } scores && float.IsFinite(scores[node]) ? scores[node] : null;
        return new Row(video, frame, index, animal.Track, name, visible ? animal.Points[2 * node] : null, visible ? animal.Points[(2 * node) + 1] : null, score);
    }

    private static string Text(string? value) => value is null || value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value ?? "" : $"\"{value.Replace("\"", "\"\"")}\"";
}
