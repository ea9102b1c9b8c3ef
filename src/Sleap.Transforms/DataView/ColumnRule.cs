using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>
/// What a column must be. An estimator's schema shape and a transformer's schema are checked by the same rule, so that
/// a chain that cannot be fitted is refused before it begins.
/// </summary>
/// <param name="Expected">The right type, as messages say it.</param>
/// <param name="Accepts">Whether kind, item type and annotations are right, which is all that a shape knows.</param>
/// <param name="AcceptsSizes">Whether the sizes of the type are right, which a shape does not know; null: any
/// are.</param>
internal sealed record ColumnRule(
    string Expected,
    Func<SchemaShape.Column, bool> Accepts,
    Func<DataViewType, bool>? AcceptsSizes = null
)
{
    public static readonly ColumnRule Text = new(
        "text",
        column => column.ItemType is TextDataViewType && IsScalar(column)
    );
    public static readonly ColumnRule Int32 = new(
        "Int32",
        column => IsNumber(column, NumberDataViewType.Int32) && IsScalar(column)
    );
    public static readonly ColumnRule Image = new(
        "Image",
        column => column.ItemType is ImageDataViewType && IsScalar(column)
    );
    public static readonly ColumnRule Singles = new(
        "Single or a vector of it",
        column => IsNumber(column, NumberDataViewType.Single)
    );
    public static readonly ColumnRule SingleVector = new(
        "a vector of Single",
        column => IsNumber(column, NumberDataViewType.Single) && !IsScalar(column)
    );
    public static readonly ColumnRule Tracks = new(
        "a UInt32 key or a vector of it",
        column => column.IsKey && column.ItemType == NumberDataViewType.UInt32
    );

    /// <summary>The column of a schema.</summary>
    /// <exception cref="ArgumentException">It is missing, or not as expected.</exception>
    public DataViewSchema.Column Require(DataViewSchema schema, string name, string component) =>
        InputColumns.Require(
            schema,
            name,
            type => Accepts(SchemaShapes.Of(schema[name])) && AcceptsSizes?.Invoke(type) != false,
            Expected,
            component
        );

    /// <summary>The column of a schema shape.</summary>
    /// <exception cref="ArgumentException">It is missing, or not as expected.</exception>
    public SchemaShape.Column Require(SchemaShape shape, string name, string component) =>
        SchemaShapes.Require(shape, name, Accepts, Expected, component);

    /// <summary>The column of a schema; null when there is none of that name.</summary>
    /// <exception cref="ArgumentException">It is there, and not as expected.</exception>
    public DataViewSchema.Column? Find(DataViewSchema schema, string name, string component) =>
        schema.GetColumnOrNull(name) is null ? null : Require(schema, name, component);

    /// <summary>The column of a schema shape; null when there is none of that name.</summary>
    /// <exception cref="ArgumentException">It is there, and not as expected.</exception>
    public SchemaShape.Column? Find(SchemaShape shape, string name, string component) =>
        SchemaShapes.Has(shape, name) ? Require(shape, name, component) : null;

    private static bool IsScalar(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar;

    private static bool IsNumber(SchemaShape.Column column, DataViewType item) =>
        !column.IsKey && column.ItemType == item;
}
