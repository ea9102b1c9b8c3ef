using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Options of an analysis: the base of the records that the methods of <see cref="AnalysisCatalog"/> take.
/// </summary>
/// <remarks>
/// The options define the analysis: <see cref="AnalysisTransformer{TOptions}"/> is the same for all of them.
/// </remarks>
public abstract record AnalysisOptions
{
    // The internal members are what the one transformer needs to know of an analysis. A new analysis is a file with its
    // options and computation, a method in AnalysisCatalog, and a stored name in ModelFile.
    private protected AnalysisOptions() { }

    /// <summary>
    /// The names of the columns that are read beside the input: Video, FrameIndex, tracks, and scores where the
    /// analysis needs them.
    /// </summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <summary>The name in messages: that of the method in the catalog.</summary>
    internal abstract string Component { get; }

    /// <summary>Whether a row depends on the rows before or after it.</summary>
    internal virtual bool AlongTracks => true;

    /// <summary>How many rows before a row the computation looks at.</summary>
    internal virtual int RowsBehind => 0;

    /// <summary>How many rows after a row the computation looks at.</summary>
    internal virtual int RowsAhead => 0;

    /// <summary>Whether the scores of the keypoints are needed.</summary>
    internal virtual bool NeedsScores => false;

    /// <summary>What the input column must be.</summary>
    internal virtual ColumnRule InputRule => KeypointColumns.Rule;

    /// <summary>The columns that are added, for an input column named <paramref name="inputColumn"/>.</summary>
    /// <param name="inputColumn">The name of the input column.</param>
    /// <param name="input">The input column; null when only the shape of the outputs is asked for. Names and numbers of
    /// slots do not matter then.</param>
    internal abstract IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input);

    /// <summary>The columns that are added, for an input column of which only the shape is known.</summary>
    internal virtual IReadOnlyList<AnalysisOutput> OutputsFor(SchemaShape.Column input) => OutputsFor(input.Name, null);

    /// <summary>The computation of one pass over the rows.</summary>
    /// <exception cref="ArgumentException">The skeleton of the input lacks a node of the options.</exception>
    internal abstract AnalysisComputation CreateComputation(InstanceColumn input);

    /// <summary>
    /// Throws what <see cref="CreateComputation"/> would throw for any input of this shape. Names of nodes are values,
    /// which a shape does not have.
    /// </summary>
    internal virtual void CheckShape(SchemaShape.Column input) { }

    /// <summary>Throws one exception with every fault of the options.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    internal void Check()
    {
        var faults = new OptionFaults(Component).Columns(Columns);
        AddFaults(faults);
        faults.Throw();
    }

    /// <summary>Checks the options of the derived record.</summary>
    private protected abstract void AddFaults(OptionFaults faults);

    /// <summary>The index of a node in the skeleton.</summary>
    /// <exception cref="ArgumentException">The skeleton has no such node.</exception>
    private protected int IndexOf(string node, Skeleton skeleton)
    {
        var index = skeleton.IndexOf(node);
        return index >= 0
            ? index
            : throw new ArgumentException(
                $"{Component}: the skeleton has no node '{node}'. It has: {string.Join(", ", skeleton.Nodes)}."
            );
    }

    /// <summary>The index of a node in the skeleton; −1 for no node.</summary>
    /// <exception cref="ArgumentException">The skeleton has no such node.</exception>
    private protected int IndexOfOptional(string? node, Skeleton skeleton) =>
        node is null ? -1 : IndexOf(node, skeleton);
}

/// <summary>The computation of one pass over rows, with what it remembers between them.</summary>
internal abstract class AnalysisComputation
{
    /// <summary>Computes the current row of <paramref name="window"/>. Rows come in order, each exactly once.</summary>
    /// <param name="window">The row and those around it.</param>
    /// <param name="outputs">One array for each output, filled with NaN: the values of one instance after the other, or
    /// those of the row.</param>
    public abstract void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs);
}

/// <summary>What the values of an output belong to, which decides its type.</summary>
internal enum OutputKind
{
    /// <summary>As the input column, annotations included.</summary>
    AsInput,

    /// <summary>Values of each instance.</summary>
    Instance,

    /// <summary>Values of the whole row, whatever instances are in it.</summary>
    Frame,
}

/// <summary>A column that an analysis adds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values belong to.</param>
/// <param name="Slots">Names of its values (of one instance, or of the row); null for a single value.</param>
internal readonly record struct AnalysisOutput(string Name, OutputKind Kind, IReadOnlyList<string>? Slots = null)
{
    /// <summary>
    /// The column: for one instance Single, or Vector&lt;Single, n&gt; with SlotNames; for any number Vector&lt;Single,
    /// *&gt;, or Vector&lt;Single, *, n&gt; with the names in the annotation AnimalSlotNames.
    /// </summary>
    public OutputColumn ToColumn(bool isMany)
    {
        var single = !isMany || Kind == OutputKind.Frame;
        return Slots is null ? KeypointColumns.Value(Name, single) : KeypointColumns.Values(Name, Slots, single);
    }
}
