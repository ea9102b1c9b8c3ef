namespace Sleap.IO;

/// <summary>Finds the reader or writer of a file by its ending and content.</summary>
internal static class LabelFormats
{
    private const string Readable =
        "a .slp or .pkg.slp file, SLEAP analysis .h5, COCO .json, a tidy .csv, one of sleap-io's .csv tables, a "
        + "DeepLabCut .csv or .h5, an NWB file with ndx-pose (.nwb), a DeepLabCut project or labeled-data folder, a "
        + "YOLO pose folder";
    private const string Writable =
        ".slp, .pkg.slp, .h5 (analysis), .nwb, .json (COCO), .csv or .parquet (tidy), CollectedData_SCORER.csv or NAME.dlc.csv "
        + "(DeepLabCut), or data.yaml (YOLO, in a new folder)";

    public static Labels Load(string path, LabelsReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return LoadAny(path, options);
        }
        catch (OutOfMemoryException fault)
        {
            throw new PoseFormatException(path, null, "it needs more memory than there is.", fault);
        }
    }

    private static Labels LoadAny(string path, LabelsReadOptions options)
    {
        if (Directory.Exists(path))
            return LoadFolder(path, options);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        if (!InputFile.HasContent(path))
            throw new PoseFormatException(path, null, "the file is empty, a device or a pipe.");
        if (Path.GetFileName(path) == DeepLabCutProject.ConfigName)
            return DeepLabCutProject.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, options);
        if (Path.GetFileName(path) == YoloReader.ConfigName)
            return YoloReader.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, options);
        return Ending(path) switch
        {
            ".slp" => SlpReader.Read(path, options),
            ".csv" => LoadCsv(path, options),
            ".h5" or ".hdf5" => LoadHdf5(path, options),
            ".nwb" => NwbReader.Read(path, options),
            ".json" => CocoReader.Read(path, options),
            ".parquet" => throw new PoseFormatException(
                path,
                null,
                "Parquet tables are written, and not read; a table saved as .csv is read."
            ),
            var other => throw new PoseFormatException(
                path,
                null,
                ImageFiles.IsMovie(path) || ImageFiles.IsImage(path)
                    ? $"the ending '{other}' is of a video, which holds no labels; {Readable} was expected."
                    : $"the ending '{other}' is of no known format; {Readable} was expected, or a video "
                        + $"({string.Join(", ", ImageFiles.MovieEndings)}, .tif, images) where one is asked for."
            ),
        };
    }

    public static IReadOnlyList<string> Save(Labels labels, string path, bool writeImages)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Ending(path) is ".csv" or ".json" or ".yaml")
        {
            foreach (var frame in labels.Frames)
                RequireFinite(frame, path);
        }

        var written = Ending(path) switch
        {
            ".yaml" when Path.GetFileName(path) == YoloReader.ConfigName => YoloWriter.Write(labels, path),
            ".slp" => SlpWriter.Write(
                labels,
                path,
                embedImages: path.EndsWith(".pkg.slp", StringComparison.OrdinalIgnoreCase)
            ),
            ".csv" when DeepLabCutWriter.Matches(path) => DeepLabCutWriter.Write(labels, path),
            ".csv" => TidyCsvWriter.Write(labels, path),
            ".parquet" => TidyParquetWriter.Write(labels, path),
            ".h5" or ".hdf5" => AnalysisWriter.Write(labels, path),
            ".nwb" => NwbWriter.Write(labels, path),
            ".json" => CocoWriter.Write(labels, path, writeImages),
            var other => throw Unknown(path, other),
        };
        var isAnalysis = Ending(path) is ".h5" or ".hdf5";
        var isTidy = Ending(path) is ".parquet" || (Ending(path) is ".csv" && !DeepLabCutWriter.Matches(path));
        return Ending(path) == ".slp"
            ? written
            :
            [
                .. written,
                .. FormatLosses.Of(labels, hasProvenance: isAnalysis, hasTrackingScores: isAnalysis || isTidy),
                .. Ending(path) == ".csv" ? FormatLosses.OfFormulas(labels) : [],
            ];
    }

    /// <summary>A file to write frame by frame.</summary>
    public static ILabelsSink Open(string path, Skeleton skeleton, IReadOnlyList<Video> videos)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Ending(path) switch
        {
            ".slp" when !path.EndsWith(".pkg.slp", StringComparison.OrdinalIgnoreCase) => new SlpStreamWriter(
                path,
                skeleton,
                videos
            ),
            ".csv" when !DeepLabCutWriter.Matches(path) => new TidyCsvStreamWriter(path, skeleton),
            ".slp" or ".csv" or ".parquet" or ".h5" or ".hdf5" or ".nwb" or ".json" => new CollectingSink(
                path,
                skeleton,
                videos
            ),
            ".yaml" when Path.GetFileName(path) == YoloReader.ConfigName => new CollectingSink(path, skeleton, videos),
            var other => throw Unknown(path, other),
        };
    }

    /// <summary>Refuses infinite numbers, which formats of text do not have.</summary>
    public static void RequireFinite(LabeledFrame frame, string path)
    {
        foreach (var instance in frame.Instances)
        {
            if (float.IsInfinity(instance.Score) || float.IsInfinity(instance.TrackingScore))
            {
                throw new PoseFormatException(
                    path,
                    $"frame {frame.FrameIndex} of {frame.Video.Path}",
                    $"the score {instance.Score} or tracking score {instance.TrackingScore} of an instance is "
                        + "infinite, and the format has finite numbers."
                );
            }

            for (var n = 0; n < instance.Points.Length; n++)
            {
                var p = instance.Points[n];
                if (double.IsInfinity(p.X) || double.IsInfinity(p.Y) || float.IsInfinity(p.Score))
                {
                    throw new PoseFormatException(
                        path,
                        $"frame {frame.FrameIndex} of {frame.Video.Path}, node '{instance.Skeleton.Nodes[n]}'",
                        $"the point ({p.X}, {p.Y}), score {p.Score}, is infinite, and the format has finite numbers."
                    );
                }
            }
        }
    }

    /// <summary>
    /// Refuses to write arrays with a place for each frame that are too large: a single wrong frame number would take
    /// the memory of the machine.
    /// </summary>
    /// <param name="frames">How many frames have a place.</param>
    /// <param name="values">How many numbers of 8 bytes each has.</param>
    /// <param name="path">The file to be written, for the message.</param>
    /// <param name="place">The array, for the message.</param>
    /// <exception cref="PoseFormatException">They are more than 2^26 frames (25 days at 30 frames per second), or
    /// more than an array or half of the memory holds.</exception>
    public static void CheckFrames(long frames, long values, string path, string place)
    {
        const long MaxFrames = 1 << 26;
        var most = Math.Min(Array.MaxLength, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / sizeof(double));
        if (frames > MaxFrames || (decimal)frames * values > most)
        {
            throw new PoseFormatException(
                path,
                place,
                $"{frames:N0} frames of {values:N0} numbers are more than the {MaxFrames:N0} frames, or {most:N0} "
                    + "numbers, that are written: the format has a place for each frame up to the last. Is a frame "
                    + "number wrong?"
            );
        }
    }

    /// <summary>The skeleton of instances, for formats that hold only one.</summary>
    /// <param name="labels">The labels, whose first skeleton is taken where there are no instances.</param>
    /// <param name="instances">The instances.</param>
    /// <param name="owner">Whose instances they are, for the message.</param>
    /// <param name="path">The file to be written, for the message.</param>
    /// <param name="place">Where the file keeps its skeleton, for the message.</param>
    /// <exception cref="PoseFormatException">There is no skeleton, or more than one.</exception>
    public static Skeleton OnlySkeleton(
        Labels labels,
        IEnumerable<Instance> instances,
        string owner,
        string path,
        string place
    )
    {
        var skeletons = instances.Select(i => i.Skeleton).Distinct().ToList();
        return skeletons.Count > 1
            ? throw new PoseFormatException(
                path,
                place,
                $"{owner} has instances of {skeletons.Count} skeletons, and the format holds one."
            )
            : skeletons.FirstOrDefault()
                ?? labels.Skeletons.FirstOrDefault()
                ?? throw new PoseFormatException(path, place, "the labels have no skeleton.");
    }

    /// <summary>Reads files, folders and patterns one after the other.</summary>
    public static IReadOnlyList<Labels> LoadMany(IEnumerable<string> paths, LabelsReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<string> all = [.. paths.SelectMany(p => FileGlob.IsPattern(p) ? FileGlob.Find(p) : [p])];
        return all.Count > 0
            ? [.. all.Select(p => Load(p, options))]
            : throw new ArgumentException("At least one file of labels is needed.", nameof(paths));
    }

    /// <summary>
    /// Whether a path is of labels rather than of a video or of images, by its ending or its files. A folder of images
    /// with a table of DeepLabCut is one of images here.
    /// </summary>
    public static bool AreLabels(string path) =>
        Directory.Exists(path)
            ? IsProject(path)
            : Ending(path) is ".slp" or ".csv" or ".h5" or ".hdf5" or ".nwb" or ".json" or ".yaml";

    /// <summary>Whether a folder is one that labels are read from; any other may hold images.</summary>
    public static bool IsFolderOfLabels(string folder) =>
        IsProject(folder) || DeepLabCutProject.TableIn(folder) is not null;

    private static bool IsProject(string folder) =>
        File.Exists(Path.Combine(folder, DeepLabCutProject.ConfigName))
        || File.Exists(Path.Combine(folder, YoloReader.ConfigName));

    private static Labels LoadFolder(string path, LabelsReadOptions options)
    {
        if (File.Exists(Path.Combine(path, DeepLabCutProject.ConfigName)))
            return DeepLabCutProject.Read(path, options);
        if (File.Exists(Path.Combine(path, YoloReader.ConfigName)))
            return YoloReader.Read(path, options);
        return DeepLabCutProject.TableIn(path) is { } table
            ? DeepLabCutReader.Read(table, options)
            : throw new PoseFormatException(
                path,
                null,
                "the folder holds neither a DeepLabCut config.yaml, nor a table CollectedData_*.csv or .h5, nor a "
                    + "YOLO data.yaml."
            );
    }

    private static Labels LoadHdf5(string path, LabelsReadOptions options)
    {
        using var file = Hdf5Reader.Open(path);
        if (SlpReader.Matches(file))
            return SlpReader.Read(path, options);
        if (AnalysisReader.Matches(file))
            return AnalysisReader.Read(file, options);
        return DeepLabCutHdf5.Matches(file)
            ? DeepLabCutHdf5.Read(file, options)
            : throw new PoseFormatException(
                path,
                null,
                "the file is HDF5, and neither an analysis file of SLEAP nor a table of DeepLabCut; it holds "
                    + $"{OneLine.Some(file.Members("/"))}."
            );
    }

    private static Labels LoadCsv(string path, LabelsReadOptions options)
    {
        var first =
            CsvTable.Read(path).Select(r => r.Cells).FirstOrDefault()
            ?? throw new PoseFormatException(path, null, "the file is empty.");
        if (DeepLabCutHeader.Matches(first))
            return DeepLabCutReader.Read(path, options);
        return SleapIoCsv.Matches(first) && !TidyCsvReader.Matches(first)
            ? SleapIoCsv.Read(path, options)
            : TidyCsvReader.Read(path, options);
    }

    private static PoseFormatException Unknown(string path, string ending) =>
        new(path, null, $"the ending '{ending}' is of no known format; {Writable} was expected.");

    private static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();
}

