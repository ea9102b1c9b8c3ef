using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Which columns of animals become columns of one animal.</summary>
internal sealed class InstancesMapper : PoseMapper
{
    private readonly List<OutputColumn> _outputs = [];
    private readonly List<(DataViewSchema.Column Column, int Width)> _sources = [];

    public InstancesMapper(InstancesTransformer owner, DataViewSchema schema)
    {
        Keypoints = AnimalColumn.Keypoints(schema, owner.InputColumn, InstancesTransformer.Component);
        owner.Options.CheckValues(schema.Select(column => column.Name), ColumnNames.Of(schema));
        foreach (var column in schema)
        {
            if (
                column.IsHidden
                || column.Type is not VectorDataViewType { IsKnownSize: false } vector
                || (column.Index != Keypoints.Column.Index && !owner.Options.Takes(column.Name, owner.InputColumn))
            )
            {
                continue;
            }
            if (vector.ItemType is KeyDataViewType key && key.RawType == typeof(uint))
                Add(column, 1, TrackOf(column, key));
            else if (vector.ItemType == NumberDataViewType.Single)
                AddValues(owner, schema, column);
        }
    }

    public AnimalColumn Keypoints { get; }

    /// <summary>For each output the input column, and how many values of it an animal has.</summary>
    public IReadOnlyList<(DataViewSchema.Column Column, int Width)> Sources => _sources;

    public override IReadOnlyList<OutputColumn> Outputs => _outputs;

    public override IReadOnlyList<DataViewSchema.Column> Inputs => [.. _sources.Select(source => source.Column)];

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
        throw new InvalidOperationException("ToInstances does not map row for row; its cursor does the work.");

    private static OutputColumn TrackOf(DataViewSchema.Column column, KeyDataViewType key)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (column.HasKeyValues())
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            column.GetKeyValues(ref names);
            SkeletonAnnotations.AddKeyValues(annotations, names.DenseValues().Select(name => name.ToString()));
        }
        return new OutputColumn(column.Name, key, annotations.ToAnnotations());
    }

    private void AddValues(InstancesTransformer owner, DataViewSchema schema, DataViewSchema.Column column)
    {
        var values = AnimalColumn.Values(schema, column.Name, InstancesTransformer.Component);
        string[] kinds = [.. column.Annotations?.Schema.Select(annotation => annotation.Name) ?? []];
        var slots =
            values.SlotNames()
            ?? (
                InstancesTransformer.IsNamedByNodes(column.Name, kinds, owner.Options) ? Keypoints.Skeleton.Nodes : null
            );
        // Keypoints without names have numbered nodes, here as elsewhere.
        if (column.Index != Keypoints.Column.Index && values.Width != (slots?.Count ?? 1))
        {
            throw new ArgumentException(
                $"ToInstances: '{column.Name}' is {column.Type} and does not name its {values.Width} values. Leave "
                    + $"it out of {nameof(InstancesOptions.Values)}."
            );
        }
        Add(
            column,
            values.Width,
            InstancesTransformer.ColumnOf(
                column.Name,
                kinds,
                owner.InputColumn,
                owner.Options,
                values.Width % 2 == 0 ? values.Skeleton : Keypoints.Skeleton,
                slots ?? []
            )
        );
    }

    private void Add(DataViewSchema.Column column, int width, OutputColumn output)
    {
        _sources.Add((column, width));
        _outputs.Add(output);
    }
}
