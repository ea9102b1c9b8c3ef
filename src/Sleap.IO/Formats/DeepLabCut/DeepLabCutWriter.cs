using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// Writes a DeepLabCut table: CollectedData_SCORER.csv, or any name ending in .dlc.csv. Rows are images,
/// labeled-data/VIDEO/img0012.png; where all instances are predictions of one movie, rows are frame numbers, as
/// DeepLabCut writes its own predictions. With tracks, or several instances in a frame, it is the form with
/// individuals.
/// </summary>
internal sealed class DeepLabCutWriter
{
    private const string NamePrefix = "CollectedData_";

    private readonly Labels _labels;
    private readonly Skeleton _skeleton;
    private readonly List<Instance> _instances;
    private readonly List<string> _individuals = [];
    private readonly List<(Video Video, int FrameIndex, Instance?[] Columns)> _rows = [];
    private readonly bool _isNumbered;
    private readonly bool _hasScores;
    private readonly int _digits;
    private int _untracked;
    private int _moved;
    private int _renumbered;

    private DeepLabCutWriter(Labels labels, string path)
    {
        _labels = labels;
        _instances = [.. labels.FramesInOrder.SelectMany(f => f.Instances)];
        _skeleton = LabelFormats.OnlySkeleton(labels, _instances, "the set of labels", path, "bodyparts");
        _hasScores = _instances.Any(i => i.IsPredicted);
        var used = labels.Frames.Select(f => f.Video).Distinct().ToList();
        _isNumbered = _hasScores && _instances.All(i => i.IsPredicted) && used is [{ Kind: not VideoKind.Images }];
        _digits = Math.Max(
            4,
            labels.Frames.Select(f => f.FrameIndex).DefaultIfEmpty().Max().ToString(CultureInfo.InvariantCulture).Length
        );
    }

