using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>A box in a frame.</summary>
/// <param name="Box">Its edges, in the pixels of the input: the corner of the image is (0, 0).</param>
/// <param name="Score">Its score.</param>
/// <param name="Class">The number of its class.</param>
internal readonly record struct DetectedBox(Box Box, float Score, int Class);

/// <summary>An output of a detector for one image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Its numbers, the last axis innermost.</param>
internal sealed record DetectorOutput(string Name, IReadOnlyList<int> Shape, float[] Values)
{
    /// <summary>
    /// The output as a matrix: without the axis of the batch if it has three axes. A matrix has no such axis; its first
    /// axis is that of the boxes, also where there is only one.
    /// </summary>
    public DetectorOutput AsMatrix => Shape.Count == 3 ? WithoutBatch : this;

    /// <summary>The output without its first axis, if that is 1 and not the only one.</summary>
    public DetectorOutput WithoutBatch => Shape is [1, _, ..] ? this with { Shape = [.. Shape.Skip(1)] } : this;

    public override string ToString() => $"{Name} ({string.Join(", ", Shape)})";
}

/// <summary>Makes boxes of the outputs of a detector.</summary>
internal sealed class BoxDecoder(OnnxDetectorOptions options)
{
    private const int Sides = 4;

    /// <summary>The boxes of an image that are kept, by falling score.</summary>
    /// <param name="outputs">Outputs of numbers.</param>
    /// <param name="height">Height of the input, for boxes that are fractions of it.</param>
    /// <param name="width">Width of the input.</param>
    /// <exception cref="InvalidDataException">The outputs have another layout, or values that are no
    /// numbers.</exception>
    public IReadOnlyList<DetectedBox> Decode(IReadOnlyList<DetectorOutput> outputs, int height, int width)
    {
        var (layout, boxes, others) = Find(outputs);
        var found = layout switch
        {
            BoxLayout.Separate => Separate(boxes, others),
            BoxLayout.Rows => Candidates(boxes, 6, 1, row => (row(4), Class(boxes, row(5)))),
            BoxLayout.YoloObjectness => Yolo(boxes, 1, hasObjectness: true),
            BoxLayout.YoloColumns => Yolo(boxes, 0, hasObjectness: false),
            _ => Yolo(boxes, 1, hasObjectness: false),
        };
        var (x, y) = options.AreNormalized ? (width, height) : (1, 1);
        var areCorners = options.AreCorners ?? layout is BoxLayout.Rows or BoxLayout.Separate;
        return Suppress([
            .. found
                // Graphs that always give the same number of rows fill them up with class −1.
                .Where(candidate => candidate.Score >= options.MinScore && candidate.Class >= 0)
                .Where(candidate => options.Classes?.Contains(candidate.Class) ?? true)
                .Select(candidate => candidate with { Box = BoxOf(candidate.Box, areCorners, x, y) })
                .Where(candidate => candidate.Box.Area > 0),
        ]);
    }

    private static Box BoxOf(Box numbers, bool areCorners, int x, int y)
    {
        var (a, b, c, d) = numbers;
        var (left, top, right, bottom) = areCorners
            ? (a, b, c, d)
            : (a - (c / 2), b - (d / 2), a + (c / 2), b + (d / 2));
        return new(left * x, top * y, right * x, bottom * y);
    }

    // Non-maximum suppression within each class.
    private List<DetectedBox> Suppress(List<DetectedBox> found)
    {
        List<DetectedBox> kept = [];
        foreach (var next in found.OrderByDescending(candidate => candidate.Score))
        {
            if (kept.Count == options.MaxBoxes)
                break;
            if (!kept.Any(box => box.Class == next.Class && Box.Iou(box.Box, next.Box) > options.MaxOverlap))
                kept.Add(next);
        }
        return kept;
    }

    // The layout, the output with the boxes, and the other outputs, without the axis of the batch if the boxes have it.
    private (BoxLayout, DetectorOutput, IReadOnlyList<DetectorOutput>) Find(IReadOnlyList<DetectorOutput> outputs)
    {
        var matrices = outputs
            .Where(output => output.AsMatrix.Shape.Count == 2)
            .OrderByDescending(output => output.Name.Contains("box", StringComparison.OrdinalIgnoreCase))
            .ThenByDescending(output => output.Shape.Count)
            .ToList();
        var isSeparate =
            options.Layout is BoxLayout.Separate
            || (
                options.Layout is BoxLayout.Auto
                && outputs.Count > 1
                && matrices.Exists(output => output.AsMatrix.Shape[1] == Sides)
            );
        var expected = isSeparate ? "boxes (N, 4)" : "boxes and scores (N, 4 + classes)";
        var found = options.BoxesOutput is { } name
            ? Named(outputs, name)
            : matrices.Find(output => !isSeparate || output.AsMatrix.Shape[1] == Sides)
                ?? throw Wrong(outputs, expected);
        var boxes = found.AsMatrix;
        if (boxes.Shape.Count != 2 || (isSeparate && boxes.Shape[1] != Sides))
            throw Wrong([found], expected);
        var layout =
            options.Layout is not BoxLayout.Auto ? options.Layout
            : isSeparate ? BoxLayout.Separate
            : boxes.Shape[1] == 6 ? BoxLayout.Rows
            : AreColumns(boxes.Shape[0], boxes.Shape[1]) ? BoxLayout.YoloColumns
            : BoxLayout.YoloRows;
        var others = outputs.Where(output => output != found);
        return (layout, boxes, [.. found == boxes ? others : others.Select(output => output.WithoutBatch)]);
    }

