using System.Globalization;
using System.Text.RegularExpressions;

namespace Sleap.IO;

/// <summary>
/// Reads DeepLabCut's HDF5: a table that pandas wrote through PyTables, in the group df_with_missing (or keypoints): an
/// index of image names or frame numbers, one block of float64, and the names of its columns as a pickle in an
/// attribute.
/// </summary>
internal static class DeepLabCutHdf5
{
    private static readonly string[] Groups = ["df_with_missing", "keypoints", "df"];

    public static bool Matches(Hdf5Reader file) => Groups.Any(g => file.Contains($"{g}/table"));

    public static Labels Read(Hdf5Reader file, LabelsReadOptions options)
    {
        var table = $"{Groups.First(g => file.Contains($"{g}/table"))}/table";
        PoseFormatException Fault(string cause) => new(file.Path, $"{table}@values_block_0_kind", $"{cause}.");
        var kind = file.ReadTextAttribute(table, "values_block_0_kind") ?? throw Fault("is not there");
        var names = PickledList.Read(kind, Fault).Select((c, i) => Column(c, i, Fault)).ToList();
        var header = DeepLabCutHeader.Of(names, file.Path);
        var rows = file.ReadIndexedRows(table, "index", "values_block_0", names.Count)
            .Select(r => new DeepLabCutRow(r.Index, r.Number, r.Values))
            .ToList();
        return DeepLabCutReader.Read(rows, header, file.Path, options);
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
                $"names the column {position} ({OneLine.Some(parts)}), and (scorer, individual, bodypart, "
                    + "coordinate) was expected"
            ),
        };
    }
}

/// <summary>
/// The lists of texts and tuples that pandas leaves in HDF5 attributes as Python pickles of protocol 0. Only values are
/// read: anything that would make Python run code is refused.
/// </summary>
internal static partial class PickledList
{
    private const int MaxValues = 1 << 20;

    /// <summary>Reads a pickle of nested lists and tuples of texts, numbers and None.</summary>
    /// <param name="text">The pickle.</param>
    /// <param name="fault">Makes the exception for a cause.</param>
    public static List<object?> Read(string text, Func<string, PoseFormatException> fault)
    {
        var (stack, marks, memory) = (new List<object?>(), new Stack<int>(), new Dictionary<string, object?>());
        object? Pop()
        {
            if (stack.Count == 0)
                throw fault("is a damaged pickle");
            var top = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            return top;
        }

        List<object?> FromMark()
        {
            if (!marks.TryPop(out var mark) || mark > stack.Count)
                throw fault("is a damaged pickle");
            var taken = stack[mark..];
            stack.RemoveRange(mark, stack.Count - mark);
            return taken;
        }

        for (var at = 0; at < text.Length; )
        {
            var code = text[at++];
            if (stack.Count > MaxValues)
                throw fault("is a pickle without end");
            switch (code)
            {
                case '(':
                    marks.Push(stack.Count);
                    break;
                case 'l' or 't':
                    stack.Add(FromMark());
                    break;
                case 'a':
                    var item = Pop();
                    if (stack.Count == 0 || stack[^1] is not List<object?> list)
                        throw fault("is a damaged pickle");
                    list.Add(item);
                    break;
                case 'V':
                    stack.Add(Unescaped(Line(text, ref at, fault)));
                    break;
                case 'S':
                    stack.Add(Line(text, ref at, fault).Trim('\'', '"'));
                    break;
                case 'I' or 'L' or 'F':
                    stack.Add(Line(text, ref at, fault).TrimEnd('L'));
                    break;
                case 'N':
                    stack.Add(null);
                    break;
                case 'p':
                    memory[Line(text, ref at, fault)] =
                        stack.Count > 0 ? stack[^1] : throw fault("is a damaged pickle");
                    break;
                case 'g':
                    stack.Add(
                        memory.TryGetValue(Line(text, ref at, fault), out var kept)
                            ? kept
                            : throw fault("is a damaged pickle")
                    );
                    break;
                case '.':
                    return Pop() as List<object?> ?? throw fault("is a pickle of something else than a list");
                default:
                    throw fault($"is a pickle with the instruction '{code}', and only lists of texts are read");
            }
        }
        throw fault("is a pickle without an end");
    }

    private static string Line(string text, ref int at, Func<string, PoseFormatException> fault)
    {
        var end = text.IndexOf('\n', at);
        if (end < 0)
            throw fault("is a damaged pickle");
        var line = text[at..end];
        at = end + 1;
        return line;
    }

    private static string Unescaped(string text) =>
        Escape()
            .Replace(
                text,
                m =>
                    (
                        (char)int.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    ).ToString()
            );

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex Escape();
}
