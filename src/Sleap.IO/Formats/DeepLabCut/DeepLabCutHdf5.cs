namespace Sleap.IO;

/// <summary>
/// Reads DeepLabCut's HDF5: a table that pandas wrote through PyTables, in the group df_with_missing (or keypoints): an
/// index of picture names or frame numbers, one block of float64, and the names of its columns as a pickle in an
/// attribute.
/// </summary>
internal static class DeepLabCutHdf5
{
    private static readonly string[] Groups = ["df_with_missing", "keypoints", "df"];

    public static bool Owns(Hdf5Reader file) => Groups.Any(g => file.Contains($"{g}/table"));

    public static Labels Read(Hdf5Reader file, LabelsReadOptions options)
    {
        var table = $"{Groups.First(g => file.Contains($"{g}/table"))}/table";
        PoseFormatException Fault(string cause) => new(file.Path, $"{table}@values_block_0_kind", $"{cause}.");
        var kind = file.ReadTextAttribute(table, "values_block_0_kind") ?? throw Fault("is not there");
        var names = PickledList.Read(kind, Fault).Select((c, i) => Column(c, i, Fault)).ToList();
        var header = DeepLabCutHeader.Of(names, file.Path);
        var (index, blocks) = file.ReadIndexedTable(table, "index", "values_block_0", names.Count);
        var rows = index.Select((name, i) => DeepLabCutRow.Of(i + 1, name.Text, name.Number, blocks[i])).ToList();
        return DeepLabCutCsv.Read(rows, header, file.Path, options);
    }

    /// <summary>A column's name is (scorer, [individual,] bodypart, coordinate).</summary>
    private static DeepLabCutColumn Column(object? name, int position, Func<string, PoseFormatException> fault)
    {
        var parts = (name as List<object?>)?.OfType<string>().ToArray() ?? [];
        return parts switch
        {
            [_, var node, ("x" or "y" or "likelihood") and var coordinate] => new DeepLabCutColumn(
                position,
                "",
                node,
                coordinate
            ),
            [_, var individual, var node, ("x" or "y" or "likelihood") and var coordinate] => new DeepLabCutColumn(
                position,
                individual,
                node,
                coordinate
            ),
            _ => throw fault(
                $"names the column {position} ({string.Join(", ", parts)}), and (scorer, individual, "
                    + $"bodypart, coordinate) was expected"
            ),
        };
    }
}