    // Box and classes are fewer than candidates, but at least five.
    private static bool AreColumns(int rows, int columns) => rows > Sides && (columns <= Sides || rows < columns);

    private static IEnumerable<DetectedBox> Yolo(DetectorOutput output, int axis, bool hasObjectness)
    {
        var first = hasObjectness ? Sides + 1 : Sides;
        var width = output.Shape[axis];
        if (width <= first)
        {
            throw Wrong(
                [output],
                $"a box{(hasObjectness ? ", an object score" : "")} and at least one class: more than {first} numbers"
            );
        }
        return Candidates(output, width, axis, row => Best(output, row, first, width, hasObjectness ? row(Sides) : 1));
    }

    private IEnumerable<DetectedBox> Separate(DetectorOutput boxes, IReadOnlyList<DetectorOutput> others)
    {
        var count = boxes.Shape[0];
        var scores =
            Output(options.ScoresOutput, "score", static _ => true)
            ?? throw Wrong(others, "scores (N) or (N, classes)");
        if (scores.Shape.Count is 0 or > 2 || scores.Shape[0] != count)
            throw Wrong([scores], $"scores ({count}) or ({count}, classes), one for each box");
        var classes = scores.Shape.Count == 2 ? scores.Shape[1] : 1;
        var labels =
            scores.Shape.Count == 1
                ? Output(options.LabelsOutput, "label", output => output != scores && output.Shape.Count == 1)
                : null;
        if (labels is not null && (labels.Shape.Count != 1 || labels.Shape[0] != count))
            throw Wrong([labels], $"classes ({count}), one for each box");
        var index = 0;
        foreach (var box in Candidates(boxes, Sides, 1, _ => (0, 0)))
        {
            var at = index++ * classes;
            var (score, kind) =
                scores.Shape.Count == 2
                    ? Best(scores, column => scores.Values[at + column], 0, classes, 1)
                    : (scores.Values[at], labels is null ? 0 : Class(labels, labels.Values[at]));
            yield return box with
            {
                Score = Finite(scores, score),
                Class = kind,
            };
        }

        DetectorOutput? Output(string? name, string part, Func<DetectorOutput, bool> fits) =>
            name is not null
                ? Named(others, name)
                : others.FirstOrDefault(output => output.Name.Contains(part, StringComparison.OrdinalIgnoreCase))
                    ?? others.FirstOrDefault(fits);
    }

    /// <summary>The candidates of an output.</summary>
    /// <param name="output">A matrix whose other axis is the numbers of a candidate.</param>
    /// <param name="width">How many numbers a candidate must have.</param>
    /// <param name="axis">The axis of these numbers.</param>
    /// <param name="read">Score and class of the numbers of a candidate.</param>
    private static IEnumerable<DetectedBox> Candidates(
        DetectorOutput output,
        int width,
        int axis,
        Func<Func<int, float>, (float Score, int Class)> read
    )
    {
        if (output.Shape[axis] != width)
            throw Wrong([output], $"{width} numbers for each box");
        var count = output.Shape[1 - axis];
        var (step, next) = axis == 1 ? (1, width) : (count, 1);
        for (var candidate = 0; candidate < count; candidate++)
        {
            var start = candidate * next;
            float Number(int column) => output.Values[start + (column * step)];
            var (score, kind) = read(Number);
            var box = new Box(
                Finite(output, Number(0)),
                Finite(output, Number(1)),
                Finite(output, Number(2)),
                Finite(output, Number(3))
            );
            yield return new(box, Finite(output, score), kind);
        }
    }

    private static (float Score, int Class) Best(
        DetectorOutput output,
        Func<int, float> numbers,
        int first,
        int end,
        float factor
    )
    {
        var (score, best) = (float.NegativeInfinity, 0);
        for (var column = first; column < end; column++)
        {
            var value = Finite(output, numbers(column));
            if (value > score)
                (score, best) = (value, column - first);
        }
        return (score * factor, best);
    }

    private static int Class(DetectorOutput output, float number) =>
        (int)Math.Clamp(Finite(output, number), -1, int.MaxValue / 2);

    private static float Finite(DetectorOutput output, float value) =>
        float.IsFinite(value)
            ? value
            : throw new InvalidDataException(
                $"The detector's output {output} has the value {value}, expected finite numbers."
            );

    private static DetectorOutput Named(IReadOnlyList<DetectorOutput> outputs, string name) =>
        outputs.FirstOrDefault(output => output.Name == name) ?? throw Wrong(outputs, $"an output '{name}'");

    private static InvalidDataException Wrong(IReadOnlyList<DetectorOutput> outputs, string expected) =>
        new(
            $"The detector has the output{(outputs.Count == 1 ? "" : "s")} {string.Join(", ", outputs)}, expected "
                + $"{expected}. {nameof(OnnxDetectorOptions)} names the layout and the outputs."
        );
}
