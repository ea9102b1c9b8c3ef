using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

/// <summary>
/// docs/configuration.md, made of the option types: names, types, defaults, and what their documentation says.
/// </summary>
internal sealed class ConfigurationPage
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(PoseModelTransformer).Assembly,
        typeof(PoseCatalog).Assembly,
        typeof(Labels).Assembly,
    ];

    private readonly XmlDocs _docs = new(Assemblies);

    /// <summary>
    /// Every public record named Options, and the records that their properties hold, base types first.
    /// </summary>
    public static IReadOnlyList<Type> Types { get; } = Find();

    public string Write()
    {
        var page = new StringBuilder(
            "# Configuration\n\n"
                + "Every option of every type, with its default. Made of the code: `dotnet run build.cs -- approve` writes "
                + "this page, and a test fails when it is not current.\n\n"
                + "Options are records that do not change once made: `new() { Scale = 0.5f }` sets some, `options with "
                + "{ Scale = 1 }` copies with a change. They are checked when they are used; an\n"
                + "exception lists everything that is wrong.\n\n"
        );
        foreach (
            var group in Types.GroupBy(type => type.Assembly).OrderBy(group => Array.IndexOf(Assemblies, group.Key))
        )
        {
            page.Append(CultureInfo.InvariantCulture, $"## {group.Key.GetName().Name}\n\n");
            foreach (var type in group)
                Section(page, type);
        }
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private void Section(StringBuilder page, Type type)
    {
        page.Append(CultureInfo.InvariantCulture, $"### {NameOf(type)}\n\n{_docs.Of(type)}\n\n");
        if (Types.Contains(type.BaseType))
            page.Append(CultureInfo.InvariantCulture, $"And all of {NameOf(type.BaseType!)}.\n\n");
        List<PropertyInfo> own =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.SetMethod is { IsPublic: true }),
        ];
        if (own.Count == 0)
            return;
        page.Append("| option | type | default | meaning |\n|---|---|---|---|\n");
        var defaults = Default(type);
        foreach (var property in own)
        {
            var isRequired = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), false);
            var value =
                property.GetMethod!.IsAbstract || defaults is null ? ""
                : isRequired ? "required"
                : Value(property.GetValue(defaults));
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `{property.Name}` | {TypeName(property)} | {value} | {_docs.Of(property)} |\n"
            );
        }
        page.Append('\n');
    }

    private static List<Type> Find()
    {
        List<Type> found =
        [
            .. Assemblies
                .SelectMany(assembly => assembly.GetExportedTypes())
                .Where(type => IsRecord(type) && type.Name.EndsWith("Options", StringComparison.Ordinal)),
        ];
        for (var i = 0; i < found.Count; i++)
        {
            foreach (
                var held in found[i]
                    .GetProperties()
                    .Where(property => property.SetMethod is { IsPublic: true })
                    .Select(property => property.PropertyType)
                    .Where(type => Assemblies.Contains(type.Assembly) && IsRecord(type))
            )
            {
                foreach (
                    var one in held
                        .Assembly.GetExportedTypes()
                        .Where(held.IsAssignableFrom)
                        .Where(one => !found.Contains(one))
                )
                {
                    found.Add(one);
                }
            }
        }
        return
        [
            .. found
                .OrderBy(type => Array.IndexOf(Assemblies, type.Assembly))
                .ThenBy(type => string.Join(' ', Line(type).Reverse().Select(NameOf)), StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<Type> Line(Type type)
    {
        for (var at = type; at is not null && Assemblies.Contains(at.Assembly); at = at.BaseType)
            yield return at;
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    // Of an abstract type the defaults are those of a derived one, which has them from it.
    private static object? Default(Type type)
    {
        var made = type.IsAbstract
            ? Types.FirstOrDefault(other => !other.IsAbstract && type.IsAssignableFrom(other))
            : type;
        if (made is null)
            return null;
        var constructor = made.GetConstructors().OrderBy(one => one.GetParameters().Length).First();
        var parameters = constructor.GetParameters();
        return parameters.All(parameter => parameter.HasDefaultValue)
            ? constructor.Invoke([.. parameters.Select(parameter => parameter.DefaultValue)])
            : null;
    }

    private static string NameOf(Type type) => type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;

    private static string TypeName(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var canBeNull =
            type != property.PropertyType
            || (
                !type.IsValueType
                && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable
            );
        var name =
            type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(one => $"`{one}`"))
            : Types.Contains(type)
                ? $"[{NameOf(type)}](#{NameOf(type).ToLowerInvariant().Replace(".", "", StringComparison.Ordinal)})"
            : $"`{Plain(type)}`";
        return name + (canBeNull ? " or null" : "");
    }

    private static string Plain(Type type) =>
        type switch
        {
            _ when type == typeof(int) => "int",
            _ when type == typeof(float) => "float",
            _ when type == typeof(double) => "double",
            _ when type == typeof(bool) => "bool",
            _ when type == typeof(string) => "string",
            { IsGenericType: true } =>
                $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>",
            _ => type.Name,
        };

    private static string Value(object? value) =>
        value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            string text => $"`\"{text}\"`",
            Enum name => $"`{name}`",
            IFormattable number and not IEnumerable when number.GetType().IsPrimitive => number.ToString(
                null,
                CultureInfo.InvariantCulture
            ),
            IEnumerable list when !list.Cast<object>().Any() => "none",
            IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Value)),
            _ when Types.Contains(value.GetType()) => $"`{NameOf(value.GetType())}`",
            _ => "",
        };
}
