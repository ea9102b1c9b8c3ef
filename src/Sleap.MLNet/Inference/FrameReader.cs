using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Reads the frames of an image column along a cursor.</summary>
internal sealed class FrameReader : IDisposable
{
    private readonly DataViewRow _row;
    private readonly DataViewSchema.Column _column;
    private readonly ValueGetter<MLImage> _getter;
    private MLImage? _image;
    private byte[] _buffer = [];

    public FrameReader(DataViewRow row, DataViewSchema.Column column)
    {
        (_row, _column) = (row, column);
        _getter = row.GetGetter<MLImage>(column);
    }

    /// <summary>The image column of a schema, after a check of its type.</summary>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name, string component) =>
        ColumnRule.Image.Require(schema, name, component);

    /// <summary>
    /// The frame of the current row; valid until the next call. False when the row has no image, as that of a frame
    /// that cannot be read.
    /// </summary>
    public bool TryRead(out FramePixels frame)
    {
        // From our own loader the frame's bytes come as they were decoded; the values are the same either way.
        if (_row is IFrameRow rows && rows.TryGetFrame(_column, out var decoded))
        {
            frame = FramePixels.Of(decoded);
            return true;
        }
        _getter(ref _image!);
        frame = _image is null ? default : FramePixels.Of(_image, ref _buffer);
        return _image is not null;
    }

    // The image is left to the one who made it: with rows from objects it is the user's own.
    public void Dispose() => _image = null;
}
