using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
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
        InputColumns.Require(schema, name, type => type is ImageDataViewType, "Image", component);

    /// <summary>The frame of the current row; valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">The row has no image.</exception>
    public FramePixels Read()
    {
        // From our own loader the frame's bytes come as they were decoded; the values are the same either way.
        if (_row is IFrameRow rows && rows.TryGetFrame(_column, out var frame)) return FramePixels.Of(frame);
        _getter(ref _image!);
        if (_image is null) throw new InvalidOperationException($"The column '{_column.Name}' has no image in row {_row.Position}.");
        return FramePixels.Of(_image, ref _buffer);
    }

    // The image is left to the one who made it: with rows from objects it is the user's own.
    public void Dispose() => _image = null;
}
