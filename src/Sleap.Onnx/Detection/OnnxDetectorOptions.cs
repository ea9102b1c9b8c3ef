using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Options of <see cref="OnnxCatalog.FromOnnxDetector"/>: how boxes are read from the outputs.</summary>
public sealed record OnnxDetectorOptions
{
    /// <summary>How the outputs are laid out. Default: told from their shapes.</summary>
    public BoxLayout Layout { get; init; } = BoxLayout.Auto;

    /// <summary>
    /// Whether the four numbers of a box are left, top, right and bottom; false: x and y of its center, width and
    /// height. Null (default): center and size in the layouts of YOLO, corners in the others.
    /// </summary>
    public bool? AreCorners { get; init; }

    /// <summary>
    /// Whether boxes are given as fractions of the input's width and height, from 0 to 1. Default false: in pixels of
    /// the input.
    /// </summary>
    public bool AreNormalized { get; init; }

    /// <summary>
    /// Name of the output with the boxes, or with boxes and scores; null (default): found by its shape.
    /// </summary>
    public string? BoxesOutput { get; init; }

    /// <summary>For <see cref="BoxLayout.Separate"/>: name of the output with the scores; null (default): found by its
    /// name or shape.</summary>
    public string? ScoresOutput { get; init; }

    /// <summary>For <see cref="BoxLayout.Separate"/>: name of the output with the classes; null (default): found by its
    /// name or shape, or there is none.</summary>
    public string? LabelsOutput { get; init; }

    /// <summary>Numbers of the classes that are kept, from 0; null (default): all.</summary>
    public IReadOnlyList<int>? Classes { get; init; }

    /// <summary>Boxes of a lower score are dropped; 0 to 1. Default 0.25.</summary>
    public float MinScore { get; init; } = 0.25f;

    /// <summary>
    /// Of two boxes of a class whose intersection over union is larger, the one with the lower score is dropped;
    /// 0 to 1. Default 0.45. 1 keeps all, for a graph that has its own suppression.
    /// </summary>
    public float MaxOverlap { get; init; } = 0.45f;

    /// <summary>The most boxes of a frame, at least 1; those of the highest scores are kept. Default 100.</summary>
    public int MaxBoxes { get; init; } = 100;

    /// <summary>
    /// Height of the input in pixels, for a graph that takes any, together with <see cref="Width"/>; null (default):
    /// that of the first frame, rounded up to a multiple of 32.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Width of the input in pixels, see <see cref="Height"/>.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// What gray levels (0 to 255) are multiplied by, more than 0. Null (default): 1/255, or 1 for a graph that takes
    /// bytes.
    /// </summary>
    public float? PixelScale { get; init; }

    /// <summary>Input: the frames. Default "Image".</summary>
    public string ImageColumn { get; init; } = "Image";

    /// <summary>
    /// Output: left, top, right and bottom of each box in pixels of the frame, Vector&lt;Single, *, 4&gt;, by falling
    /// score. Pixel centers are whole numbers, so a box of the whole frame begins at −0.5. Default
    /// "PredictedBoundingBoxes".
    /// </summary>
    public string BoxesColumn { get; init; } = "PredictedBoundingBoxes";

    /// <summary>Output: the score of each box, Vector&lt;Single, *&gt;. Default "BoundingBoxScore".</summary>
    public string ScoreColumn { get; init; } = "BoundingBoxScore";

    /// <summary>Output: the number of each box's class, from 0, Vector&lt;Single, *&gt;. Default
    /// "BoundingBoxClass".</summary>
    public string ClassColumn { get; init; } = "BoundingBoxClass";

    /// <summary>
    /// What computes; a saved detector is loaded for the CPU. Default <see cref="OnnxProvider.Cpu"/>.
    /// </summary>
    public OnnxProvider Provider { get; init; } = OnnxProvider.Cpu;

    /// <summary>Number of the GPU, 0 or more; no effect on a CPU. Default 0.</summary>
    public int DeviceId { get; init; }

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal OnnxDetectorOptions Checked()
    {
        new OptionFaults(nameof(OnnxDetectorOptions))
            .Defined(nameof(Layout), Layout)
            .Within(nameof(MinScore), MinScore, 0, 1)
            .Within(nameof(MaxOverlap), MaxOverlap, 0, 1)
            .AtLeast(nameof(MaxBoxes), MaxBoxes, 1)
            .AtLeast(nameof(Height), Height, 1)
            .AtLeast(nameof(Width), Width, 1)
            .If(Height is null != Width is null, $"{nameof(Height)} and {nameof(Width)} go together")
            .Positive(nameof(PixelScale), PixelScale)
            .If(string.IsNullOrEmpty(ImageColumn), $"{nameof(ImageColumn)} is empty")
            .OutputNames(BoxesColumn, ScoreColumn, ClassColumn)
            .Defined(nameof(Provider), Provider)
            .AtLeast(nameof(DeviceId), DeviceId, 0)
            .Throw();
        return this;
    }
}

/// <summary>
/// How the outputs of a detector are laid out: N candidates, C classes. Sizes are without the axis of the batch.
/// </summary>
public enum BoxLayout
{
    /// <summary>
    /// <see cref="Separate"/> if the outputs have these shapes; <see cref="Rows"/> for (N, 6);
    /// <see cref="YoloColumns"/> or <see cref="YoloRows"/> otherwise, the longer axis for the candidates. So
    /// <see cref="YoloObjectness"/>, and <see cref="YoloRows"/> of two classes, must be named.
    /// </summary>
    Auto,

    /// <summary>(N, 4 + C): the box and the score of each class.</summary>
    YoloRows,

    /// <summary>(4 + C, N): the same, transposed, as YOLOv8 and its successors are exported.</summary>
    YoloColumns,

    /// <summary>
    /// (N, 5 + C): the box, how certain it is that there is an object, and the score of each class; the product is the
    /// score. YOLOv5 and YOLOv7.
    /// </summary>
    YoloObjectness,

    /// <summary>(N, 6): the box, its score, and its class; graphs with their own suppression.</summary>
    Rows,

    /// <summary>
    /// Boxes (N, 4), scores (N) or (N, C), and, if the scores are (N), classes (N) or none: the detectors of
    /// torchvision.
    /// </summary>
    Separate,
}
