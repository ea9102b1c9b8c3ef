namespace Sleap.IO;

/// <summary>
/// Reads DeepLabCut tables: hand-made labels of images, and predictions of a video (numbered rows, with likelihoods).
/// Nodes keep the order of the file, and a frame's number is the one in its image's name.
/// </summary>
internal static class DeepLabCutReader
{
    /// <summary>Reads a table, .csv or .h5.</summary>
    public static Labels Read(string path, LabelsReadOptions options)
    {
        if (DeepLabCutHdf5.IsHdf5(path))
            return DeepLabCutHdf5.Read(path, options);
        var header = ReadHeader(path, out var skip);
        return Read(
            [.. CsvTable.Read(path).Skip(skip).Where(r => !r.IsBlank).Select(r => DeepLabCutRow.Read(r, header))],
            header,
            path,
            options
        );
    }

    /// <summary>The columns of a table, .csv or .h5.</summary>
    public static DeepLabCutHeader ReadHeader(string path) =>
        DeepLabCutHdf5.IsHdf5(path) ? DeepLabCutHdf5.ReadHeader(path) : ReadHeader(path, out _);

    /// <summary>The header of a CSV, and the rows that it takes.</summary>
    private static DeepLabCutHeader ReadHeader(string path, out int rows)
    {
        List<CsvRow> head = [.. CsvTable.Read(path).Take(DeepLabCutHeader.MaxRows)];
        return head.Count > 0
            ? DeepLabCutHeader.Read(head, path, out rows)
            : throw new PoseFormatException(path, null, "the file is empty.");
    }

    /// <summary>Labels of rows that a CSV or HDF5 table was read into.</summary>
    public static Labels Read(
        IReadOnlyList<DeepLabCutRow> body,
        DeepLabCutHeader header,
        string path,
        LabelsReadOptions options
    )
    {
        var skeleton = TableSkeleton.Choose(options.Skeleton, header.Nodes, path);
        TableSkeleton.CheckPoints(
            (long)body.Count * header.Individuals.Count,
            skeleton,
            (long)body.Count * header.Columns.Count,
            path
        );
        // A table without individuals has no tracks either.
        var tracks = header
            .Individuals.Where(i => i.Length > 0)
            .ToDictionary(i => i, i => Track.FromFile(path, "individuals", i));
        var images = body.All(r => r.FrameNumber is null) ? DeepLabCutImages.Of(body, path, options) : null;
        if (images is null && body.Any(r => r.FrameNumber is null))
            throw new PoseFormatException(path, null, "some rows are named by image and others by number.");
        var movie = images is null ? options.Video ?? new VideoFinder(path, options).MovieOfTable() : null;
        var frames = body.Select(row =>
        {
            var (video, frame) = images?.Place(row) ?? (movie!, row.FrameNumber!.Value);
            return new LabeledFrame
            {
                Video = video,
                FrameIndex = frame,
                Instances = [.. Instances(row, header, skeleton, tracks)],
            };
        });
        return new Labels(
            frames,
            images?.Videos ?? [movie!],
            [skeleton],
            header.Individuals.Where(tracks.ContainsKey).Select(i => tracks[i])
        );
    }

    private static IEnumerable<Instance> Instances(
        DeepLabCutRow row,
        DeepLabCutHeader header,
        Skeleton skeleton,
        Dictionary<string, Track> tracks
    )
    {
        foreach (var individual in header.Individuals)
        {
            var points = row.Points(header, individual, skeleton);
            if (points.All(p => p.IsMissing))
                continue;
            var score = Instance.MeanPointScore(points);
            yield return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = tracks.GetValueOrDefault(individual),
                IsPredicted = score is not null,
                Score = score ?? 0,
                TrackingScore = float.NaN,
            };
        }
    }
}

/// <summary>
/// The images that the rows of a DeepLabCut table name: each folder is a video, each image the frame of the number
/// in its name.
/// </summary>
internal sealed class DeepLabCutImages
{
    private readonly Dictionary<string, (Video Video, int Frame)> _places = [];

    private DeepLabCutImages(IEnumerable<Video> videos) => Videos = [.. videos];

    public IReadOnlyList<Video> Videos { get; }

    public static DeepLabCutImages Of(IReadOnlyList<DeepLabCutRow> rows, string path, LabelsReadOptions options)
    {
        var folders = rows.GroupBy(r => r.Image.Contains('/') ? r.Image[..r.Image.LastIndexOf('/')] : "").ToList();
        var numbered = new List<(Video Video, List<(string Image, int Number)> Images)>();
        foreach (var folder in folders)
        {
            var images = folder.Select(r => r.Image).ToList();
            if (images.Distinct().Count() < images.Count)
            {
                throw new PoseFormatException(
                    path,
                    images.GroupBy(p => p).First(g => g.Count() > 1).Key,
                    "the image has two rows."
                );
            }

            numbered.Add(Numbered(images, path, options));
        }
        var made = new DeepLabCutImages(numbered.Select(n => n.Video));
        foreach (var (video, images) in numbered)
        {
            foreach (var (image, number) in images)
                made._places[image] = (video, number);
        }
        return made;
    }

    public (Video Video, int Frame) Place(DeepLabCutRow row) => _places[row.Image];

    private static (Video Video, List<(string Image, int Number)> Images) Numbered(
        List<string> images,
        string path,
        LabelsReadOptions options
    )
    {
        var numbers = images.Select(ImageFiles.NumberIn).ToList();
        // Without a number of its own for each image, they count in the order of the file.
        var isNumbered = numbers.All(n => n is not null) && numbers.Distinct().Count() == numbers.Count;
        var ordered = images
            .Select((p, i) => (Image: p, Number: isNumbered ? numbers[i]!.Value : i))
            .OrderBy(p => p.Number)
            .ToList();
        var finder = new VideoFinder(path, options);
        var found = ordered
            .Select(p => finder.Named(p.Image))
            .Select(name => Find(name, path, options) ?? finder.Local(name))
            .ToList();
        return (Video.FromImages(found, [.. ordered.Select(p => p.Number)]), ordered);
    }

    /// <summary>
    /// Tables lie in labeled-data/NAME and name their images from the project's folder; copies lie beside the project
    /// or beside the images.
    /// </summary>
    private static string? Find(string image, string path, LabelsReadOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] bases = [Path.Combine(folder, "..", ".."), folder, .. options.SearchFolders];
        var (name, bare) = (new VideoFinder(path, options).Local(image), Path.GetFileName(image));
        var found = bases
            .Select(b => Path.Combine(b, name))
            .Append(Path.Combine(folder, bare))
            .FirstOrDefault(File.Exists);
        return found is null ? null : Path.GetFullPath(found);
    }
}
