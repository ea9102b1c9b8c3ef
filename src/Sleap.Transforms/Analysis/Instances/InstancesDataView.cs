using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>The rows of a view, one for each animal; lazy, one row of the input at a time.</summary>
internal sealed class InstancesDataView(IDataView input, MapperBinding binding, bool keepUnseen)
    : IDataView,
        IFrameReporting
{
    private readonly InstancesMapper _mapper = (InstancesMapper)binding.Mapper;

    public DataViewSchema Schema => binding.OutputSchema;

    public bool CanShuffle => input.CanShuffle;

    public FrameReport? Report() => (input as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        input is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    /// <summary>Unknown before all rows were read.</summary>
    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Active(columnsNeeded);
        // The keypoints say how many animals there are, whatever is asked for.
        DataViewSchema.Column[] needed =
        [
            .. binding.InputsFor(active).Append(_mapper.Keypoints.Column).DistinctBy(column => column.Index),
        ];
        return new InstancesCursor(binding, _mapper, input.GetRowCursor(needed, rand), active, keepUnseen);
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];
}
