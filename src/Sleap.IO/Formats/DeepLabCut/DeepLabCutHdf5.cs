namespace Sleap.IO;

/// <summary>
/// Reads DeepLabCut's HDF5: a DataFrame of pandas under the name df_with_missing, or another. The levels of its columns
/// are scorer, individuals (only where there are several), bodyparts, coords; its rows are images or frame numbers.
/// </summary>
internal static class DeepLabCutHdf5
{
    private static readonly string[] Groups = ["df_with_missing", "keypoints", "df"];

    public static bool Matches(Hdf5Reader file) => Group(file) is not null;

    /// <summary>Whether a table is HDF5 by its ending.</summary>
    public static bool IsHdf5(string path) => Path.GetExtension(path).ToLowerInvariant() is ".h5" or ".hdf5";

    public static Labels Read(string path, LabelsReadOptions options)
    {
        using var file = Hdf5Reader.Open(path);
        return Read(file, options);
    }

    public static Labels Read(Hdf5Reader file, LabelsReadOptions options)
    {
        var (frame, header) = ReadFrame(file);
        var rows = frame.Rows.Zip(frame.Values, (r, v) => new DeepLabCutRow(r.Name, r.Number, v)).ToList();
        return DeepLabCutReader.Read(rows, header, file.Path, options);
    }

    /// <summary>The columns of a table.</summary>
    public static DeepLabCutHeader ReadHeader(string path)
    {
        using var file = Hdf5Reader.Open(path);
        return ReadFrame(file).Header;
    }

    private static (PandasFrame Frame, DeepLabCutHeader Header) ReadFrame(Hdf5Reader file)
    {
        var group = Group(file) ?? throw new PoseFormatException(file.Path, null, "the file holds no table of pandas.");
        var frame = PandasFrame.Read(file, group);
        return (frame, DeepLabCutHeader.Of([.. frame.Columns.Select((c, i) => Column(c, i, file, group))], file.Path));
    }

    /// <summary>The group of the table: of DeepLabCut's names, or the first that holds one.</summary>
    private static string? Group(Hdf5Reader file) =>
        Groups.Concat(file.Members("/")).FirstOrDefault(g => file.Contains(g) && PandasFrame.Matches(file, g));

    private static DeepLabCutColumn Column(string[] levels, int position, Hdf5Reader file, string group) =>
        levels switch
        {
            [_, var node, ("x" or "y" or "likelihood") and var coordinate] => new(position, "", node, coordinate),
            [_, var individual, var node, ("x" or "y" or "likelihood") and var coordinate] => new(
                position,
                individual,
                node,
                coordinate
            ),
            _ => throw new PoseFormatException(
                file.Path,
                group,
                $"names the column {position} ({string.Join(", ", levels)}), and (scorer, individual, bodypart, "
                    + "coordinate) was expected."
            ),
        };
}
