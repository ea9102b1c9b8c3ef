using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Units and sizes of charts.</summary>
public sealed record PlotOptions
{
    /// <summary>Frames a second. Default null: time is in frames.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>Pixels of one <see cref="Unit"/>. Default null: lengths are in pixels.</summary>
    public double? PixelsPerUnit { get; init; }

    /// <summary>The unit of length where <see cref="PixelsPerUnit"/> is given. Default "mm".</summary>
    public string Unit { get; init; } = "mm";

    /// <summary>
    /// The video where there are several: its path or file name. Default null: there is only one with poses.
    /// </summary>
    public string? Video { get; init; }

    /// <summary>
    /// The node that stands for an animal's place. Default null, and where it is missing: the mean of the visible
    /// nodes.
    /// </summary>
    public string? Node { get; init; }

    /// <summary>At most this many animals, those seen most. Default 8.</summary>
    public int MaxAnimals { get; init; } = 8;

    /// <summary>Cells along the longer side of an occupancy map. Default 40.</summary>
    public int Cells { get; init; } = 40;

    /// <summary>Colours of the animals. Default: those of <see cref="DrawingOptions.Palette"/>.</summary>
    public ImmutableArray<Rgb> Palette { get; init; } = new DrawingOptions().Palette;

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal string LengthUnit => PixelsPerUnit is null ? "px" : Unit;

    internal PlotOptions Checked()
    {
        Columns.Checked();
        List<string> faults = [];
        if (FramesPerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(FramesPerSecond)} is {rate}, expected more than 0"
                )
            );
        }

        if (PixelsPerUnit is { } pixels && !(pixels > 0 && double.IsFinite(pixels)))
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(PixelsPerUnit)} is {pixels}, expected more than 0"
                )
            );
        }

        if (string.IsNullOrEmpty(Unit) || Video == "" || Node == "")
            faults.Add($"{nameof(Unit)}, {nameof(Video)} or {nameof(Node)} is empty");
        if (MaxAnimals < 1)
            faults.Add($"{nameof(MaxAnimals)} is {MaxAnimals}, expected 1 or more");
        if (Cells is < 2 or > 500)
            faults.Add($"{nameof(Cells)} is {Cells}, expected 2 to 500");
        if (Palette.IsDefaultOrEmpty)
            faults.Add($"{nameof(Palette)} has no colour");
        return faults.Count == 0 ? this : throw new ArgumentException($"Plot options: {string.Join("; ", faults)}.");
    }
}
