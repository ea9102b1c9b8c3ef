using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Draws the poses of a view onto its frames.</summary>
internal static class PoseDrawing
{
    private static readonly Rgb LabelColor = new(255, 255, 255);

    /// <summary>All rows, drawn, in order.</summary>
    public static IEnumerable<(string Video, int FrameIndex, Canvas Canvas)> Draw(IDataView view, DrawingOptions options)
    {
        PoseColumnOptions names = options.Columns;
        DataViewSchema.Column image = InputColumns.Require(view.Schema, names.Image, type => type is ImageDataViewType, "an image", "Draw");
        FrameColumns frameColumns = FrameColumns.Bind(view.Schema, names, "Draw");
        PoseColumn poses = PoseColumn.BindBest(view.Schema, names, "Draw");
        PoseColumn? labels = options.ShowLabels && poses.IsPredicted && view.Schema.GetColumnOrNull(names.Keypoints) is not null
            ? PoseColumn.BindLabels(view.Schema, names, "Draw")
            : null;

        using DataViewRowCursor cursor = view.GetRowCursor([image, .. frameColumns.Columns, .. poses.Columns, .. labels?.Columns ?? []]);
        ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(image);
        Func<(string Video, int FrameIndex)> frame = frameColumns.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> found = poses.Open(cursor);
        Func<IReadOnlyList<PoseInstance>>? labeled = labels?.Open(cursor);
        MLImage picture = null!;
        while (cursor.MoveNext())
        {
            (string video, int index) = frame();
            getImage(ref picture);
            var canvas = new Canvas(picture.Width, picture.Height, FrameImage.ToRgb(picture));
            Rings(canvas, labeled?.Invoke() ?? [], options);
            Animals(canvas, found(), poses.Skeleton, options);
            yield return (video, index, canvas);
        }
    }

    private static void Animals(Canvas canvas, IReadOnlyList<PoseInstance> animals, Skeleton skeleton, DrawingOptions options)
    {
        double radius = Radius(canvas, options);
        double width = options.EdgeWidth ?? Math.Max(1, radius / 2);
        for (int animal = 0; animal < animals.Count; animal++)
        {
            PoseInstance pose = animals[animal];
            Rgb Color(int number) => options.Palette[number % options.Palette.Length];
            bool IsDrawn(int node) => pose.IsVisible(node) && !(pose.Scores?[node] < options.MinScore);
            foreach (Edge edge in skeleton.Edges)
            {
                if (IsDrawn(edge.Source) && IsDrawn(edge.Destination))
                    canvas.Line(X(pose, edge.Source), Y(pose, edge.Source), X(pose, edge.Destination), Y(pose, edge.Destination), width, Color(animals.Count > 1 ? animal : edge.Source));
            }
            for (int node = 0; node < skeleton.Nodes.Length; node++)
                if (IsDrawn(node))
                    canvas.Disc(X(pose, node), Y(pose, node), radius, Color(animals.Count > 1 ? animal : node));
        }
    }

    private static void Rings(Canvas canvas, IReadOnlyList<PoseInstance> animals, DrawingOptions options)
    {
        double radius = Radius(canvas, options);
        foreach (PoseInstance animal in animals)
            for (int node = 0; node < animal.Points.Length / 2; node++)
                if (animal.IsVisible(node))
                    canvas.Ring(X(animal, node), Y(animal, node), radius * 1.6, Math.Max(1, radius / 2), LabelColor);
    }

    private static double Radius(Canvas canvas, DrawingOptions options) => options.NodeRadius ?? Math.Max(1.5, canvas.Height / 160.0);

    private static float X(PoseInstance pose, int node) => pose.Points[2 * node];

    private static float Y(PoseInstance pose, int node) => pose.Points[(2 * node) + 1];
}