    /// <summary>Whether a file's name asks for this format.</summary>
    public static bool Matches(string path) =>
        Path.GetFileName(path).StartsWith(NamePrefix, StringComparison.Ordinal)
        || path.EndsWith(".dlc.csv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the table; gives back what it cannot hold.</summary>
    public static IReadOnlyList<string> Write(Labels labels, string path)
    {
        var writer = new DeepLabCutWriter(labels, path);
        writer.Place();
        AtomicFile.Write(
            path,
            stream =>
            {
                using var file = new CsvTableWriter(stream);
                writer.WriteTable(file, Scorer(path));
            }
        );
        return [.. writer.Lost()];
    }

    private static string Scorer(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return name.StartsWith(NamePrefix, StringComparison.Ordinal) && name.Length > NamePrefix.Length
            ? name[NamePrefix.Length..]
            : "Sleap.MLNet";
    }

    /// <summary>Gives each instance of each frame a column: its track's, or the next one for those without.</summary>
    private void Place()
    {
        var names = _labels.Tracks.Where(t => _instances.Exists(i => ReferenceEquals(i.Track, t))).ToList();
        foreach (var frame in _labels.FramesInOrder.GroupBy(f => (f.Video, f.FrameIndex)))
        {
            var columns = new Dictionary<int, Instance>();
            var extra = 0;
            // People's labels first, so that they keep their tracks.
            foreach (
                var instance in frame
                    .SelectMany(f => f.Instances)
                    .Where(i => i.Points.Any(p => !p.IsMissing))
                    .OrderBy(i => i.IsPredicted)
            )
            {
                var column = instance.Track is null ? -1 : names.IndexOf(instance.Track);
                if (column >= 0 && columns.TryAdd(column, instance))
                    continue;
                _moved += column >= 0 ? 1 : 0;
                columns.Add(names.Count + extra++, instance);
            }
            _untracked = Math.Max(_untracked, extra);
            _rows.Add(
                (
                    frame.Key.Video,
                    frame.Key.FrameIndex,
                    [
                        .. Enumerable
                            .Range(0, columns.Count == 0 ? 0 : columns.Keys.Max() + 1)
                            .Select(columns.GetValueOrDefault),
                    ]
                )
            );
        }
        // One instance a frame, without a track: the form without individuals.
        if (names.Count > 0 || _untracked > 1)
        {
            _individuals.AddRange(
                Unique([.. names.Select(t => t.Name), .. Enumerable.Range(1, _untracked).Select(i => $"individual{i}")])
            );
        }
        else
        {
            _individuals.Add("");
        }
    }

    private static IEnumerable<string> Unique(IEnumerable<string> names)
    {
        var seen = new HashSet<string>();
        foreach (var name in names.Select(n => n.Length > 0 ? n : "individual"))
        {
            var free = name;
            for (var i = 2; !seen.Add(free); i++)
                free = $"{name}_{i}";
            yield return free;
        }
    }

    private void WriteTable(CsvTableWriter file, string scorer)
    {
        string[] coords = _hasScores ? ["x", "y", "likelihood"] : ["x", "y"];
        void Header(string name, Func<string, string, string, string> cell)
        {
            file.Text(name);
            file.Texts(
                from individual in _individuals
                from node in _skeleton.Nodes
                from coordinate in coords
                select cell(individual, node, coordinate)
            );
            file.EndRow();
        }

        Header("scorer", (_, _, _) => scorer);
        if (_individuals[0].Length > 0)
            Header("individuals", (i, _, _) => i);
        Header("bodyparts", (_, n, _) => n);
        Header("coords", (_, _, c) => c);
        foreach (var (video, frame, columns) in _rows)
        {
            file.Text(_isNumbered ? frame.ToString(CultureInfo.InvariantCulture) : ImageName(video, frame));
            for (var i = 0; i < _individuals.Count; i++)
                WriteInstance(file, i < columns.Length ? columns[i] : null);
            file.EndRow();
        }
    }

    private void WriteInstance(CsvTableWriter file, Instance? instance)
    {
        for (var n = 0; n < _skeleton.Nodes.Length; n++)
        {
            var p = instance?.Points[n] ?? Point.Missing;
            file.Number(p.IsMissing ? double.NaN : p.X);
            file.Number(p.IsMissing ? double.NaN : p.Y);
            if (_hasScores)
                file.Number(instance is { IsPredicted: true } ? p.Score : float.NaN);
        }
    }

    private string ImageName(Video video, int frame)
    {
        var position = video.FrameNumbers.IsEmpty ? frame : video.FrameNumbers.IndexOf(frame);
        if (video.Kind != VideoKind.Images || position < 0 || position >= video.ImagePaths.Length)
            return $"labeled-data/{Folder(video)}/img{frame.ToString($"D{_digits}", CultureInfo.InvariantCulture)}.png";
        var parts = video.ImagePaths[position].Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        _renumbered += ImageFiles.NumberIn(parts[^1]) == frame ? 0 : 1;
        return $"labeled-data/{(parts.Length > 1 ? parts[^2] : "images")}/{parts[^1]}";
    }

    /// <summary>
    /// The movie's name without its ending; where two movies have one name, each has its number before.
    /// </summary>
    private string Folder(Video video)
    {
        static string Stem(Video v) =>
            Path.GetFileNameWithoutExtension(
                ((v.Path == "." ? v.Source?.Path ?? v.FoundPath : v.Path) ?? "video").Replace('\\', '/')
            );
        var stem = Stem(video);
        return _labels.Videos.Count(v => Stem(v) == stem) > 1
            ? $"{_labels.Videos.ToList().IndexOf(video):D3}_{stem}"
            : stem;
    }

    private IEnumerable<string> Lost()
    {
        if (_skeleton.Edges.Length > 0 || _skeleton.Symmetries.Length > 0)
        {
            yield return "The table has no place for edges and symmetries; DeepLabCut keeps its skeleton in "
                + "config.yaml.";
        }

        if (_moved > 0)
        {
            yield return $"{_moved} instances share their track with another of the same frame; they are in columns of "
                + "their own.";
        }

        if (_untracked > 0 && _individuals[0].Length > 0)
        {
            yield return $"Instances without a track are in the columns individual1 to individual{_untracked} and read "
                + "back as such tracks.";
        }

        if (
            _labels.Tracks.Select(t => t.Name).Distinct().Count() < _labels.Tracks.Count
            || _labels.Tracks.Any(t => t.Name.Length == 0)
        )
        {
            yield return "Tracks of one name, or of none, have names of their own in the table.";
        }

        if (
            _instances.Count(i => i.IsPredicted && i.Points.All(p => p.IsMissing || float.IsNaN(p.Score)))
            is > 0
                and var mistaken
        )
        {
            yield return $"{mistaken} predictions without point scores read back as people's labels.";
        }

        if (_hasScores)
            yield return "Instance scores are not in the table; reading takes the mean of the point scores.";
        if (_instances.Count(i => i.Points.All(p => p.IsMissing)) is > 0 and var blank)
            yield return $"{blank} instances without any point are left out.";
        if (_instances.Count(i => i.FromPredicted is not null) is > 0 and var corrected)
        {
            yield return $"The table has no place for the link of {corrected} instances to the predictions they were "
                + "made from.";
        }

        if (_labels.Frames.Count(f => f.IsNegative) is > 0 and var negative)
        {
            yield return $"The table does not tell the {negative} frames marked as holding no instance from others "
                + "without one.";
        }

        if (_renumbered > 0)
        {
            yield return $"{_renumbered} images have another number in their name than their frame; reading takes the "
                + "one in the name.";
        }

        if (!_isNumbered && _labels.Frames.Any(f => f.Video.Kind != VideoKind.Images))
            yield return "Frames are named as images labeled-data/VIDEO/imgNNNN.png, which are not written.";
    }
}
