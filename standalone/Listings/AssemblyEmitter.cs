using System.Collections.Immutable;
using Mono.Cecil;

namespace Listings;

/// <summary>
/// Makes one metadata-only assembly for each listing. A member that mentions a type of no listing and not of the framework
/// is left out and reported: nobody can call it without that other assembly anyway.
/// </summary>
internal sealed class AssemblyEmitter(FrameworkTypes framework)
{
    private readonly TypeResolver _resolver = new(framework);
    private readonly List<(ListedType Listed, TypeDefinition Definition)> _types = [];
    private readonly List<AssemblyDefinition> _assemblies = [];

    public IReadOnlyList<AssemblyDefinition> Assemblies => _assemblies;

    public List<string> LeftOut { get; } = [];

    public void Declare(string assemblyName, IReadOnlyList<ListedType> types)
    {
        var parameters = new ModuleParameters { Kind = ModuleKind.Dll, AssemblyResolver = framework.Resolver };
        var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition(assemblyName, new Version(1, 0, 0, 0)), assemblyName, parameters);
        // The first reference decides which library Cecil takes System.Object from.
        assembly.MainModule.AssemblyReferences.Add(new AssemblyNameReference(framework.CoreLibrary.Name, framework.CoreLibrary.Version) { PublicKeyToken = framework.CoreLibrary.PublicKeyToken });
        framework.Register(assembly);
        _assemblies.Add(assembly);
        foreach (ListedType type in types.OrderBy(t => t.Name.Segments.Length))
            _types.Add((type, Declare(type, assembly.MainModule)));
    }

    public void Define()
    {
        var emitters = _types.Select(t => new TypeEmitter(t.Listed, t.Definition, _resolver, LeftOut)).ToList();
        emitters.ForEach(e => e.DefineShape());
        // Enums come first: default values of parameters are looked up in them.
        emitters.ForEach(e => e.DefineEnum());
        emitters.ForEach(e => e.DefineMembers());
        emitters.ForEach(e => e.SettleOverrides());
        foreach (AssemblyDefinition assembly in _assemblies)
        {
            var attributes = new Attributes(assembly.MainModule, framework);
            attributes.Add(assembly, "System.Runtime.CompilerServices.ReferenceAssemblyAttribute");
            if (assembly.MainModule.Types.Any(t => t.HasCustomAttributes && t.IsAbstract && t.IsSealed))
                attributes.Add(assembly, "System.Runtime.CompilerServices.ExtensionAttribute");
        }
    }

    private TypeDefinition Declare(ListedType type, ModuleDefinition module)
    {
        ImmutableArray<Segment> segments = type.Name.Segments;
        Segment own = segments[^1];
        string name = own.Arguments.IsEmpty ? own.Name : $"{own.Name}`{own.Arguments.Length}";
        TypeDefinition? outer = segments.Length > 1 ? _resolver.FindListed(new NamedType(segments[..^1]).Key) : null;
        string space = outer is null ? string.Join('.', segments.SkipLast(1).Select(s => s.Name)) : "";
        var definition = new TypeDefinition(space, name, Flags(type, outer is not null));
        foreach (TypeParameter parameter in type.Parameters)
            definition.GenericParameters.Add(new GenericParameter(parameter.Name, definition)
            {
                IsCovariant = parameter.Variance == Variance.Out, IsContravariant = parameter.Variance == Variance.In,
            });
        // Whether it is a value type must be known before anything refers to it.
        definition.BaseType = type.Kind switch
        {
            TypeKind.Struct => framework.Import("System.ValueType", module),
            TypeKind.Enum => framework.Import("System.Enum", module),
            TypeKind.Delegate => framework.Import("System.MulticastDelegate", module),
            TypeKind.Class => module.TypeSystem.Object,
            _ => null,
        };
        if (outer is null)
            module.Types.Add(definition);
        else
            outer.NestedTypes.Add(definition);
        _resolver.Add(type, definition);
        return definition;
    }

    private static TypeAttributes Flags(ListedType type, bool nested)
    {
        TypeAttributes flags = !nested ? TypeAttributes.Public : type.Public ? TypeAttributes.NestedPublic : TypeAttributes.NestedFamily;
        bool isStatic = type.Modifiers.Contains("static");
        if (isStatic || type.Modifiers.Contains("abstract") || type.Kind == TypeKind.Interface)
            flags |= TypeAttributes.Abstract;
        if (isStatic || type.Modifiers.Contains("sealed") || type.Kind is TypeKind.Struct or TypeKind.Enum or TypeKind.Delegate)
            flags |= TypeAttributes.Sealed;
        if (type.Kind == TypeKind.Interface)
            flags |= TypeAttributes.Interface;
        if (type.Kind == TypeKind.Struct)
            flags |= TypeAttributes.SequentialLayout;
        return flags;
    }
}
