using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>How poses become a table.</summary>
public sealed record TableOptions
{
    /// <summary>What a row is. Default: a node of an animal.</summary>
    public TableLayout Layout { get; init; } = TableLayout.Tidy;

    /// <summary>
    /// Frames a second, for the column <c>time</c> (seconds since frame 0 of the video). Default null: no such column.
    /// </summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>
    /// More columns of the view to take along, such as <c>Speed</c>: numbers, flags, text, keys, and vectors of Single.
    /// A vector of known size gives a column for each slot, such as <c>Velocity.x</c>. In a view of several animals
    /// each row of the table has the values of its animal: <c>Vector&lt;Single, *&gt;</c> and a vector of keys have one
    /// an animal, <c>Vector&lt;Single, *, n&gt;</c> has n, each (if n is above 1) in a column named by the annotation
    /// <c>AnimalSlotNames</c>, or numbered without it. Default: none.
    /// </summary>
    public ImmutableArray<string> Extra { get; init; } = [];

    /// <summary>The names of the view's columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal TableOptions Checked()
    {
        Columns.Checked();
        List<string> faults = [];
        if (!Enum.IsDefined(Layout))
        {
            faults.Add(
                $"{nameof(Layout)} is {Layout}, expected one of {string.Join(", ", Enum.GetNames<TableLayout>())}"
            );
        }

        if (FramesPerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(FramesPerSecond)} is {rate}, expected more than 0"
                )
            );
        }

        if (Extra.IsDefault || Extra.Any(string.IsNullOrEmpty))
            faults.Add($"{nameof(Extra)} has an empty name");
        return faults.Count == 0 ? this : throw new ArgumentException($"Table options: {string.Join("; ", faults)}.");
    }
}

/// <summary>How poses lie in a table.</summary>
public enum TableLayout
{
    /// <summary>
    /// A row for each node of each animal of each frame: video, frame, instance, track, node, x, y, score.
    /// </summary>
    Tidy,

    /// <summary>
    /// A row for each animal of each frame: video, frame, instance, track, score, and for each node snout.x, snout.y,
    /// snout.score.
    /// </summary>
    Wide,
}
