namespace Sleap.IO;

/// <summary>
/// Finds the images of a split, and the file of labels of each, as Ultralytics does: a folder with all folders in it,
/// or a text file with an image in each line.
/// </summary>
/// <param name="folder">The folder of the data set.</param>
/// <param name="config">Path of the data.yaml.</param>
/// <param name="finder">Turns names of the data set into paths.</param>
internal sealed class YoloImages(string folder, string config, VideoFinder finder)
{
    /// <summary>More than a data set has; a damaged path may name the whole disk.</summary>
    private const int MaxFolders = 10_000;

    private readonly HashSet<string> _images = [];
    private readonly HashSet<string> _labels = [];
    private readonly HashSet<string> _labelFolders = [];
    private readonly List<string> _remarks = [];

    /// <summary>The images that were not there before, in the order of their names or of the list.</summary>
    /// <param name="name">What data.yaml names.</param>
    /// <param name="split">Under which key.</param>
    public IEnumerable<(string Image, string? Labels)> Of(string name, string split)
    {
        name = finder.Local(finder.Named(name));
        // Exports of Roboflow say "../train/images" of a folder that lies beside the data.yaml.
        string[] places =
        [
            Path.Combine(folder, name),
            Path.Combine(folder, name.StartsWith("../", StringComparison.Ordinal) ? name[3..] : name),
        ];
        if (places.FirstOrDefault(Directory.Exists) is { } found)
        {
            _labelFolders.UnionWith(LabelFolders(Path.GetFullPath(found)).Take(2).Where(Directory.Exists));
            return Folders(Path.GetFullPath(found))
                .SelectMany(ImageFiles.InFolder)
                .Where(_images.Add)
                .Select(i => (i, LabelsOf(i)));
        }
        if (places.FirstOrDefault(p => IsList(p) && File.Exists(p)) is { } list)
            return Listed(Path.GetFullPath(list), split).Where(_images.Add).Select(i => (i, LabelsOf(i)));
        _remarks.Add(
            $"{Path.GetFileName(config)}: the split '{split}' is not there: neither a folder nor a list (.txt) {name}."
        );
        return [];
    }

    /// <summary>What is named and not there, and what is there and not read.</summary>
    public IEnumerable<string> Remarks()
    {
        var alone = _labelFolders
            .SelectMany(Folders)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.txt"))
            .Where(f => Path.GetFileName(f) != "classes.txt" && !_labels.Contains(f))
            .ToHashSet();
        return alone.Count == 0
            ? _remarks
            :
            [
                .. _remarks,
                $"{alone.Count} files of labels have no image, and are not read (the first is {alone.Min()}).",
            ];
    }

    /// <summary>A folder and those in it. Links are not followed: they may lead back.</summary>
    private IEnumerable<string> Folders(string root)
    {
        var options = new EnumerationOptions
        {
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        var left = new Stack<string>([root]);
        for (var count = 0; left.TryPop(out var next); count++)
        {
            if (count == MaxFolders)
                throw new PoseFormatException(config, null, $"names {root}, with more than {MaxFolders:N0} folders.");
            yield return next;
            var inner = Directory.EnumerateDirectories(next, "*", options).OrderDescending(StringComparer.Ordinal);
            foreach (var child in inner)
                left.Push(child);
        }
    }

    private static bool IsList(string path) => Path.GetExtension(path).ToLowerInvariant() == ".txt";

    private List<string> Listed(string list, string split)
    {
        var names = File.ReadLines(list).Select(l => l.Trim()).Where(l => l.Length > 0).ToList();
        var found = names.Select(n => Find(n, Path.GetDirectoryName(list)!)).OfType<string>().ToList();
        if (found.Count < names.Count)
        {
            _remarks.Add(
                $"{Path.GetFileName(list)}: {names.Count - found.Count} of the {names.Count} images of the split "
                    + $"'{split}' are not there."
            );
        }
        return found;
    }

    /// <summary>An image of a list: from the folder of the list, or from that of the data set.</summary>
    private string? Find(string name, string from)
    {
        if (name.Contains('\0') || !ImageFiles.IsImage(name))
            return null;
        var path = finder.Local(finder.Named(name));
        var found = new[] { from, folder }.Select(f => Path.Combine(f, path)).FirstOrDefault(File.Exists);
        return found is null ? null : Path.GetFullPath(found);
    }

    private string? LabelsOf(string image)
    {
        var name = $"{Path.GetFileNameWithoutExtension(image)}.txt";
        var found = LabelFolders(Path.GetDirectoryName(image)!)
            .Select(f => Path.Combine(f, name))
            .FirstOrDefault(File.Exists);
        if (found is not null)
            _labels.Add(found);
        return found;
    }

    /// <summary>
    /// Folders of labels for one of images: with the last 'images' of the path as 'labels', as Ultralytics has it; a
    /// folder 'labels' beside it; the folder itself.
    /// </summary>
    private static IEnumerable<string> LabelFolders(string images)
    {
        var parts = images.Split(Path.DirectorySeparatorChar);
        var at = Array.LastIndexOf(parts, "images");
        if (at >= 0)
            yield return string.Join(Path.DirectorySeparatorChar, [.. parts[..at], "labels", .. parts[(at + 1)..]]);
        yield return Path.Combine(Path.GetDirectoryName(images) ?? images, "labels");
        yield return images;
    }
}
