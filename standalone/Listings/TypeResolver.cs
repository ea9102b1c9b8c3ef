using System.Collections.Immutable;
using Mono.Cecil;

namespace Listings;

/// <summary>Finds what a name in a listing means: a type of any of the listings, or of the framework.</summary>
internal sealed class TypeResolver(FrameworkTypes framework)
{
    private readonly Dictionary<string, TypeDefinition> _listed = new(StringComparer.Ordinal);

    public FrameworkTypes Framework => framework;

    public void Add(ListedType type, TypeDefinition definition) => _listed.Add(type.Name.Key, definition);

    public TypeDefinition Listed(string key) => _listed[key];

    public TypeDefinition? FindListed(string key) => _listed.GetValueOrDefault(key);

    public bool Knows(TypeName name, IReadOnlyDictionary<string, GenericParameter> scope) =>
        name.Mentioned.All(n => scope.ContainsKey(n.Key) || _listed.ContainsKey(n.Key) || framework.Contains(n.Key));

    public TypeReference Resolve(TypeName name, ModuleDefinition module, IReadOnlyDictionary<string, GenericParameter> scope) => name switch
    {
        ArrayTypeName array => new ArrayType(Resolve(array.Element, module, scope), array.Rank),
        PointerTypeName pointer => new PointerType(Resolve(pointer.Element, module, scope)),
        NamedType named => Named(named, module, scope),
        _ => throw new ArgumentException($"unknown kind of name {name}", nameof(name)),
    };

    /// <summary>The definition behind a reference made here, in whichever assembly it is.</summary>
    public TypeDefinition Definition(TypeReference reference)
    {
        string key = reference.GetElementType().FullName.Replace('/', '.');
        return FindListed(key) ?? framework.Definition(key);
    }

    private TypeReference Named(NamedType named, ModuleDefinition module, IReadOnlyDictionary<string, GenericParameter> scope)
    {
        string key = named.Key;
        if (scope.TryGetValue(key, out GenericParameter? parameter))
            return parameter;
        TypeReference element = FindListed(key) is { } listed ? module.ImportReference(listed) : framework.Import(key, module);
        ImmutableArray<TypeName> arguments = [.. named.Arguments];
        if (arguments.IsEmpty)
            return element;
        var instance = new GenericInstanceType(element);
        foreach (TypeName argument in arguments)
            instance.GenericArguments.Add(Resolve(argument, module, scope));
        return instance;
    }
}
