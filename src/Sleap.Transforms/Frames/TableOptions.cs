using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>How poses become a table.</summary>
public sealed record TableOptions
{
    /// <summary>What a row is. Default: a node of an animal.</summary>
    public TableLayout Layout { get; init; } = TableLayout.Tidy;

    /// <summary>Frames a second, for the column <c>time</c> (seconds since frame 0 of the video). Default null: no such column.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>
    /// More columns of the view to take along, such as <c>Speed</c>: numbers, flags, text, keys, or vectors of numbers of a known size (a column for each
    /// slot, named by it). A vector of unknown size has a value for each animal of the row. Default: none.
    /// </summary>
    public ImmutableArray<string> Extra { get; init; } = [];

    /// <summary>The names of the view's columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal TableOptions Checked()
    {
        Columns.Checked();
        List<string> faults = [];
        if (!Enum.IsDefined(Layout))
            faults.Add($"{nameof(Layout)} is {Layout}, expected one of {string.Join(", ", Enum.GetNames<TableLayout>())}");
        if (FramesPerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
            faults.Add(FormattableString.Invariant($"{nameof(FramesPerSecond)} is {rate}, expected more than 0"));
        if (Extra.IsDefault || Extra.Any(string.IsNullOrEmpty))
            faults.Add($"{nameof(Extra)} has an empty name");
        return faults.Count == 0 ? this : throw new ArgumentException($"Table options: {string.Join("; ", faults)}.");
    }
}
