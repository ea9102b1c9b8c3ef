using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// A DataFrame of numbers that pandas wrote to HDF5 through PyTables, in either of its layouts. "Table" is a dataset of
/// rows: the index, and a column for each block. "Fixed" has a dataset for each block and for each axis, which is a
/// list of names or, with several levels, one of names for each level and of the numbers of names for each place. A
/// block holds the columns of one type.
/// </summary>
/// <param name="Columns">The columns' names, a text for each level.</param>
/// <param name="Rows">The rows' names, with levels joined by '/', and their numbers where they are such.</param>
/// <param name="Values">Values of each row in the order of the columns; NaN where missing.</param>
internal sealed record PandasFrame(
    IReadOnlyList<string[]> Columns,
    IReadOnlyList<(string Name, int? Number)> Rows,
    IReadOnlyList<double[]> Values
)
{
    /// <summary>Letters of all names of an axis: far more than a table has, and a bound for damaged files.</summary>
    private const long MaxLetters = 1L << 26;

    /// <summary>What a place takes without its letters, counted in letters.</summary>
    private const long PlaceLetters = 8;

    private const string BlockColumn = "values_block_";

    /// <summary>Whether a group holds a DataFrame.</summary>
    public static bool Matches(Hdf5Reader file, string group) =>
        !file.IsDataset(group)
        && (file.Contains($"{group}/table") || file.Contains($"{group}/axis1") || HasLevels(file, group, "axis1"));

    /// <summary>Reads the DataFrame of a group.</summary>
    /// <exception cref="PoseFormatException">It is damaged, or holds something else than numbers.</exception>
    public static PandasFrame Read(Hdf5Reader file, string group) =>
        file.Contains($"{group}/table") ? ReadTable(file, group) : ReadFixed(file, group);

    private static PandasFrame ReadTable(Hdf5Reader file, string group)
    {
        var table = $"{group}/table";
        var blocks = file.Fields(table).Where(f => f.StartsWith(BlockColumn, StringComparison.Ordinal)).ToList();
        var names = blocks.SelectMany(b => PickledNames(file, table, $"{b}_kind")).ToList();
        var rows = file.ReadIndexedRows(table, "index", blocks);
        if (rows.Any(r => r.Values.Length != names.Count))
            throw Fault(file, table, $"has not as many numbers in a row as the {names.Count} columns that it names");
        var frame = new PandasFrame(names, [.. rows.Select(r => (r.Index, r.Number))], [.. rows.Select(r => r.Values)]);
        return blocks.Count == 1 ? frame : frame.Ordered(PickledNames(file, group, "non_index_axes"), file, group);
    }

    /// <summary>A pickled list of names, or of the axes with their names, of which there is one.</summary>
    private static List<string[]> PickledNames(Hdf5Reader file, string owner, string attribute)
    {
        var place = $"{owner}@{attribute}";
        var pickle = file.ReadAttributeBytes(owner, attribute) ?? throw Fault(file, place, "is not there");
        var list = PythonPickle.ReadList(pickle, cause => Fault(file, place, cause));
        if (list is [List<object?> and [double, List<object?> names]])
            list = names;
        List<string[]> texts =
        [
            .. list.Select(c => c is List<object?> levels ? levels.Select(Text).ToArray() : [Text(c)]),
        ];
        CheckLetters(texts.Sum(t => t.Sum(l => (long)l.Length)), texts.Count, file, place);
        return texts;
    }

    private static PandasFrame ReadFixed(Hdf5Reader file, string group)
    {
        var (columns, rows) = (Axis(file, group, "axis0"), Axis(file, group, "axis1"));
        var (names, blocks) = (new List<string[]>(), new List<(double[] Numbers, int Width, bool IsByRow)>());
        for (var b = 0; file.Contains($"{group}/block{b}_values"); b++)
        {
            var of = Axis(file, group, $"block{b}_items");
            blocks.Add(Block(file, $"{group}/block{b}_values", of, rows.Count));
            names.AddRange(of);
        }
        var values = rows.Select(_ => new double[names.Count]).ToList();
        var start = 0;
        foreach (var (numbers, width, isByRow) in blocks)
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                var (row, column) = isByRow ? (i / width, i % width) : (i % rows.Count, i / rows.Count);
                values[row][start + column] = numbers[i];
            }
            start += width;
        }
        return new PandasFrame(names, [.. rows.Select(r => RowName(file, group, r))], values).Ordered(
            columns,
            file,
            group
        );
    }

    /// <summary>The same with the columns in another order, which must be the same ones.</summary>
    private PandasFrame Ordered(List<string[]> columns, Hdf5Reader file, string group)
    {
        var places = new Dictionary<string, int>();
        for (var i = 0; i < Columns.Count; i++)
            places.TryAdd(Joined(Columns[i]), i);
        if (places.Count != columns.Count || columns.Find(c => !places.ContainsKey(Joined(c))) is not null)
            throw Fault(file, group, $"has other columns in its blocks than the {columns.Count} of its axis");
        int[] order = [.. columns.Select(c => places[Joined(c)])];
        return this with { Columns = columns, Values = [.. Values.Select(row => order.Select(i => row[i]).ToArray())] };
    }

    /// <summary>The numbers of a block, and whether they lie a row at a time.</summary>
    private static (double[] Numbers, int Width, bool IsByRow) Block(
        Hdf5Reader file,
        string dataset,
        List<string[]> names,
        int rows
    )
    {
        var isByRow = file.ReadNumberAttribute(dataset, "transposed") is > 0;
        long[] expected = isByRow ? [rows, names.Count] : [names.Count, rows];
        double[] numbers;
        long[] sizes;
        if (IsEmpty(file, dataset))
        {
            (numbers, sizes) = ([], expected.Contains(0) ? expected : [0, 0]);
        }
        else if (file.IsNumber(dataset))
        {
            (numbers, sizes) = (file.ReadNumbers<double>(dataset), file.Sizes(dataset));
        }
        else
        {
            var array = Pickled(file, dataset) as PickledArray ?? throw Fault(file, dataset, "is not an array");
            numbers = [.. array.Items.Select(v => Number(v) ?? throw NoNumber(v))];
            sizes = array.Sizes;
        }
        PoseFormatException NoNumber(object? value) =>
            Fault(
                file,
                dataset,
                $"holds '{Text(value)}' in the columns {string.Join(", ", names.Take(6).Select(Joined))}, and numbers "
                    + "were expected"
            );
        return sizes.SequenceEqual(expected)
            ? (numbers, names.Count, isByRow)
            : throw Fault(
                file,
                dataset,
                $"has {string.Join(" x ", sizes)} values, and {string.Join(" x ", expected)} were expected"
            );
    }

    /// <summary>The names of an axis, a text for each level; an empty one for a place without.</summary>
    private static List<string[]> Axis(Hdf5Reader file, string group, string axis)
    {
        if (!HasLevels(file, group, axis))
            return [.. Names(file, $"{group}/{axis}").Select(n => new[] { n })];
        var (levels, codes) = (new List<IReadOnlyList<string>>(), new List<int[]>());
        for (var l = 0; file.Contains($"{group}/{axis}_level{l}"); l++)
        {
            levels.Add(Names(file, $"{group}/{axis}_level{l}"));
            var labels = $"{group}/{axis}_label{l}";
            codes.Add(IsEmpty(file, labels) ? [] : file.ReadNumbers<int>(labels));
            if (codes[l].Length != codes[0].Length || codes[l].Any(c => c < -1 || c >= levels[l].Count))
                throw Fault(file, labels, $"does not number {codes[0].Length} of the {levels[l].Count} names");
        }
        CheckLetters(
            codes.Select((c, l) => c.Sum(code => code < 0 ? 0L : levels[l][code].Length)).Sum(),
            codes.Sum(c => (long)c.Length),
            file,
            $"{group}/{axis}"
        );
        return
        [
            .. Enumerable
                .Range(0, codes[0].Length)
                .Select(i => levels.Select((names, l) => codes[l][i] < 0 ? "" : names[codes[l][i]]).ToArray()),
        ];
    }

    /// <summary>Refuses a small file that would need much memory: each place may refer to one long name.</summary>
    private static void CheckLetters(long letters, long places, Hdf5Reader file, string place)
    {
        if (letters + (places * PlaceLetters) > MaxLetters)
            throw Fault(file, place, $"has {places:N0} names of {letters:N0} letters, which no table has");
    }

    private static bool HasLevels(Hdf5Reader file, string group, string axis) =>
        file.Contains($"{group}/{axis}_level0");

    private static IReadOnlyList<string> Names(Hdf5Reader file, string dataset) =>
        IsEmpty(file, dataset) ? []
        : file.IsNumber(dataset) ? [.. file.ReadNumbers<double>(dataset).Select(n => Text(n))]
        : file.IsText(dataset) ? file.ReadTexts(dataset)
        : Pickled(file, dataset) switch
        {
            PickledArray { Sizes.Length: 1 } array => [.. array.Items.Select(Text)],
            List<object?> list => [.. list.Select(Text)],
            _ => throw Fault(file, dataset, "is not a list of names"),
        };

    /// <summary>An object that PyTables pickled: the bytes of the one row of a ragged array.</summary>
    private static object? Pickled(Hdf5Reader file, string dataset) =>
        PythonPickle.Read(file.ReadByteRow(dataset, 0), cause => Fault(file, dataset, cause));

    /// <summary>Of an array without elements pandas writes one of one element, and the sizes beside.</summary>
    private static bool IsEmpty(Hdf5Reader file, string dataset) =>
        file.ReadTextAttribute(dataset, "shape") is not null;

    private static (string Name, int? Number) RowName(Hdf5Reader file, string group, string[] levels)
    {
        var name = string.Join('/', levels).Replace('\\', '/');
        if (levels.Any(l => l.Length == 0))
            throw Fault(file, $"{group}/axis1", $"has the name '{name}'");
        return (
            name,
            int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null
        );
    }

    private static string Joined(string[] levels) => string.Join(' ', levels);

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static double? Number(object? value) =>
        value switch
        {
            null => double.NaN,
            double number => number,
            string text when text.Length == 0 => double.NaN,
            string text when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };

    private static PoseFormatException Fault(Hdf5Reader file, string place, string cause) =>
        new(file.Path, place, $"{cause}.");
}
