using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

/// <summary>What the image transforms ask of their input column and announce for their output.</summary>
internal static class ImageShapes
{
    public static bool IsImage(SchemaShape.Column column) => column.ItemType is ImageDataViewType && column.Kind == SchemaShape.Column.VectorKind.Scalar;

    public static SchemaShape With(SchemaShape shape, IHost host, (string Output, string Input)[] pairs, Func<SchemaShape.Column, bool> accepts,
        string expected, Func<string, SchemaShape.Column, SchemaShape.Column> make)
    {
        host.CheckValue(shape, "inputSchema");
        var result = shape.ToDictionary(c => c.Name);
        foreach ((string output, string input) in pairs)
        {
            if (!shape.TryFindColumn(input, out SchemaShape.Column column))
                throw host.ExceptSchemaMismatch("inputSchema", "input", input);
            if (!accepts(column))
                throw host.ExceptSchemaMismatch("inputSchema", "input", input, expected, column.GetTypeString());
            result[output] = make(output, column);
        }
        return new SchemaShape(result.Values);
    }

    public static ImageDataViewType CheckImage(IHost host, DataViewSchema.Column source)
        => source.Type as ImageDataViewType ?? throw host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "image", source.Type.ToString());
}
