namespace Sleap.IO;

/// <summary>Writes the tidy table as Parquet: the rows and columns of <see cref="TidyCsvWriter"/>, with types.</summary>
internal static class TidyParquetWriter
{
    /// <summary>Writes the table; gives back what it cannot hold.</summary>
    public static IReadOnlyList<string> Write(Labels labels, string path)
    {
        var losses = new TidyLosses();
        losses.Add(labels.Skeletons, labels.Tracks);
        AtomicFile.Write(
            path,
            stream =>
            {
                using var writer = new ParquetTableWriter(stream, TidyCsvWriter.Columns);
                foreach (var frame in labels.FramesInOrder)
                {
                    losses.Add(frame);
                    for (var i = 0; i < frame.Instances.Count; i++)
                        TidyCsvWriter.WriteInstance(writer, frame, i);
                }
                writer.Finish();
            }
        );
        return [.. losses.Sentences()];
    }
}
