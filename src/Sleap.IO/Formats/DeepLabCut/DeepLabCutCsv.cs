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
