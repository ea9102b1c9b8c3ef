using System.Globalization;
using System.Reflection;
using System.Text;

namespace Sleap.Cli.Tests;

/// <summary>Types, parameters, values and constraints as the lists beside this file spell them.</summary>
internal static class SignatureText
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["System.Void"] = "void",
        ["System.Object"] = "object",
        ["System.String"] = "string",
        ["System.Boolean"] = "bool",
        ["System.Char"] = "char",
        ["System.SByte"] = "sbyte",
        ["System.Byte"] = "byte",
        ["System.Int16"] = "short",
        ["System.UInt16"] = "ushort",
        ["System.Int32"] = "int",
        ["System.UInt32"] = "uint",
        ["System.Int64"] = "long",
        ["System.UInt64"] = "ulong",
        ["System.Single"] = "float",
        ["System.Double"] = "double",
        ["System.Decimal"] = "decimal",
        ["System.IntPtr"] = "nint",
        ["System.UIntPtr"] = "nuint",
    };

    public static string Name(Type type, bool definition = false)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsPointer)
            return Name(type.GetElementType()!) + "*";
        if (type.FullName is { } full && Keywords.TryGetValue(full, out var keyword))
            return keyword;
        if (type.IsGenericType && !type.IsGenericTypeDefinition)
        {
            if (IsNullable(type))
                return Name(type.GetGenericArguments()[0]) + "?";
            if (
                type.GetGenericTypeDefinition().FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
                && type.FullName is not null
            )
            {
                return $"({string.Join(", ", type.GetGenericArguments().Select(a => Name(a)))})";
            }
        }

        return Dotted(type, definition);
    }

    public static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    public static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var passed = type.IsByRef
            ? parameter.IsOut
                ? "out "
                : Has(parameter.GetCustomAttributesData(), "IsReadOnlyAttribute")
                    ? "in "
                    : "ref "
            : Has(parameter.GetCustomAttributesData(), "ParamArrayAttribute")
            || Has(parameter.GetCustomAttributesData(), "ParamCollectionAttribute")
                ? "params "
                : "";
        return $"{passed}{Name(Dereference(type))} {parameter.Name}{Default(parameter)}";
    }

    public static string Returned(MethodInfo method) =>
        RefKind(method.ReturnParameter) + Name(Dereference(method.ReturnType));

    public static string RefKind(ParameterInfo? returned) =>
        returned is null || !returned.ParameterType.IsByRef ? ""
        : Has(returned.GetCustomAttributesData(), "IsReadOnlyAttribute") ? "ref readonly "
        : "ref ";

    public static Type Dereference(Type type) => type.IsByRef ? type.GetElementType()! : type;

    public static string Value(object? value, Type type)
    {
        if (value is null)
            return "null";
        if (IsNullable(type))
            type = type.GetGenericArguments()[0];
        if (type.IsEnum)
        {
            var field = type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .FirstOrDefault(f =>
                    Equals(
                        Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture),
                        Convert.ToString(value, CultureInfo.InvariantCulture)
                    )
                );
            return field is null ? $"({Name(type)}){value}" : $"{Name(type)}.{field.Name}";
        }

        return value switch
        {
            string text => "\""
                + text.Replace("\\", "\\\\")
                    .Replace("\"", "\\\"")
                    .Replace("\n", "\\n")
                    .Replace("\r", "\\r")
                    .Replace("\t", "\\t")
                + "\"",
            char c => c < 32 ? $"'\\u{(int)c:x4}'" : $"'{c}'",
            bool b => b ? "true" : "false",
            float f => f.ToString("R", CultureInfo.InvariantCulture) + "f",
            double d => d.ToString("R", CultureInfo.InvariantCulture) + "d",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }

    public static string Constraints(Type[] arguments)
    {
        var text = new StringBuilder();
        foreach (var argument in arguments.Where(a => a.IsGenericParameter))
        {
            var parts = new List<string>();
            var flags = argument.GenericParameterAttributes;
            var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                parts.Add("class");
            if (isStruct)
                parts.Add(Has(argument.GetCustomAttributesData(), "IsUnmanagedAttribute") ? "unmanaged" : "struct");
            parts.AddRange(
                argument
                    .GetGenericParameterConstraints()
                    .Where(c => c.FullName != "System.ValueType")
                    .Select(c => Name(c))
            );
            if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
                parts.Add("new()");
            if (parts.Count > 0)
                text.Append(" where ").Append(argument.Name).Append(" : ").AppendJoin(", ", parts);
        }

        return text.ToString();
    }

    public static bool Has(IList<CustomAttributeData> attributes, string name) =>
        attributes.Any(a => a.AttributeType.Name == name);

    private static bool IsNullable(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition().FullName == "System.Nullable`1";

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.IsOptional)
            return "";
        var type = parameter.ParameterType;
        var value = parameter.RawDefaultValue;
        if (value is not null and not Missing && value.GetType().Name != "DBNull")
            return " = " + Value(value, type);
        return (type.IsValueType && !IsNullable(type)) || type.IsGenericParameter ? " = default" : " = null";
    }

    private static string Dotted(Type type, bool definition)
    {
        var chain = new List<Type>();
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
            chain.Insert(0, outer);
        var arguments = type.GetGenericArguments();
        var used = 0;
        var text = new StringBuilder(string.IsNullOrEmpty(type.Namespace) ? "" : type.Namespace + ".");
        foreach (var part in chain)
        {
            if (part != chain[0])
                text.Append('.');
            text.Append(part.Name.Split('`')[0]);
            var total = part.GetGenericArguments().Length;
            if (total <= used)
                continue;
            text.Append('<')
                .AppendJoin(", ", arguments[used..total].Select(a => (definition ? Variance(a) : "") + Name(a)))
                .Append('>');
            used = total;
        }

        return text.ToString();
    }

    private static string Variance(Type argument) =>
        !argument.IsGenericParameter
            ? ""
            : (argument.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
            {
                GenericParameterAttributes.Covariant => "out ",
                GenericParameterAttributes.Contravariant => "in ",
                _ => "",
            };
}
