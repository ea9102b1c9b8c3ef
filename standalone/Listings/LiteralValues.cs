using System.Globalization;
using Mono.Cecil;

namespace Listings;

/// <summary>What a printed default or constant is in metadata, which depends on the type it is for.</summary>
internal sealed class LiteralValues(TypeResolver resolver)
{
    public object? Value(Literal literal, TypeReference type)
    {
        if (type is GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable)
            type = nullable.GenericArguments[0];
        return literal.Kind switch
        {
            LiteralKind.Default => null,
            LiteralKind.Text => literal.Text,
            LiteralKind.Character => literal.Text[0],
            LiteralKind.Truth => literal.Text == "true",
            LiteralKind.Number => Number(literal.Text, type),
            LiteralKind.EnumMember => resolver.Definition(type).Fields.First(f => f.Name == literal.Text).Constant,
            LiteralKind.EnumNumber => Number(literal.Text, resolver.Definition(type).Fields.First(f => f.Name == "value__").FieldType),
            _ => throw new ArgumentOutOfRangeException(nameof(literal), literal, "unknown kind of value"),
        };
    }

    private static object Number(string text, TypeReference type)
    {
        // A value whose parameter is an object or a type parameter says by its suffix what it is.
        Type number = Type.GetType(type.FullName) is { IsPrimitive: true } primitive ? primitive
            : text[^1] switch { 'f' => typeof(float), 'd' => typeof(double), _ => typeof(int) };
        string digits = number == typeof(float) || number == typeof(double) ? text.TrimEnd('f', 'd') : text;
        return Convert.ChangeType(digits, number, CultureInfo.InvariantCulture);
    }
}
