using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Images and videos of poses: the predicted ones if a view has them, else its labels; where it has both, labels are
/// drawn as rings.
/// </summary>
public static class DrawingCatalog
{
    /// <summary>
    /// Saves frames with their poses drawn on them, one image per frame, named by the video and the frame number.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with images and keypoints.</param>
    /// <param name="folder">The folder to write to; it is created when it does not exist.</param>
    /// <param name="frames">The frame numbers wanted; null for all rows.</param>
    /// <param name="options">Sizes, colors and column names; null for the defaults.</param>
    /// <returns>The paths of the PNG files, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">The view has no images or no keypoints, or a column has another
    /// type.</exception>
    public static IReadOnlyList<string> Draw(
        this PoseCatalog pose,
        IDataView view,
        string folder,
        IEnumerable<int>? frames = null,
        DrawingOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach ((var video, var frame, var drawn) in Drawn(pose, view, frames, options))
        {
            using var canvas = drawn;
            var name = $"{FileName(video)}-{frame.ToString("D6", CultureInfo.InvariantCulture)}";
            var path = Path.Combine(folder, name + ".png");
            // Videos in different folders may have the same name.
            for (var number = 2; paths.Contains(path); number++)
                path = Path.Combine(folder, $"{name} ({number}).png");
            canvas.Save(path);
            paths.Add(path);
        }
        return paths;
    }

    /// <summary>Saves one image of several frames with their poses, side by side.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with images and keypoints.</param>
    /// <param name="path">A .png or .jpg file.</param>
    /// <param name="frames">The frame numbers wanted; null for all rows, of which there should be few.</param>
    /// <param name="perRow">How many frames lie side by side; at least 1.</param>
    /// <param name="options">Sizes, colors and column names; null for the defaults.</param>
    /// <returns>How many frames are in the image.</returns>
    /// <exception cref="ArgumentException">The view has no images or no keypoints, a column has another type, no row
    /// has a wanted frame number, the path has another ending, or the options are wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="perRow"/> is less than 1.</exception>
    public static int DrawSheet(
        this PoseCatalog pose,
        IDataView view,
        string path,
        IEnumerable<int>? frames = null,
        int perRow = 3,
        DrawingOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(perRow, 1);
        List<Canvas> drawn = [.. Drawn(pose, view, frames, options).Select(row => row.Canvas)];
        if (drawn.Count == 0)
        {
            throw new ArgumentException(
                "There is no frame to draw: the view has no row, or none with a wanted frame number.",
                nameof(frames)
            );
        }

        int width = drawn.Max(canvas => canvas.Width),
            height = drawn.Max(canvas => canvas.Height);
        var across = Math.Min(perRow, drawn.Count);
        using var sheet = new Canvas(width * across, height * ((drawn.Count + across - 1) / across));
        for (var i = 0; i < drawn.Count; i++)
        {
            using var canvas = drawn[i];
            sheet.Paste(canvas, i % across * width, i / across * height);
        }
        sheet.Save(path);
        return drawn.Count;
    }

    /// <summary>
    /// Writes a video with the poses drawn on it: skeletons in the colors of their tracks, names and trails. Needs
    /// ffmpeg.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">Poses of a video that is found where they say, or at <see cref="RenderOptions.VideoPath"/>.
    /// Where a frame has both, predictions are drawn.</param>
    /// <param name="path">The file to write: .mp4, .mov or .mkv (H.264), or another extension that ffmpeg knows. The
    /// file appears when it is complete.</param>
    /// <param name="options">Frames, size, rate, colors; null for the defaults.</param>
    /// <param name="cancellation">Cancels the work; no file is left.</param>
    /// <returns>How many frames were asked for, and which could not be read: those are left out of the video, with a
    /// warning in <see cref="MLContext.Log"/>.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the labels have poses of several videos and none
    /// is chosen.</exception>
    /// <exception cref="FileNotFoundException">The video is not found.</exception>
    /// <exception cref="InvalidDataException">No frame could be read.</exception>
    /// <exception cref="InvalidOperationException">ffmpeg is not installed or could not write the video.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled.</exception>
    public static FrameReport RenderVideo(
        this PoseCatalog pose,
        Labels labels,
        string path,
        RenderOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OverlayVideo.Write(pose.Context, labels, path, (options ?? new RenderOptions()).Checked(), cancellation);
    }

    /// <summary>Writes a video with the poses of a view drawn on it; they are computed first. Needs ffmpeg.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="options">Frames, size, rate, colors; null for the defaults.</param>
    /// <param name="cancellation">Cancels the work; no file is left.</param>
    /// <inheritdoc cref="RenderVideo(PoseCatalog, Labels, string, RenderOptions?, CancellationToken)"/>
    public static FrameReport RenderVideo(
        this PoseCatalog pose,
        IDataView view,
        string path,
        RenderOptions? options = null,
        CancellationToken cancellation = default
    ) => pose.RenderVideo(pose.ToLabels(view, options?.Drawing.Columns), path, options, cancellation);

    private static IEnumerable<(string Video, int FrameIndex, Canvas Canvas)> Drawn(
        PoseCatalog pose,
        IDataView view,
        IEnumerable<int>? frames,
        DrawingOptions? options
    )
    {
        var chosen = (options ?? new DrawingOptions()).Checked();
        // Rows are chosen first, so that no other is read or predicted.
        var wanted = frames?.ToHashSet() is { } numbers
            ? pose.Split(view, (_, frame) => numbers.Contains(frame), chosen.Columns).TestSet
            : view;
        return PoseDrawing.Draw(wanted, chosen);
    }

    private static string FileName(string video)
    {
        var name = Path.GetFileNameWithoutExtension(video.TrimEnd('/', '\\'));
        return name.Length == 0
            ? "frame"
            : string.Concat(name.Select(c => Path.GetInvalidFileNameChars().Contains(c) || c == ':' ? '_' : c));
    }
}

/// <summary>Draws the poses of a view onto its frames.</summary>
internal static class PoseDrawing
{
    /// <summary>All rows with an image, drawn, in order. The caller disposes each canvas.</summary>
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
            var canvas = Canvas.Of(picture);
            var instances = found();
            if (labeled is not null)
                overlay.DrawLabels(canvas, labeled().WhereVisible(), instances.WhereVisible());
            overlay.DrawInstances(canvas, video, index, instances);
            yield return (video, index, canvas);
        }
    }
}
