namespace Sleap.Transforms;

/// <summary>What an output of an analysis is about, which decides its type.</summary>
internal enum OutputKind
{
    /// <summary>As the input column, annotations included.</summary>
    AsInput,

    /// <summary>Values of each animal.</summary>
    Animal,

    /// <summary>Values of the whole row, whatever animals are in it.</summary>
    Frame,
}

/// <summary>A column that an analysis adds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Slots">Names of its values (of one animal, or of the row); null for a single value.</param>
internal readonly record struct AnalysisOutput(string Name, OutputKind Kind, IReadOnlyList<string>? Slots = null)
{
    /// <summary>
    /// The column: for one animal Single, or Vector&lt;Single, n&gt; with SlotNames; for any number Vector&lt;Single,
    /// *&gt;, or Vector&lt;Single, *, n&gt; with the names in the annotation AnimalSlotNames.
    /// </summary>
    public OutputColumn ToColumn(bool many)
    {
        var single = !many || Kind == OutputKind.Frame;
        return Slots is null ? KeypointColumns.Value(Name, single) : KeypointColumns.Values(Name, Slots, single);
    }
}
