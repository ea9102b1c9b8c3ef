using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>How poses are drawn onto frames.</summary>
public sealed record DrawingOptions
{
    /// <summary>Radius of a node in pixels. Default null: by the size of the frame, 3 for 480 rows.</summary>
    public double? NodeRadius { get; init; }

    /// <summary>Width of an edge in pixels. Default null: half the radius of a node, at least 1.</summary>
    public double? EdgeWidth { get; init; }

    /// <summary>Predicted nodes with a lower score are left out. Default 0: all are drawn. Nodes without a score always are.</summary>
    public double MinScore { get; init; }

    /// <summary>Whether labels are drawn too, as rings, where a view has both labels and predictions. Default true.</summary>
    public bool ShowLabels { get; init; } = true;

    /// <summary>Colours of the nodes of a single animal, or of the animals where there are several; begun again when they run out.</summary>
    public ImmutableArray<Rgb> Palette { get; init; } =
    [
        new(230, 25, 75), new(60, 180, 75), new(255, 225, 25), new(67, 133, 255), new(245, 130, 48), new(200, 80, 255), new(70, 240, 240), new(240, 50, 230),
    ];

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal DrawingOptions Checked()
    {
        Columns.Checked();
        List<string> faults = [];
        if (NodeRadius is { } radius && !(radius > 0))
            faults.Add($"{nameof(NodeRadius)} is {radius}, expected more than 0");
        if (EdgeWidth is { } width && !(width > 0))
            faults.Add($"{nameof(EdgeWidth)} is {width}, expected more than 0");
        if (double.IsNaN(MinScore))
            faults.Add($"{nameof(MinScore)} is NaN");
        if (Palette.IsDefaultOrEmpty)
            faults.Add($"{nameof(Palette)} has no colour");
        return faults.Count == 0 ? this : throw new ArgumentException($"Drawing options: {string.Join("; ", faults)}.");
    }
}
