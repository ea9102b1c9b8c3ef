using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Pictures of poses: the predicted ones if a view has them, else its labels; where it has both, labels are rings.</summary>
public static class DrawingCatalog
{
    /// <summary>Saves frames with their poses drawn on them, one picture a frame, named by the video and the frame number.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with images and keypoints.</param>
    /// <param name="folder">Where to; made when it is not there.</param>
    /// <param name="frames">The frame numbers wanted; null for all rows.</param>
    /// <param name="options">Sizes, colours and column names; null for the defaults.</param>
    /// <returns>The paths of the PNG files, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">The view has no images or no keypoints, or a column has another type.</exception>
    public static IReadOnlyList<string> Draw(this PoseCatalog pose, IDataView view, string folder, IEnumerable<int>? frames = null, DrawingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach ((string video, int frame, Canvas canvas) in Drawn(pose, view, frames, options))
        {
            string name = $"{FileName(video)}-{frame.ToString("D6", CultureInfo.InvariantCulture)}";
            string path = Path.Combine(folder, name + ".png");
            // Videos of the same name in different folders.
            for (int number = 2; paths.Contains(path); number++)
                path = Path.Combine(folder, $"{name} ({number}).png");
            using MLImage image = canvas.ToImage();
            image.Save(path);
            paths.Add(path);
        }
        return paths;
    }

    /// <summary>Saves one picture of several frames with their poses, side by side.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with images and keypoints.</param>
    /// <param name="path">A .png or .jpg file.</param>
    /// <param name="frames">The frame numbers wanted; null for all rows, of which there should be few.</param>
    /// <param name="perRow">How many frames lie side by side.</param>
    /// <param name="options">Sizes, colours and column names; null for the defaults.</param>
    /// <returns>How many frames are on the picture.</returns>
    /// <exception cref="ArgumentException">The view has no images or no keypoints, a column has another type, or no row has a wanted frame number.</exception>
    public static int DrawSheet(this PoseCatalog pose, IDataView view, string path, IEnumerable<int>? frames = null, int perRow = 3, DrawingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(perRow, 1);
        List<Canvas> drawn = [.. Drawn(pose, view, frames, options).Select(row => row.Canvas)];
        if (drawn.Count == 0)
            throw new ArgumentException("There is no frame to draw: the view has no row, or none with a wanted frame number.", nameof(frames));
        int width = drawn.Max(canvas => canvas.Width), height = drawn.Max(canvas => canvas.Height);
        int across = Math.Min(perRow, drawn.Count);
        var sheet = new Canvas(width * across, height * ((drawn.Count + across - 1) / across));
        for (int i = 0; i < drawn.Count; i++)
            sheet.Paste(drawn[i], i % across * width, i / across * height);
        using MLImage image = sheet.ToImage();
        image.Save(path);
        return drawn.Count;
    }

    private static IEnumerable<(string Video, int FrameIndex, Canvas Canvas)> Drawn(PoseCatalog pose, IDataView view, IEnumerable<int>? frames, DrawingOptions? options)
    {
        DrawingOptions chosen = (options ?? new DrawingOptions()).Checked();
        // Rows are chosen first, so that no other is read or predicted.
        IDataView wanted = frames?.ToHashSet() is { } numbers ? pose.Split(view, (_, frame) => numbers.Contains(frame), chosen.Columns).TestSet : view;
        return PoseDrawing.Draw(wanted, chosen);
    }

    private static string FileName(string video)
    {
        string name = Path.GetFileNameWithoutExtension(video.TrimEnd('/', '\\'));
        return name.Length == 0 ? "frame" : string.Concat(name.Select(c => Path.GetInvalidFileNameChars().Contains(c) || c == ':' ? '_' : c));
    }
}
