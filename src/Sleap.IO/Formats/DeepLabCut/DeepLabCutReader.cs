namespace Sleap.IO;

/// <summary>
/// Reads DeepLabCut tables: hand-made labels of pictures, and predictions of a video (numbered rows, with likelihoods).
/// Nodes keep the order of the file, and a frame's number is the one in its picture's name.
/// </summary>
internal static class DeepLabCutCsv
{
    public static Labels Read(string path, LabelsReadOptions options)
    {
        var rows = CsvFile.Read(path).ToList();
        if (rows.Count == 0)
            throw new PoseFormatException(path, null, "the file is empty.");
        var header = DeepLabCutHeader.Read(rows, path, out var skip);
        return Read(
            [.. rows.Skip(skip).Select(r => DeepLabCutRow.Read(r.Line, r.Cells, header, path))],
            header,
            path,
            options
        );
    }

    /// <summary>Labels of rows that a CSV or HDF5 table was read into.</summary>
    public static Labels Read(
        IReadOnlyList<DeepLabCutRow> body,
        DeepLabCutHeader header,
        string path,
        LabelsReadOptions options
    )
    {
        var skeleton = CsvSkeleton.Choose(options.Skeleton, header.Nodes, path);
        // A table of one animal knows no individuals: no tracks either.
        Track[] tracks = [.. header.Individuals.Where(i => i.Length > 0).Select(i => new Track(i))];
        var pictures = body.All(r => r.FrameNumber is null) ? DeepLabCutPictures.Of(body, path, options) : null;
        if (pictures is null && body.Any(r => r.FrameNumber is null))
            throw new PoseFormatException(path, null, "some rows are named by picture and others by number.");
        var movie = pictures is null ? options.Video ?? DeepLabCutPictures.MovieOf(path, options) : null;
        var frames = body.Select(row =>
        {
            var (video, frame) = pictures?.Place(row) ?? (movie!, row.FrameNumber!.Value);
            return new LabeledFrame
            {
                Video = video,
                FrameIndex = frame,
                Instances = [.. Instances(row, header, skeleton, tracks)],
            };
        });
        return new Labels(frames, pictures?.Videos ?? [movie!], [skeleton], tracks);
    }

    private static IEnumerable<Instance> Instances(
        DeepLabCutRow row,
        DeepLabCutHeader header,
        Skeleton skeleton,
        Track[] tracks
    )
    {
        foreach (var individual in header.Individuals)
        {
            var points = row.Points(header, individual, skeleton);
            if (points.All(p => p.IsMissing))
                continue;
            var scores = points.Where(p => !float.IsNaN(p.Score)).Select(p => p.Score).ToList();
            yield return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = tracks.FirstOrDefault(t => t.Name == individual),
                IsPredicted = scores.Count > 0,
                Score = scores.Count > 0 ? scores.Average() : 0,
                TrackingScore = float.NaN,
            };
        }
    }
}

/// <summary>
/// The pictures that the rows of a DeepLabCut table name: each folder is a video, each picture the frame of the number
/// in its name.
/// </summary>
internal sealed class DeepLabCutPictures
{
    private readonly Dictionary<string, (Video Video, int Frame)> _places = [];

    private DeepLabCutPictures(IEnumerable<Video> videos) => Videos = [.. videos];

    public IReadOnlyList<Video> Videos { get; }

    public static DeepLabCutPictures Of(IReadOnlyList<DeepLabCutRow> rows, string path, LabelsReadOptions options)
    {
        var folders = rows.GroupBy(r => r.Picture.Contains('/') ? r.Picture[..r.Picture.LastIndexOf('/')] : "")
            .ToList();
        var numbered = new List<(Video Video, List<(string Picture, int Number)> Pictures)>();
        foreach (var folder in folders)
        {
            var pictures = folder.Select(r => r.Picture).ToList();
            if (pictures.Distinct().Count() < pictures.Count)
            {
                throw new PoseFormatException(
                    path,
                    pictures.GroupBy(p => p).First(g => g.Count() > 1).Key,
                    "the picture has two rows."
                );
            }

            numbered.Add(Numbered(pictures, path, options));
        }
        var made = new DeepLabCutPictures(numbered.Select(n => n.Video));
        foreach (var (video, pictures) in numbered)
        {
            foreach (var (picture, number) in pictures)
                made._places[picture] = (video, number);
        }
        return made;
    }

    /// <summary>
    /// The movie that a table of predictions is named after: "session" for sessionDLC_resnet50_....csv, beside the
    /// table.
    /// </summary>
    public static Video MovieOf(string path, LabelsReadOptions options)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        var end = stem.IndexOf("DLC", StringComparison.Ordinal);
        var name = end > 0 ? stem[..end] : stem;
        string[] folders = [Path.GetDirectoryName(Path.GetFullPath(path))!, .. options.SearchFolders];
        string[] endings = [".mp4", ".avi", ".mov", ".mkv", ".mpg"];
        var found = folders.SelectMany(f => endings.Select(e => Path.Combine(f, name + e))).FirstOrDefault(File.Exists);
        return new Video(found ?? name, VideoKind.Movie) { FoundPath = found };
    }

    public (Video Video, int Frame) Place(DeepLabCutRow row) => _places[row.Picture];

    private static (Video Video, List<(string Picture, int Number)> Pictures) Numbered(
        List<string> pictures,
        string path,
        LabelsReadOptions options
    )
    {
        var numbers = pictures.Select(ImageFiles.NumberIn).ToList();
        // Without a number of its own for each picture, they count in the order of the file.
        var isNumbered = numbers.All(n => n is not null) && numbers.Distinct().Count() == numbers.Count;
        var ordered = pictures
            .Select((p, i) => (Picture: p, Number: isNumbered ? numbers[i]!.Value : i))
            .OrderBy(p => p.Number)
            .ToList();
        var found = ordered.Select(p => Find(p.Picture, path, options) ?? p.Picture).ToList();
        return (Video.FromImages(found, [.. ordered.Select(p => p.Number)]), ordered);
    }

    /// <summary>
    /// Tables lie in labeled-data/NAME and name their pictures from the project's folder; copies lie beside the project
    /// or beside the pictures.
    /// </summary>
    private static string? Find(string picture, string path, LabelsReadOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] bases = [Path.Combine(folder, "..", ".."), folder, .. options.SearchFolders];
        var bare = Path.GetFileName(picture);
        var found = bases
            .Select(b => Path.Combine(b, picture))
            .Append(Path.Combine(folder, bare))
            .FirstOrDefault(File.Exists);
        return found is null ? null : Path.GetFullPath(found);
    }
}
