using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>How poses are drawn onto frames.</summary>
public sealed record DrawingOptions
{
    /// <summary>
    /// Radius of a node in pixels of the frame, more than 0. Default null: by the size of the largest instance so far, at most 3 in
    /// a frame of 480 rows.
    /// </summary>
    public double? NodeRadius { get; init; }

    /// <summary>Width of an edge in pixels of the frame, more than 0. Default null: half the radius of a node, at least 1.</summary>
    public double? EdgeWidth { get; init; }

    /// <summary>
    /// Predicted nodes with a lower score are left out. Default 0: all are drawn. Nodes without a score always are.
    /// </summary>
    public double MinScore { get; init; }

    /// <summary>
    /// Whether labels are drawn too, as rings with lines to their predictions, where a view has both labels and
    /// predictions. Default true.
    /// </summary>
    public bool ShowLabels { get; init; } = true;

    /// <summary>
    /// Colors of the instances, by track where there are tracks, or of the nodes where there is only one instance; they
    /// repeat when there are more. Default: Okabe and Ito's, which most color-blind people can distinguish, brighter
    /// for dark images.
    /// </summary>
    public ImmutableArray<Rgb> Palette { get; init; } =
    [
        new(255, 159, 28),
        new(86, 180, 233),
        new(0, 200, 140),
        new(240, 228, 66),
        new(225, 75, 40),
        new(90, 120, 255),
        new(225, 130, 190),
        new(170, 240, 240),
    ];

    /// <summary>Whether the names of tracks are drawn beside the instances. Default false.</summary>
    public bool ShowNames { get; init; }

    /// <summary>
    /// For how many past frames the path of an instance is drawn, 0 or more; frames must come in order. Default 0:
    /// none.
    /// </summary>
    public int TrailLength { get; init; }

    /// <summary>
    /// The node that the trail follows. Default null, and where it is missing: the mean of the visible nodes.
    /// </summary>
    public string? TrailNode { get; init; }

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal DrawingOptions Checked()
    {
        Columns.Checked();
        new OptionFaults("Drawing options")
            .Positive(nameof(NodeRadius), NodeRadius)
            .Positive(nameof(EdgeWidth), EdgeWidth)
            .If(double.IsNaN(MinScore), $"{nameof(MinScore)} is NaN")
            .If(Palette.IsDefaultOrEmpty, $"{nameof(Palette)} has no color")
            .NotNegative(nameof(TrailLength), TrailLength)
            .If(TrailNode == "", $"{nameof(TrailNode)} is empty, expected a node or null")
            .Throw();
        return this;
    }
}

/// <summary>A color, 8 bits a channel.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
public readonly record struct Rgb(byte Red, byte Green, byte Blue);
