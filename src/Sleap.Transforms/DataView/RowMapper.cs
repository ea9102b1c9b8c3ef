using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>A mapper for single rows, as PredictionEngine uses it.</summary>
internal sealed class RowMapper(MapperBinding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.InputSchema;

    public DataViewSchema OutputSchema => binding.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.InputsFor(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
        {
            throw new ArgumentException(
                $"The row has another schema ({ColumnNames.Of(input.Schema)}) than this "
                    + $"mapper was made for ({ColumnNames.Of(InputSchema)}).",
                nameof(input)
            );
        }

        var active = binding.Active(activeColumns);
        if (binding.ActiveOutputs(active).Contains(true))
            binding.Mapper.WarmUp();
        return new MappedRow(binding, input, active);
    }
}
