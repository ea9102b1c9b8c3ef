using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Makes one row of each animal; see <see cref="AnalysisCatalog.ToInstances"/>.</summary>
public sealed class InstancesTransformer : PoseTransformer, ILoadable<InstancesTransformer>
{
    internal const string Component = "ToInstances";

    internal InstancesTransformer(string inputColumn, InstancesOptions options)
    {
        InputColumn = inputColumn;
        Options = options.Checked();
    }

    /// <summary>The keypoint column, which says how many animals a row has.</summary>
    public string InputColumn { get; }

    /// <summary>What is taken along.</summary>
    public InstancesOptions Options { get; }

    internal override string? WhyNotSingleRows => "makes a row of each animal, so a row becomes several or none";

    static int ILoadable<InstancesTransformer>.PayloadVersion => 1;

    static InstancesTransformer ILoadable<InstancesTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<InstancesOptions>(reader));

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) => new InstancesMapper(this, inputSchema);

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        OptionsText.Write(writer, Options);
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

    /// <summary>The column of one animal: keypoints, named values, or a single value.</summary>
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
        return new AnalysisOutput(name, OutputKind.Animal, named ? slots : null).ToColumn(many: false);
    }

    /// <summary>
    /// Whether the values of an animal are named by the nodes: scores of others, which name nothing themselves.
    /// </summary>
    internal static bool IsNamedByNodes(string name, string[] annotations, InstancesOptions options) =>
        name == options.Columns.KeypointScore && !annotations.Contains(SkeletonAnnotations.NotKeypointsKind);

    private protected override IDataView Apply(IDataView input, MapperBinding binding) =>
        new InstancesDataView(input, binding, Options.KeepUnseen);
}
