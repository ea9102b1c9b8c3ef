using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// The size of the images that the poses of a column are in pixels of, kept as the column's annotation <c>ImageSize</c>
/// (height and width). It is there where the type of the images says it, as behind ML.NET's ResizeImages; frames of our
/// own loaders have their video's size and no annotation.
/// </summary>
internal static class ImageSizeAnnotation
{
    private const string Kind = "ImageSize";

    /// <summary>The column with a size in its annotations.</summary>
    public static OutputColumn Add(OutputColumn column, int height, int width)
    {
        int[] size = [height, width];
        var annotations = new DataViewSchema.Annotations.Builder();
        if (column.Annotations is { } own)
            annotations.Add(own, _ => true);
        ValueGetter<VBuffer<int>> getter = (ref VBuffer<int> value) => SkeletonAnnotations.Copy<int>(size, ref value);
        annotations.Add(Kind, new VectorDataViewType(NumberDataViewType.Int32, size.Length), getter);
        return column with { Annotations = annotations.ToAnnotations() };
    }

    /// <summary>The size, or null where none is told.</summary>
    public static (int Height, int Width)? Read(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(Kind) is null)
            return null;
        VBuffer<int> size = default;
        column.Annotations.GetValue(Kind, ref size);
        return (size.GetItemOrDefault(0), size.GetItemOrDefault(1));
    }
}
