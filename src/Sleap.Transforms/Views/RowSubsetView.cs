using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>A view that can be reduced to some of its rows without reading or computing the others.</summary>
internal interface IRowSubset
{
    /// <summary>The rows with these ids, in the view's order and with its schema.</summary>
    IDataView Subset(IReadOnlySet<DataViewRowId> ids);

    /// <summary>Reduces any view to some of its rows.</summary>
    static IDataView Of(IDataView view, IReadOnlySet<DataViewRowId> ids) =>
        view is IRowSubset subset ? subset.Subset(ids) : new RowSubsetView(view, ids);
}

/// <summary>
/// Some rows of any view, in the view's order and with all its columns. Rows are identified by their id, which does not
/// depend on the order of a cursor.
/// </summary>
internal sealed class RowSubsetView(IDataView input, IReadOnlySet<DataViewRowId> keep) : IDataView, IFrameReporting
{
    public DataViewSchema Schema => input.Schema;

    public bool CanShuffle => input.CanShuffle;

    public long? GetRowCount() => keep.Count;

    public FrameReport? Report() => (input as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        input is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(input.GetRowCursor(columnsNeeded, rand), keep);

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, IReadOnlySet<DataViewRowId> keep)
        : DataViewRowCursor,
            IFrameRow
    {
        private readonly ValueGetter<DataViewRowId> _id = input.GetIdGetter();
        private long _position = -1;
        private bool _disposed;

        public override DataViewSchema Schema => input.Schema;

        public override long Position => _position;

        public override long Batch => input.Batch;

        public override bool MoveNext()
        {
            DataViewRowId id = default;
            while (!_disposed && input.MoveNext())
            {
                _id(ref id);
                if (!keep.Contains(id))
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            input.GetGetter<TValue>(column);

        public bool TryGetFrame(DataViewSchema.Column column, [NotNullWhen(true)] out Frame? frame)
        {
            frame = null;
            return input is IFrameRow frames && frames.TryGetFrame(column, out frame);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                input.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
