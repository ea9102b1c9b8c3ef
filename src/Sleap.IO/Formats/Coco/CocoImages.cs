using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// The images of labeled frames beside a COCO file: NAME_images/VIDEO_frame_000012.png for NAME.json. They appear all
/// together, with <see cref="Commit"/>.
/// </summary>
internal sealed class CocoImages : IDisposable
{
    private readonly List<LabeledFrame> _frames;
    private readonly Dictionary<Video, string> _stems;
    private readonly string _folder;
    private readonly string _file;
    private readonly string _temporary;
    private readonly Dictionary<(Video, int), string> _written = [];
    private readonly Dictionary<Video, string> _faults = [];

    public CocoImages(Labels labels, string path)
    {
        _frames = [.. labels.FramesInOrder];
        _stems = Stems([.. _frames.Select(f => f.Video).Distinct()]);
        _file = Path.GetFullPath(path);
        _folder = $"{Path.GetFileNameWithoutExtension(path)}_images";
        _temporary = Path.Combine(Path.GetDirectoryName(_file)!, $".{_folder}.{Guid.NewGuid():N}.tmp");
    }

    /// <summary>Writes the images of all videos that can be opened.</summary>
    public void Write()
    {
        foreach (var frames in _frames.GroupBy(f => f.Video))
        {
            try
            {
                Write(frames.Key, frames);
            }
            catch (Exception fault)
                when (fault is IOException or PoseFormatException or InvalidOperationException or ArgumentException)
            {
                _faults[frames.Key] = fault.Message;
            }
        }
    }

    /// <summary>The name of a frame's image as the file has it.</summary>
    public string NameOf(LabeledFrame frame)
    {
        var video = frame.Video;
        return FoundImage(frame) is { } found ? NameOf(found)
            : _written.TryGetValue((video, frame.FrameIndex), out var written) ? $"{_folder}/{written}"
            : video.Kind == VideoKind.Images && PositionOf(frame) is >= 0 and var at ? video.ImagePaths[at]
            : $"{_folder}/{Stem(frame.Video, frame.FrameIndex)}.png";
    }

    /// <summary>Puts the images in their places.</summary>
    public void Commit()
    {
        if (!Directory.Exists(_temporary))
            return;
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_file)!, _folder)).FullName;
        foreach (var image in Directory.EnumerateFiles(_temporary))
            File.Move(image, Path.Combine(folder, Path.GetFileName(image)), overwrite: true);
    }

    /// <summary>One sentence for each video whose images are not all there.</summary>
    public IEnumerable<string> Remarks()
    {
        foreach (var frames in _frames.GroupBy(f => f.Video))
        {
            var missing = frames.Count(f => FoundImage(f) is null && !_written.ContainsKey((f.Video, f.FrameIndex)));
            if (missing == 0)
                continue;
            var cause = _faults.TryGetValue(frames.Key, out var fault) ? $" ({fault.TrimEnd('.')})" : "";
            yield return $"Images of {missing} labeled frames of {frames.Key.Path} are missing{cause}: readers of COCO "
                + "pass over what has no image. Saving the labels again with images, where the video is found (its "
                + "folder as --videos, or in LabelsReadOptions.SearchFolders), writes them.";
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
    }

    private void Write(Video video, IEnumerable<LabeledFrame> labeled)
    {
        // A list of images is opened for the size of the images only.
        using var source = video.Open();
        var frames = labeled.Where(f => FoundImage(f) is null).Select(f => f.FrameIndex);
        foreach (var (frame, image) in FrameImages.Read(source, frames))
        {
            if (image is null)
                continue;
            var name = Stem(video, frame) + FrameImages.EndingOf(image);
            File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(_temporary).FullName, name), image);
            _written[(video, frame)] = name;
        }
    }

    /// <summary>The image file of a frame of a list of images, or null.</summary>
    private static string? FoundImage(LabeledFrame frame) =>
        frame.Video.Kind == VideoKind.Images
        && PositionOf(frame) is >= 0 and var at
        && File.Exists(frame.Video.FoundImages[at])
            ? frame.Video.FoundImages[at]
            : null;

    private static int PositionOf(LabeledFrame frame)
    {
        var numbers = frame.Video.FrameNumbers;
        var at = numbers.IsEmpty ? frame.FrameIndex : numbers.IndexOf(frame.FrameIndex);
        return at < frame.Video.FoundImages.Length ? at : -1;
    }

    /// <summary>A path from the file's folder where it is below, else the full path.</summary>
    private string NameOf(string image)
    {
        var full = Path.GetFullPath(image);
        var name = Path.GetRelativePath(Path.GetDirectoryName(_file)!, full).Replace('\\', '/');
        return name.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(name) ? full : name;
    }

    private string Stem(Video video, int frame) =>
        $"{_stems[video]}_frame_{frame.ToString("D6", CultureInfo.InvariantCulture)}";

    /// <summary>The videos' names; where several have one name, each has its number before.</summary>
    private static Dictionary<Video, string> Stems(List<Video> videos)
    {
        var names = videos.ConvertAll(MovieOf);
        var counts = names.CountBy(name => name).ToDictionary();
        return videos
            .Zip(names)
            .Index()
            .ToDictionary(
                entry => entry.Item.First,
                entry =>
                    counts[entry.Item.Second] == 1
                        ? entry.Item.Second
                        : $"{entry.Index.ToString("D3", CultureInfo.InvariantCulture)}_{entry.Item.Second}"
            );
    }

    private static string MovieOf(Video video) =>
        string.Concat(
            Path.GetFileNameWithoutExtension(((video.Source ?? video).Path).Replace('\\', '/'))
                .Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
        );
}
