using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Base of the transformers that compute from the animals of a frame, and along their tracks. They take keypoints of
/// one animal (Vector&lt;Single, nodes, 2&gt;) and of any number (Vector&lt;Single, *, nodes, 2&gt;); each output has
/// the same form.
/// </summary>
/// <remarks>
/// An animal is followed by its track key, wherever it stands in the row. An animal without a track is followed when it
/// is the only one without in its row; several are not followed, and neither are two with the same key. Each new video
/// begins afresh, and so does a video whose frames begin again. Rows are read ahead by a bounded number, whatever the
/// length of the view.
/// </remarks>
public abstract class AnalysisTransformer : PoseTransformer
{
    private protected AnalysisTransformer(string inputColumn) => InputColumn = inputColumn;

    /// <summary>The column that is read.</summary>
    public string InputColumn { get; }

    /// <summary>Where warnings go; null: nowhere.</summary>
    internal IHostEnvironment? Log { get; private set; }

    /// <summary>Who this is in messages.</summary>
    internal abstract string Component { get; }

    /// <summary>The names of the columns of the view.</summary>
    internal abstract PoseColumnOptions ColumnNames { get; }

    /// <summary>Whether a row depends on the rows around it.</summary>
    internal virtual bool AlongTracks => true;

    internal override string? WhyNotSingleRows => AlongTracks ? "needs the frames before or after a frame" : null;

    /// <summary>How many rows before a row its computation looks at.</summary>
    internal virtual int RowsBehind => 0;

    /// <summary>How many rows after a row its computation looks at.</summary>
    internal virtual int RowsAhead => 0;

    /// <summary>Whether the scores of the keypoints are needed.</summary>
    internal virtual bool NeedsScores => false;

    /// <summary>Whether the input may be any values of animals, and need not be keypoints.</summary>
    internal virtual bool TakesAnyValues => false;

    /// <summary>What the input column must be.</summary>
    internal ColumnRule InputRule => TakesAnyValues ? AnimalColumn.ValuesRule : KeypointColumns.Rule;

    /// <summary>
    /// The columns added. <paramref name="input"/> is null when only their form is asked for, and names and numbers of
    /// slots do not matter.
    /// </summary>
    internal abstract IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input);

    /// <summary>The outputs for an input of which only the shape is known.</summary>
    internal virtual IReadOnlyList<AnalysisOutput> OutputsFor(SchemaShape.Column input) =>
        OutputsFor((AnimalColumn?)null);

    /// <summary>
    /// What starts a computation for an input column; throws an <see cref="ArgumentException"/> for nodes that it does
    /// not have.
    /// </summary>
    internal abstract Func<AnalysisComputation> Bind(AnimalColumn input);

    /// <summary>
    /// Throws what <see cref="Bind"/> would throw for any input of this shape. Names of nodes are values, which a shape
    /// does not have.
    /// </summary>
    internal virtual void CheckNodes(SchemaShape.Column input) { }

    internal override void WarnTo(IHostEnvironment environment) => Log = environment;

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) => new AnalysisMapper(this, inputSchema);

    /// <summary>The shape of the transformed data.</summary>
    internal SchemaShape ShapeAfter(SchemaShape input)
    {
        var column = InputRule.Require(input, InputColumn, Component);
        TrackReader.Check(input, this);
        CheckNodes(column);
        var many = column.Kind == SchemaShape.Column.VectorKind.VariableVector;
        return SchemaShapes.Append(
            input,
            OutputsFor(column)
                .Select(output =>
                    output.Kind == OutputKind.AsInput
                        ? SchemaShapes.Renamed(column, output.Name)
                        : SchemaShapes.Of([output.ToColumn(many)])[0]
                )
        );
    }
}
