using System.Reflection;
using static Sleap.Cli.Tests.SignatureText;

namespace Sleap.Cli.Tests;

/// <summary>
/// Prints what an assembly offers, one line a public or protected type or member, in the format of the lists beside
/// this file. Only metadata is read, so that it works for any assembly, without its native libraries.
/// </summary>
internal sealed class AssemblyPrinter : IDisposable
{
    private const BindingFlags Declared =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;
    private const BindingFlags Constructors = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    private readonly MetadataLoadContext _context;
    private readonly SortedSet<string> _lines = new(StringComparer.Ordinal);

    private AssemblyPrinter(string path)
    {
        // What this process finds: the assemblies of this build, those in NuGet's folder, and the framework's.
        var files = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _context = new MetadataLoadContext(new PathAssemblyResolver(files));
        foreach (var type in _context.LoadFromAssemblyPath(Path.GetFullPath(path)).GetTypes().Where(Visible))
            Print(type);
    }

    public static IReadOnlyCollection<string> Print(string path)
    {
        using var printer = new AssemblyPrinter(path);
        return printer._lines;
    }

    public void Dispose() => _context.Dispose();

    private static bool Visible(Type type) =>
        type.IsNested
            ? Visible(type.DeclaringType!)
                && (
                    type.IsNestedPublic
                    || ((type.IsNestedFamily || type.IsNestedFamORAssem) && Inheritable(type.DeclaringType!))
                )
            : type.IsPublic;

    // Protected members can only be reached when an outside class can derive from the type.
    private static bool Inheritable(Type type) =>
        !type.IsSealed && type.GetConstructors(Constructors).Any(c => c.IsPublic || c.IsFamily || c.IsFamilyOrAssembly);

    private static string? Access(MethodBase? method) =>
        method is null ? null
        : method.IsPublic ? "public"
        : (method.IsFamily || method.IsFamilyOrAssembly) && Inheritable(method.DeclaringType!) ? "protected"
        : null;

    private static string? Access(FieldInfo field) =>
        field.IsPublic ? "public"
        : (field.IsFamily || field.IsFamilyOrAssembly) && Inheritable(field.DeclaringType!) ? "protected"
        : null;

    private void Print(Type type)
    {
        var name = Name(type, definition: true);
        var access = type.IsNested && !type.IsNestedPublic ? "protected " : "";
        if (type.BaseType?.FullName == "System.MulticastDelegate")
        {
            var invoke = type.GetMethod("Invoke")!;
            _lines.Add(
                $"{name} :: {access}delegate {Returned(invoke)} "
                    + $"({Parameters(invoke)}){Constraints(type.GetGenericArguments())}{Obsolete(type)}"
            );
            return;
        }

        var bases = string.Join(", ", Bases(type));
        var underivable =
            type.IsClass && !type.IsSealed && !Inheritable(type) ? " /*not derivable: no accessible constructor*/" : "";
        var derivation = bases.Length > 0 ? " : " + bases : "";
        var flags = Has(type.GetCustomAttributesData(), "FlagsAttribute") ? " [Flags]" : "";
        _lines.Add(
            $"{name} :: {access}{Kind(type)}{derivation}{Constraints(type.GetGenericArguments())}{flags}"
                + $"{Usage(type)}{underivable}{Obsolete(type)}"
        );
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                _lines.Add($"{name}.{field.Name} = {field.GetRawConstantValue()}{Obsolete(field)}");
            return;
        }

        PrintMembers(type, name);
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        if (type.IsValueType)
        {
            return (Has(type.GetCustomAttributesData(), "IsReadOnlyAttribute") ? "readonly " : "")
                + (Has(type.GetCustomAttributesData(), "IsByRefLikeAttribute") ? "ref " : "")
                + "struct";
        }

        return (
                type.IsAbstract && type.IsSealed ? "static "
                : type.IsAbstract ? "abstract "
                : type.IsSealed ? "sealed "
                : ""
            ) + "class";
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
            return [Name(type.GetEnumUnderlyingType())];
        var bases = new List<string>();
        if (type.BaseType is { FullName: not "System.Object" } up && !type.IsValueType)
            bases.Add((Visible(Definition(up)) ? "" : "/*internal*/") + Name(up));
        bases.AddRange(
            type.GetInterfaces().Where(i => Visible(Definition(i))).Select(i => Name(i)).Order(StringComparer.Ordinal)
        );
        return bases;
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private void PrintMembers(Type type, string name)
    {
        foreach (var constructor in type.GetConstructors(Constructors))
        {
            if (Access(constructor) is { } access)
                _lines.Add($"{name} .ctor :: {access} ({Parameters(constructor)}){Obsolete(constructor)}");
        }

        foreach (
            var method in type.GetMethods(Declared)
                .Where(m => !m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))
        )
        {
            if (Access(method) is { } access)
            {
                var extended = Has(method.GetCustomAttributesData(), "ExtensionAttribute") ? "this " : "";
                var constraints = method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "";
                _lines.Add(
                    $"{name}.{method.Name}{Generic(method)} :: {access} {Modifiers(method)}{Returned(method)} "
                        + $"({extended}{Parameters(method)}){constraints}{Obsolete(method)}"
                );
            }
        }

