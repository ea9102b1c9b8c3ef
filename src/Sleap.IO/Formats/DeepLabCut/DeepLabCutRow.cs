using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.IO;

/// <summary>One frame of a DeepLabCut table: named by a picture, or numbered.</summary>
internal sealed class DeepLabCutRow
{
    private readonly double[] _numbers;

    private DeepLabCutRow(int line, string picture, int? frameNumber, double[] numbers)
    {
        Line = line;
        Picture = picture;
        FrameNumber = frameNumber;
        _numbers = numbers;
    }

    public int Line { get; }

    /// <summary>Path of the picture with forward slashes; the number as text in tables of predictions.</summary>
    public string Picture { get; }

    /// <summary>Frame number in tables of predictions; null where rows are named by picture.</summary>
    public int? FrameNumber { get; }

    public static DeepLabCutRow Read(int line, string[] cells, DeepLabCutHeader header, string path)
    {
        var expected = header.IndexColumns + header.Columns.Count;
        if (cells.Length != expected)
        {
            throw new PoseFormatException(
                path,
                $"line {line}",
                $"has {cells.Length} cells, and the header has {expected}."
            );
        }

        var picture = string.Join('/', cells.Take(header.IndexColumns)).Replace('\\', '/');
        var isNumber = int.TryParse(picture, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (picture.Length == 0)
            throw new PoseFormatException(path, $"line {line}", "names no picture.");
        var numbers = new double[header.Columns.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            // Most cells of a wide table are empty: animals that are not in the frame.
            var column = header.Columns[i];
            numbers[i] =
                cells[column.Position].Length == 0
                    ? double.NaN
                    : CsvFile.Number(cells[column.Position], path, line, column.Name);
        }
        return new DeepLabCutRow(line, picture, isNumber ? number : null, numbers);
    }

    /// <summary>A row that was read from elsewhere.</summary>
    public static DeepLabCutRow Of(int line, string picture, int? frameNumber, double[] numbers) =>
        new(line, picture, frameNumber, numbers);

    public ImmutableArray<Point> Points(DeepLabCutHeader header, string individual, Skeleton skeleton)
    {
        var (x, y, score) = (Filled(skeleton), Filled(skeleton), Filled(skeleton));
        foreach (var (place, column) in header.ColumnsOf(individual))
        {
            (
                column.Coordinate switch
                {
                    "x" => x,
                    "y" => y,
                    _ => score,
                }
            )[skeleton.IndexOf(column.Node)] = _numbers[place];
        }

        return
        [
            .. x.Select(
                (_, i) =>
                    double.IsNaN(x[i]) || double.IsNaN(y[i])
                        ? Point.Missing
                        : new Point(x[i], y[i], true, false, (float)score[i])
            ),
        ];
    }

    private static double[] Filled(Skeleton skeleton) => [.. Enumerable.Repeat(double.NaN, skeleton.Nodes.Length)];
}
