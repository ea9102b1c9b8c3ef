using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>Draws the poses of a view onto its frames.</summary>
internal static class PoseDrawing
{
    /// <summary>All rows with an image, drawn, in order.</summary>
    public static IEnumerable<(string Video, int FrameIndex, Canvas Canvas)> Draw(
        IDataView view,
        DrawingOptions options
    )
    {
        var names = options.Columns;
        var image = InputColumns.Require(
            view.Schema,
            names.Image,
            type => type is ImageDataViewType,
            "an image",
            "Draw"
        );
        var frameColumns = FrameColumns.Bind(view.Schema, names, "Draw");
        var poses = PoseColumn.BindBest(view.Schema, names, "Draw");
        var labels =
            options.ShowLabels && poses.IsPredicted && view.Schema.GetColumnOrNull(names.Keypoints) is not null
                ? PoseColumn.BindLabels(view.Schema, names, "Draw")
                : null;

        var overlay = new PoseOverlay(poses.Skeleton, poses.TrackNames, poses.IsSingle, options);
        using var cursor = view.GetRowCursor([
            image,
            .. frameColumns.Columns,
            .. poses.Columns,
            .. labels?.Columns ?? [],
        ]);
        var getImage = cursor.GetGetter<MLImage>(image);
        var frame = frameColumns.Open(cursor);
        var found = poses.Open(cursor);
        var labeled = labels?.Open(cursor);
        MLImage? picture = null;
        while (cursor.MoveNext())
        {
            (var video, var index) = frame();
            getImage(ref picture!);
            if (picture is null)
                continue; // the frame could not be read
            var canvas = new Canvas(picture.Width, picture.Height, FrameImage.ToRgb(picture));
            var animals = found();
            overlay.Labels(canvas, labeled?.Invoke() ?? [], animals);
            overlay.Animals(canvas, video, index, animals);
            yield return (video, index, canvas);
        }
    }
}
