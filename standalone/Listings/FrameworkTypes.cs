using Mono.Cecil;

namespace Listings;

/// <summary>
/// The public types of the .NET framework that this program runs on, by the names listings use.
/// References go to the assemblies that compilers know (System.Runtime, System.Collections, …), not to the one where the code sits.
/// </summary>
internal sealed class FrameworkTypes : IDisposable
{
    private static readonly HashSet<string> Umbrellas = ["mscorlib", "netstandard", "System", "System.Core", "System.Data", "System.Xml", "System.Net", "WindowsBase"];

    private readonly KnownAssemblies _resolver = new();
    private readonly Dictionary<string, (TypeReference Type, AssemblyNameDefinition Home)> _types = new(StringComparer.Ordinal);

    public FrameworkTypes()
    {
        string folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        _resolver.AddSearchDirectory(folder);
        IEnumerable<string> files = Directory.GetFiles(folder, "System*.dll")
            .Where(f => !Path.GetFileName(f).StartsWith("System.Private", StringComparison.Ordinal) && !Umbrellas.Contains(Path.GetFileNameWithoutExtension(f)))
            .OrderBy(f => Path.GetFileName(f) != "System.Runtime.dll").ThenBy(f => f, StringComparer.Ordinal);
        foreach (string file in files)
            Index(_resolver.Resolve(AssemblyNameReference.Parse(Path.GetFileNameWithoutExtension(file))));
        CoreLibrary = _types["System.Object"].Home;
    }

    public AssemblyNameReference CoreLibrary { get; }

    public IAssemblyResolver Resolver => _resolver;

    public bool Contains(string key) => _types.ContainsKey(key);

    /// <summary>The type's definition, wherever its code sits.</summary>
    public TypeDefinition Definition(string key) => _types[key].Type.Resolve();

    public TypeReference Import(string key, ModuleDefinition module)
    {
        if (Primitive(key, module.TypeSystem) is { } primitive)
            return primitive;
        (TypeReference type, AssemblyNameDefinition home) = _types[key];
        AssemblyNameReference? scope = module.AssemblyReferences.FirstOrDefault(r => r.Name == home.Name);
        if (scope is null)
        {
            scope = new AssemblyNameReference(home.Name, home.Version) { PublicKeyToken = home.PublicKeyToken };
            module.AssemblyReferences.Add(scope);
        }

        return Copy(type.Resolve(), module, scope);
    }

    public void Dispose() => _resolver.Dispose();

    // Signatures have codes of their own for these.
    private static TypeReference? Primitive(string key, TypeSystem system) => key switch
    {
        "System.Void" => system.Void, "System.Object" => system.Object, "System.String" => system.String, "System.Boolean" => system.Boolean, "System.Char" => system.Char,
        "System.SByte" => system.SByte, "System.Byte" => system.Byte, "System.Int16" => system.Int16, "System.UInt16" => system.UInt16, "System.Int32" => system.Int32,
        "System.UInt32" => system.UInt32, "System.Int64" => system.Int64, "System.UInt64" => system.UInt64, "System.Single" => system.Single, "System.Double" => system.Double,
        "System.IntPtr" => system.IntPtr, "System.UIntPtr" => system.UIntPtr, "System.TypedReference" => system.TypedReference,
        _ => null,
    };

    /// <summary>Cecil looks up enums, to write values of them, wherever they are declared.</summary>
    public void Register(AssemblyDefinition assembly) => _resolver.Register(assembly);

    private static TypeReference Copy(TypeDefinition type, ModuleDefinition module, IMetadataScope scope)
    {
        var copy = new TypeReference(type.Namespace, type.Name, module, scope, type.IsValueType);
        if (type.DeclaringType is { } outer)
            copy.DeclaringType = Copy(outer, module, scope);
        foreach (GenericParameter parameter in type.GenericParameters)
            copy.GenericParameters.Add(new GenericParameter(parameter.Name, copy));
        return copy;
    }

    private bool IsHere(string assembly) => _resolver.GetSearchDirectories().Any(d => File.Exists(Path.Combine(d, assembly + ".dll")));

    private void Index(AssemblyDefinition assembly)
    {
        foreach (TypeDefinition type in assembly.MainModule.GetTypes().Where(t => t.IsPublic || t.IsNestedPublic))
            _types.TryAdd(type.FullName.Replace('/', '.'), (type, assembly.Name));
        // Some old facades forward to assemblies that are packages now.
        foreach (ExportedType forward in assembly.MainModule.ExportedTypes.Where(f => IsHere(f.Scope.Name)))
            if (forward.Resolve() is { } type && (type.IsPublic || type.IsNestedPublic))
                _types.TryAdd(type.FullName.Replace('/', '.'), (type, assembly.Name));
    }

    private sealed class KnownAssemblies : DefaultAssemblyResolver
    {
        public void Register(AssemblyDefinition assembly) => RegisterAssembly(assembly);
    }
}
