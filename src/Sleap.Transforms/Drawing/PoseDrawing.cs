using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>Draws the poses of a view onto its frames.</summary>
internal static class PoseDrawing
{
    /// <summary>All rows with an image, drawn, in order.</summary>
    public static IEnumerable<(string Video, int FrameIndex, Canvas Canvas)> Draw(IDataView view, DrawingOptions options)
    {
        PoseColumnOptions names = options.Columns;
        DataViewSchema.Column image = InputColumns.Require(view.Schema, names.Image, type => type is ImageDataViewType, "an image", "Draw");
        FrameColumns frameColumns = FrameColumns.Bind(view.Schema, names, "Draw");
        PoseColumn poses = PoseColumn.BindBest(view.Schema, names, "Draw");
        PoseColumn? labels = options.ShowLabels && poses.IsPredicted && view.Schema.GetColumnOrNull(names.Keypoints) is not null
            ? PoseColumn.BindLabels(view.Schema, names, "Draw")
            : null;

        var overlay = new PoseOverlay(poses.Skeleton, poses.TrackNames, poses.IsSingle, options);
        using DataViewRowCursor cursor = view.GetRowCursor([image, .. frameColumns.Columns, .. poses.Columns, .. labels?.Columns ?? []]);
        ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(image);
        Func<(string Video, int FrameIndex)> frame = frameColumns.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> found = poses.Open(cursor);
        Func<IReadOnlyList<PoseInstance>>? labeled = labels?.Open(cursor);
        MLImage? picture = null;
        while (cursor.MoveNext())
        {
            (string video, int index) = frame();
            getImage(ref picture!);
            if (picture is null)
                continue;   // the frame could not be read
            var canvas = new Canvas(picture.Width, picture.Height, FrameImage.ToRgb(picture));
            IReadOnlyList<PoseInstance> animals = found();
            overlay.Labels(canvas, labeled?.Invoke() ?? [], animals);
            overlay.Animals(canvas, video, index, animals);
            yield return (video, index, canvas);
        }
    }
}
