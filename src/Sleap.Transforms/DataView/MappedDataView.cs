using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Data with a mapper's columns added; lazy.</summary>
internal sealed class MappedDataView(IDataView input, MapperBinding binding) : IDataView, IFrameReporting, IRowSubset
{
    private int _passes;

    public DataViewSchema Schema => binding.OutputSchema;

    /// <summary>Rows in another order are as good, unless rows depend on their neighbours.</summary>
    public bool CanShuffle => !binding.Mapper.NeedsEveryRow && input.CanShuffle;

    public FrameReport? Report() => (input as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        input is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    /// <summary>Rows that stand for themselves are chosen before they are computed.</summary>
    public IDataView Subset(IReadOnlySet<DataViewRowId> ids) =>
        binding.Mapper.NeedsEveryRow
            ? new RowSubsetView(this, ids)
            : new MappedDataView(IRowSubset.Of(input, ids), binding);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Active(columnsNeeded);
        var rows = input.GetRowCursor(binding.InputsFor(active), CanShuffle ? rand : null);
        try
        {
            if (!binding.ActiveOutputs(active).Contains(true))
                return new MappedCursor(rows, new MappedRow(binding, rows, active));
            if (binding.Mapper is ReadAheadMapper mapper)
            {
                return new ReadAheadCursor(
                    binding,
                    mapper,
                    rows,
                    active,
                    () => mapper.OnPassEnded(Interlocked.Increment(ref _passes))
                );
            }

            return binding.Mapper.SlotCount == 1 && !binding.Mapper.NeedsEveryRow
                ? new MappedCursor(rows, new MappedRow(binding, rows, active))
                : new BatchCursor(binding, rows, active);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>One cursor whatever <paramref name="n"/> is: a network uses all cores by itself.</summary>
    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];
}
