using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>
/// What type a column must have. The same rule checks an estimator's schema shape and a transformer's schema, so that a
/// wrong chain is refused before it is fitted.
/// </summary>
/// <param name="Expected">The right type, in the words of messages.</param>
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
    /// <exception cref="ArgumentException">The column exists, and is not as expected.</exception>
    public DataViewSchema.Column? Find(DataViewSchema schema, string name, string component) =>
        schema.GetColumnOrNull(name) is null ? null : Require(schema, name, component);

    /// <summary>The column of a schema shape; null when there is none of that name.</summary>
    /// <exception cref="ArgumentException">The column exists, and is not as expected.</exception>
    public SchemaShape.Column? Find(SchemaShape shape, string name, string component) =>
        SchemaShapes.Has(shape, name) ? Require(shape, name, component) : null;

    private static bool IsScalar(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar;

    private static bool IsNumber(SchemaShape.Column column, DataViewType item) =>
        !column.IsKey && column.ItemType == item;
}

/// <summary>Finds the input columns of a transformer by name and checks their types.</summary>
internal static class InputColumns
{
    /// <summary>The column <paramref name="name"/>, after a check of its type.</summary>
    /// <param name="schema">The schema of the input data.</param>
    /// <param name="name">The column.</param>
    /// <param name="accepts">Whether the type is right.</param>
    /// <param name="expected">The right type, in the words of the message.</param>
    /// <param name="component">Name of the component that needs it, for the message.</param>
    /// <exception cref="ArgumentException">No such column, or of another type.</exception>
    public static DataViewSchema.Column Require(
        DataViewSchema schema,
        string name,
        Func<DataViewType, bool> accepts,
        string expected,
        string component
    )
    {
        ArgumentNullException.ThrowIfNull(schema);
        var column =
            schema.GetColumnOrNull(name)
            ?? throw new ArgumentException(Missing(component, name, expected, ColumnNames.Of(schema)));
        return accepts(column.Type)
            ? column
            : throw new ArgumentException($"{component}: the column '{name}' is {column.Type}, expected {expected}.");
    }

    /// <summary>The message that a column is missing; for images also which parts of ML.NET drop them.</summary>
    /// <param name="component">Name of the component that needs it.</param>
    /// <param name="name">The column.</param>
    /// <param name="expected">Its type.</param>
    /// <param name="there">The columns that exist.</param>
    public static string Missing(string component, string name, string expected, string there) =>
        $"{component}: the input has no column '{name}' (expected {expected}). It has: {there}."
        + (
            expected.Contains("image", StringComparison.OrdinalIgnoreCase)
                ? " ML.NET's Cache, AppendCacheCheckpoint "
                    + "and ShuffleRows drop columns of images, and so do its binary files: put them behind the model."
                : ""
        );

    /// <summary>The column if it is there and of the right type; null when there is none of that name.</summary>
    /// <exception cref="ArgumentException">The column exists with another type.</exception>
    public static DataViewSchema.Column? Find(
        DataViewSchema schema,
        string name,
        Func<DataViewType, bool> accepts,
        string expected,
        string component
    ) => schema.GetColumnOrNull(name) is null ? null : Require(schema, name, accepts, expected, component);
}

/// <summary>Column names as error messages list them.</summary>
internal static class ColumnNames
{
    private const int MaxListed = 12;

    public static string Of(DataViewSchema schema) =>
        List([.. schema.Where(column => !column.IsHidden).Select(column => column.Name)]);

    public static string Of(SchemaShape shape) => List([.. shape.Select(column => column.Name)]);

    private static string List(IReadOnlyList<string> names) =>
        names.Count switch
        {
            0 => "(no columns)",
            > MaxListed => string.Join(", ", names.Take(MaxListed)) + $" … ({names.Count} columns)",
            _ => string.Join(", ", names),
        };
}
