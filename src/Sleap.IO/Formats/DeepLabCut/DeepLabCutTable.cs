using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// The header of a DeepLabCut table: rows scorer, individuals (only where there are several), bodyparts, coords; then one
/// column a number.
/// </summary>
internal sealed class DeepLabCutHeader
{
    private readonly Dictionary<string, (int, DeepLabCutColumn)[]> _columnsByIndividual;

    /// <summary>Cells of a header row, with those of columns that are passed over.</summary>
    private readonly int _width;

    private DeepLabCutHeader(int indexColumns, IReadOnlyList<DeepLabCutColumn> columns, int width)
    {
        _width = width;
        IndexColumns = indexColumns;
        Columns = columns;
        Nodes = [.. columns.Select(c => c.Node).Distinct()];
        Individuals = [.. columns.Select(c => c.Individual).Distinct()];
        _columnsByIndividual = columns
            .Select((c, i) => (i, c))
            .GroupBy(c => c.c.Individual)
            .ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Columns before the first number: one with a path, or three with its parts.</summary>
    public int IndexColumns { get; }

    public IReadOnlyList<DeepLabCutColumn> Columns { get; }

    /// <summary>Body parts in the order of the file.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>Names of individuals in the order of the file; one empty name when the table has none.</summary>
    public IReadOnlyList<string> Individuals { get; }

    /// <summary>The columns of one individual, with their place among all columns.</summary>
    public IReadOnlyList<(int Place, DeepLabCutColumn Column)> ColumnsOf(string individual) =>
        _columnsByIndividual[individual];

    /// <summary>
    /// Refuses a row of another length than the header's. Spreadsheets leave out empty cells at the end of a row, which
    /// then ends between two points.
    /// </summary>
    public void CheckLength(CsvRow row)
    {
        var expected = Columns[^1].Position + 1;
        var missing = Columns.Count(c => c.Position >= row.Count);
        var isCut = missing > 0 && (missing == Columns.Count || Columns[^missing].IsSamePoint(Columns[^(missing + 1)]));
        var hasMore = row.Cells.Skip(_width).Any(c => c.Length > 0);
        if (isCut || hasMore)
            throw row.Fault($"has {row.Count} cells, and the header has {expected}");
    }

    /// <summary>A header whose columns were read from elsewhere.</summary>
    public static DeepLabCutHeader Of(IReadOnlyList<DeepLabCutColumn> columns, string path) =>
        columns.Select(c => c with { Position = 0 }).Distinct().Count() == columns.Count && columns.Count > 0
            ? new DeepLabCutHeader(1, columns, columns.Count + 1)
            : throw new PoseFormatException(path, "columns", "there are none, or two of one name.");

    /// <summary>The four rows with names, and one that pandas writes for the name of the index.</summary>
    public const int MaxRows = 5;

    public static bool Matches(IReadOnlyList<string> firstRow) => firstRow[0] == "scorer";

    /// <summary>Reads the header from the first <see cref="MaxRows"/> rows; gives back how many it takes.</summary>
    public static DeepLabCutHeader Read(IReadOnlyList<CsvRow> rows, string path, out int count)
    {
        var named = new Dictionary<string, CsvRow>();
        foreach (var row in rows.TakeWhile(r => r[0] is "scorer" or "individuals" or "bodyparts" or "coords"))
        {
            if (!named.TryAdd(row[0], row))
                throw row.Fault($"the header row '{row[0]}' is there twice");
        }
        count = named.Count;
        if (count < rows.Count && IsIndexName(rows[count]))
            count++;
        foreach (var name in new[] { "scorer", "bodyparts", "coords" })
        {
            if (!named.ContainsKey(name))
                throw new PoseFormatException(path, "header", $"the row '{name}' is missing.");
        }
        var coords = named["coords"];
        var first = coords.Cells.ToList().FindIndex(c => c is "x" or "y" or "likelihood");
        if (first is not (1 or 3))
        {
            throw new PoseFormatException(
                path,
                "header",
                "the row 'coords' has its first x, y or likelihood neither behind one column nor behind three."
            );
        }

        if (named.Values.Any(r => r.Count != coords.Count))
            throw new PoseFormatException(path, "header", "its rows are not of one length.");
        var (columns, seen) = (new List<DeepLabCutColumn>(), new HashSet<DeepLabCutColumn>());
        for (var i = first; i < coords.Count; i++)
        {
            // Columns of a spreadsheet's trailing commas, and the column 'set' of Lightning Pose.
            if (coords[i].Length == 0 && named["bodyparts"][i].Length == 0)
                continue;
            var column = new DeepLabCutColumn(
                i,
                named.TryGetValue("individuals", out var individuals) ? individuals[i] : "",
                named["bodyparts"][i],
                coords[i]
            );
            if (column.Coordinate is not ("x" or "y" or "likelihood"))
            {
                throw new PoseFormatException(
                    path,
                    $"header, column {i + 1}",
                    $"the coordinate is '{OneLine.Short(column.Coordinate)}', and x, y or likelihood was expected."
                );
            }

            if (!seen.Add(column with { Position = 0 }))
            {
                throw new PoseFormatException(
                    path,
                    $"header, column {i + 1}",
                    $"{OneLine.Short(column.Name)} is there twice."
                );
            }

            columns.Add(column);
        }
        return new DeepLabCutHeader(first, columns, coords.Count);
    }

    /// <summary>A row with nothing but a word, neither an image's name nor a frame's number.</summary>
    private static bool IsIndexName(CsvRow row) =>
        row[0].Length > 0
        && row[0].AsSpan().IndexOfAnyInRange('0', '9') < 0
        && !row[0].Contains('.')
        && row.Cells.Skip(1).All(c => c.Length == 0);
}

/// <summary>One frame of a DeepLabCut table: named by an image, or numbered.</summary>
/// <param name="image">Path of the image with forward slashes; the number as text in tables of predictions.</param>
/// <param name="frameNumber">Frame number in tables of predictions; null where rows are named by image.</param>
/// <param name="numbers">The values of the header's columns; NaN for an empty cell.</param>
internal sealed class DeepLabCutRow(string image, int? frameNumber, double[] numbers)
{
    public string Image => image;