/// <summary>What only .slp holds, so that every other format loses it.</summary>
internal static class FormatLosses
{
    /// <summary>One sentence each for what a format of predictions loses that has a column for each track.</summary>
    /// <param name="frames">The frames written.</param>
    /// <param name="instances">Their instances.</param>
    /// <param name="moved">How many share their track with another of their frame, and are written without it.</param>
    public static IEnumerable<string> OfTracks(
        IReadOnlyList<LabeledFrame> frames,
        IReadOnlyList<Instance> instances,
        int moved
    )
    {
        if (instances.Count(i => !i.IsPredicted) is > 0 and var user)
            yield return $"{user} instances that people set read back as predictions: the format does not tell them apart.";
        if (moved > 0)
        {
            yield return $"{moved} instances share their track with another of the same frame; they have a place of their "
                + "own, without the track.";
        }

        if (frames.Count(f => f.Instances.Count == 0 || f.IsNegative) is > 0 and var empty)
            yield return $"{empty} labeled frames without an instance read back as not labeled.";
        if (instances.Count(i => i.Points.All(p => p.IsMissing)) is > 0 and var blank)
            yield return $"{blank} instances without any point are not read back.";
    }

    /// <summary>One sentence each for what the labels have and the format lacks.</summary>
    /// <param name="labels">What was written.</param>
    /// <param name="hasProvenance">Whether the format holds provenance.</param>
    /// <param name="hasTrackingScores">Whether the format holds tracking scores.</param>
    public static IEnumerable<string> Of(Labels labels, bool hasProvenance, bool hasTrackingScores)
    {
        if (labels.Extras is { } extras && extras.Summary() is { Length: > 0 } beyond)
            yield return $"{beyond} of {Path.GetFileName(extras.File)}: only .slp holds such data.";
        if (labels.Bouts.Count > 0)
        {
            yield return $"The format has no place for {labels.Bouts.Count} bouts "
                + $"({OneLine.Some(labels.Bouts.Select(bout => bout.Behavior).Distinct())}).";
        }

        if (!hasProvenance && labels.Provenance.Count > 0)
        {
            yield return "The format has no place for provenance " + $"({OneLine.Some(labels.Provenance.Keys)}).";
        }

        if (labels.Suggestions.Count > 0)
            yield return $"The format has no place for {labels.Suggestions.Count} suggestions.";
        var instances = labels.Frames.SelectMany(f => f.Instances).ToList();
        if (labels.Identities.Count > 0)
        {
            yield return "The format has no place for identities "
                + $"({string.Join(", ", labels.Identities.Select(i => i.Name).Take(6))}); "
                + $"{instances.Count(i => i.Identity is not null)} instances have one.";
        }

        if (
            !hasTrackingScores
            && instances.Count(i => !float.IsNaN(i.TrackingScore) && i.TrackingScore != 0) is > 0 and var tracked
        )
        {
            yield return $"The format has no place for the tracking scores of {tracked} instances.";
        }

        if (instances.Sum(i => i.Points.Count(p => p.Complete)) is > 0 and var complete)
            yield return $"The format has no place for the mark 'complete' of {complete} points.";
        if (instances.Sum(i => i.Points.Count(p => !p.Visible && !double.IsNaN(p.X))) is > 0 and var hidden)
            yield return $"{hidden} points that are not visible lose the coordinates stored with them.";
        var shown = labels.Frames.Select(f => f.Video).ToHashSet();
        if (labels.Videos.Count(v => !shown.Contains(v)) is > 0 and var idle)
            yield return $"{idle} videos without a labeled frame are not named in the file.";
        var used = instances.Select(i => i.Track).ToHashSet(ReferenceEqualityComparer.Instance);
        if (labels.Tracks.Count(t => !used.Contains(t)) is > 0 and var unused)
            yield return $"{unused} tracks without an instance are not in the file.";
    }

    /// <summary>
    /// A sentence on names that a spreadsheet takes for formulas: other programs must find them, so that they are
    /// written as they are.
    /// </summary>
    public static IEnumerable<string> OfFormulas(Labels labels) =>
        OfFormulas(
            labels
                .Skeletons.SelectMany(skeleton => skeleton.Nodes)
                .Concat(labels.Tracks.Select(track => track.Name))
                .Concat(labels.Videos.Select(video => video.Path))
        );

    /// <inheritdoc cref="OfFormulas(Labels)"/>
    public static IEnumerable<string> OfFormulas(IEnumerable<string> names)
    {
        string[] formulas =
        [
            .. names.Where(name => name is ['=' or '+' or '-' or '@', ..]).Distinct(StringComparer.Ordinal),
        ];
        if (formulas.Length > 0)
            yield return $"A spreadsheet may run these names as formulas: {OneLine.Some(formulas)}.";
    }
}
