using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.ToInstances"/>: which columns are converted.</summary>
public sealed record InstancesOptions
{
    /// <summary>
    /// The columns of any number of instances that become columns of one, besides the keypoints. Default null: every
    /// vector of variable size of Single, or of UInt32 keys (tracks), except those of the other kind of poses (of
    /// labels beside predictions, or the reverse). Other columns are repeated for each instance.
    /// </summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether an instance without any visible keypoint gives a row too. Default false.</summary>
    public bool KeepUnseen { get; init; }

    /// <summary>The names of the columns of poses.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal InstancesOptions Checked()
    {
        new OptionFaults("ToInstances")
            .Columns(Columns)
            .If(
                Values is not null
                    && (
                        Values.Any(string.IsNullOrEmpty)
                        || Values.Distinct(StringComparer.Ordinal).Count() < Values.Count
                    ),
                $"{nameof(Values)} is {string.Join(", ", Values ?? [])}, expected different names"
            )
            .Throw();
        return this;
    }

    /// <summary>Throws for a column of <see cref="Values"/> that the input does not have.</summary>
    /// <param name="columns">The names of the input's columns.</param>
    /// <param name="listed">The same as one text for the message.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    internal void CheckValues(IEnumerable<string> columns, string listed)
    {
        foreach (var missing in (Values ?? []).Except(columns))
            throw new ArgumentException($"ToInstances: the input has no column '{missing}'. It has: {listed}.");
    }

    /// <summary>Whether a column of this name is converted.</summary>
    internal bool Takes(string column, string keypoints)
    {
        if (Values is not null)
            return Values.Contains(column);
        string[] others =
            keypoints == Columns.Keypoints
                ?
                [
                    Columns.PredictedKeypoints,
                    Columns.KeypointScore,
                    Columns.InstanceScore,
                    Columns.PredictedTrack,
                    Columns.PredictedCentroid,
                    Columns.CentroidScore,
                    Columns.PredictedIdentity,
                    Columns.IdentityScore,
                ]
            : keypoints == Columns.PredictedKeypoints ? [Columns.Keypoints, Columns.Track]
            : [];
        return !others.Contains(column);
    }
}

/// <summary>Estimator of <see cref="AnalysisCatalog.ToInstances"/>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | keypoints: variable-sized vector of <xref:System.Single> |
/// | | other columns of instances: variable-sized vector of <xref:System.Single> or of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Output column data type | keypoints: known-sized vector of <xref:System.Single> |
/// | | other columns: <xref:System.Single>, known-sized vector of it, or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class InstancesEstimator : IEstimator<InstancesTransformer>
{
    private readonly InstancesTransformer _transformer;

    internal InstancesEstimator(InstancesTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and returns the transformer.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public InstancesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.ShapeAfter(inputSchema);
}

/// <summary>
/// Makes one row of each instance; see <see cref="AnalysisCatalog.ToInstances"/>. A row of the input gives as many rows
/// as it has instances, also none, so that single rows cannot be mapped.
/// </summary>
public sealed class InstancesTransformer : PoseTransformer, ILoadable<InstancesTransformer>
{
    internal const string Component = "ToInstances";

    internal InstancesTransformer(string inputColumn, InstancesOptions options)
    {
        InputColumn = inputColumn;
        Options = options.Checked();
    }

    /// <summary>The keypoint column, which says how many instances a row has.</summary>
    public string InputColumn { get; }

    /// <summary>The options it was made with.</summary>
    public InstancesOptions Options { get; }

    internal override string? WhyNotSingleRows => "makes a row of each instance, so a row becomes several or none";

    static int ILoadable<InstancesTransformer>.PayloadVersion => 1;

    static InstancesTransformer ILoadable<InstancesTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsJson.Read<InstancesOptions>(reader));

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) => new InstancesMapper(this, inputSchema);

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        OptionsJson.Write(writer, Options);
    }

    internal SchemaShape ShapeAfter(SchemaShape input)
    {
        var keypoints = KeypointColumns.Rule.Require(input, InputColumn, Component);
        Options.CheckValues(input.Select(column => column.Name), ColumnNames.Of(input));
        List<OutputColumn> outputs = [];
        foreach (var column in input)
        {
            if (
                column.Kind != SchemaShape.Column.VectorKind.VariableVector
                || (column.Name != keypoints.Name && !Options.Takes(column.Name, InputColumn))
            )
            {
                continue;
            }

            if (column.IsKey && column.ItemType == NumberDataViewType.UInt32)
            {
                outputs.Add(
                    KeypointColumns.Tracks(
                        column.Name,
                        column.Annotations.Any(annotation => annotation.Name == "KeyValues") ? [""] : [],
                        single: true
                    )
                );
            }
            else if (!column.IsKey && column.ItemType == NumberDataViewType.Single)
            {
                outputs.Add(
                    ColumnOf(
                        column.Name,
                        column.Annotations.Select(annotation => annotation.Name),
                        InputColumn,
                        Options,
                        new Skeleton("", ["node"]),
                        [""]
                    )
                );
            }
        }
        return SchemaShapes.Append(input, outputs);
    }

    /// <summary>The column of one instance: keypoints, named values, or a single value.</summary>
    internal static OutputColumn ColumnOf(
        string name,
        IEnumerable<string> annotations,
        string keypoints,
        InstancesOptions options,
        Skeleton skeleton,
        IReadOnlyList<string> slots
    )
    {
        string[] kinds = [.. annotations];
        if (name == keypoints || kinds.Contains(SkeletonAnnotations.NodesKind))
            return KeypointColumns.Fixed(name, skeleton);
        var named = kinds.Contains(SkeletonAnnotations.AnimalSlotNamesKind) || IsNamedByNodes(name, kinds, options);
        return new AnalysisOutput(name, OutputKind.Instance, named ? slots : null).ToColumn(isMany: false);
    }

    /// <summary>
    /// Whether the values of an instance are named by the nodes: scores of keypoints, where the column does not name
    /// them itself.
    /// </summary>
    internal static bool IsNamedByNodes(string name, string[] annotations, InstancesOptions options) =>
        name == options.Columns.KeypointScore && !annotations.Contains(SkeletonAnnotations.NotKeypointsKind);

    private protected override IDataView Apply(IDataView input, MapperBinding binding) =>
        new InstancesDataView(input, binding, Options.KeepUnseen);

    private protected override LiveMapper CreateLiveMapper(MapperBinding binding) =>
        new InstancesLiveMapper(binding, Options.KeepUnseen);

    private sealed class InstancesLiveMapper(MapperBinding binding, bool keepUnseen) : LiveMapper(binding)
    {
        private protected override IEnumerable<DataViewSchema.Column> InputsFor(bool[] active) =>
            InstancesMapper.InputsFor(Binding, active);

        private protected override DataViewRow Open(DataViewRow input, bool[] active) =>
            new InstancesRow(Binding, input, active, keepUnseen);
    }
}