    public int? FrameNumber => frameNumber;

    public static DeepLabCutRow Read(CsvRow row, DeepLabCutHeader header)
    {
        header.CheckLength(row);
        var image = string.Join('/', row.Cells.Take(header.IndexColumns)).Replace('\\', '/');
        var isNumber = int.TryParse(image, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (image.Length == 0)
            throw row.Fault("names no image");
        var numbers = new double[header.Columns.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            // Most cells of a wide table are empty: individuals that are not in the frame.
            var column = header.Columns[i];
            numbers[i] = row.Number(column.Position, column.Name);
        }
        return new DeepLabCutRow(image, isNumber ? number : null, numbers);
    }

    public ImmutableArray<Point> Points(DeepLabCutHeader header, string individual, Skeleton skeleton)
    {
        var points = new Point[skeleton.Nodes.Length];
        Array.Fill(points, new Point(double.NaN, double.NaN));
        foreach (var (place, column) in header.ColumnsOf(individual))
        {
            ref var point = ref points[skeleton.IndexOf(column.Node)];
            point = column.Coordinate switch
            {
                "x" => point with { X = numbers[place] },
                "y" => point with { Y = numbers[place] },
                _ => point with { Score = (float)numbers[place] },
            };
        }
        return [.. points.Select(p => p.IsMissing ? Point.Missing : p)];
    }
}

/// <summary>One column of numbers in a DeepLabCut table.</summary>
internal sealed record DeepLabCutColumn(int Position, string Individual, string Node, string Coordinate)
{
    /// <summary>What messages call it.</summary>
    public string Name { get; } = $"{Individual} {Node} {Coordinate}".Trim();

    public bool IsSamePoint(DeepLabCutColumn other) => (Individual, Node) == (other.Individual, other.Node);
}