        foreach (var property in type.GetProperties(Declared))
            Print(property, name);
        foreach (var field in type.GetFields(Declared))
        {
            if (Access(field) is { } access)
            {
                var modifier =
                    field.IsLiteral ? "const "
                    : field.IsStatic ? "static "
                    : "";
                modifier += field.IsInitOnly ? "readonly " : "";
                var value = field.IsLiteral ? " = " + Value(field.GetRawConstantValue(), field.FieldType) : "";
                _lines.Add(
                    $"{name}.{field.Name} :: {access} {modifier}{Name(field.FieldType)}{value}{Obsolete(field)}"
                );
            }
        }

        foreach (var handler in type.GetEvents(Declared))
        {
            if (Access(handler.AddMethod) is { } access)
            {
                _lines.Add(
                    $"{name}.{handler.Name} :: {access} {Modifiers(handler.AddMethod!)}event "
                        + $"{Name(handler.EventHandlerType!)}{Obsolete(handler)}"
                );
            }
        }
    }

    private void Print(PropertyInfo property, string name)
    {
        string? get = Access(property.GetMethod),
            set = Access(property.SetMethod);
        if (get is null && set is null)
            return;
        var access = get == "public" || set == "public" ? "public" : "protected";
        var init =
            property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit")
            == true;
        var accessors =
            (get is null ? "" : $"{(get == access ? "" : get + " ")}get; ")
            + (set is null ? "" : $"{(set == access ? "" : set + " ")}{(init ? "init" : "set")}; ");
        var indices = property.GetIndexParameters();
        var index = indices.Length > 0 ? $"[{string.Join(", ", indices.Select(Parameter))}]" : "";
        var modifiers = Modifiers((property.GetMethod ?? property.SetMethod)!);
        var type = RefKind(property.GetMethod?.ReturnParameter) + Name(Dereference(property.PropertyType));
        _lines.Add($"{name}.{property.Name}{index} :: {access} {modifiers}{type} {{ {accessors}}}{Obsolete(property)}");
    }

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Modifiers(MethodInfo method)
    {
        if (method.IsStatic)
            return method.DeclaringType!.IsInterface && method.IsAbstract ? "static abstract " : "static ";
        if (method.DeclaringType!.IsInterface)
            return method.IsAbstract ? "" : "default ";
        var newSlot = method.Attributes.HasFlag(MethodAttributes.NewSlot);
        if (method.IsAbstract)
            return newSlot ? "abstract " : "abstract override ";
        if (method.IsVirtual && !method.IsFinal)
            return newSlot ? "virtual " : "override ";
        return method.IsVirtual && !newSlot ? "sealed override " : "";
    }

    private static string Obsolete(MemberInfo member)
    {
        var attribute = member
            .GetCustomAttributesData()
            .FirstOrDefault(a => a.AttributeType.FullName == "System.ObsoleteAttribute");
        if (attribute is null)
            return "";
        var message =
            attribute.ConstructorArguments.Count > 0 ? attribute.ConstructorArguments[0].Value as string : null;
        // What the compiler puts on ref structs and required members is not the author's word.
        if (
            message is not null
            && (
                message.StartsWith("Types with embedded references are not supported", StringComparison.Ordinal)
                || message.StartsWith("Constructors of types with required members", StringComparison.Ordinal)
            )
        )
        {
            return "";
        }

        var error = attribute.ConstructorArguments.Count > 1 && attribute.ConstructorArguments[1].Value is true;
        return " "
            + $"[Obsolete{(error ? "(error)" : "")}{(message is null ? "" : ": " + message.Replace("\r", "").Replace("\n", " "))}]";
    }

    private static string Usage(Type type)
    {
        var attribute = type.GetCustomAttributesData()
            .FirstOrDefault(a => a.AttributeType.FullName == "System.AttributeUsageAttribute");
        if (attribute is null)
            return "";
        var words = attribute
            .ConstructorArguments.Select(a => ((AttributeTargets)(int)a.Value!).ToString())
            .Concat(
                attribute.NamedArguments.Select(n =>
                    n.MemberName + "=" + (n.TypedValue.Value is true ? "true" : "false")
                )
            );
        return $" [AttributeUsage({string.Join(", ", words)})]";
    }
}
