using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The loadable classes and extensions of the assemblies that were registered.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<(string Name, Type Signature), LoadableClassInfo> _classes = [];
    private readonly Dictionary<(Type Attribute, string Contract), Type> _extensions = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        lock (_lock)
        {
            if (!_assemblies.Add(assembly.FullName))
                return;
            foreach (LoadableClassAttributeBase attribute in assembly.GetCustomAttributes(typeof(LoadableClassAttributeBase)))
                AddClass(attribute, throwOnError);
            if (CanContainExtensions(assembly))
                AddExtensions(assembly, throwOnError);
        }
    }

    private void AddClass(LoadableClassAttributeBase attribute, bool throwOnError)
    {
        LoadableClassInfo info = LoadableClassInfo.FindOrNull(attribute);
        if (info == null)
        {
            if (throwOnError)
                throw Contracts.Except($"Can't instantiate loadable class '{attribute.InstanceType.Name}' with name '{attribute.LoadNames[0]}'");
            return;
        }
        foreach (Type signature in attribute.SigTypes)
        {
            foreach (string name in attribute.LoadNames)
            {
                if (_classes.TryAdd((name.ToLowerInvariant(), signature), info) || !throwOnError)
                    continue;
                LoadableClassInfo other = _classes[(name.ToLowerInvariant(), signature)];
                throw Contracts.Except($"ComponentCatalog cannot map name '{name}' and SignatureType '{signature}' to " +
                    $"{attribute.InstanceType.Name}, already mapped to {other.Attribute.InstanceType.Name}.");
            }
        }
    }

    private static bool CanContainExtensions(Assembly assembly)
    {
        bool isOurs = assembly.FullName.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
            && assembly.GetName().GetPublicKey().AsSpan().SequenceEqual(typeof(ComponentCatalog).Assembly.GetName().GetPublicKey());
        return !isOurs;
    }

    private void AddExtensions(Assembly assembly, bool throwOnError)
    {
        foreach (Type type in assembly.GetTypes().Where(t => t.IsClass))
        {
            foreach (ExtensionBaseAttribute attribute in type.GetCustomAttributes(typeof(ExtensionBaseAttribute)))
            {
                if (!_extensions.TryAdd((attribute.GetType(), attribute.ContractName), type) && throwOnError)
                {
                    throw Contracts.Except($"An extension for '{attribute.GetType().Name}' with contract '{attribute.ContractName}' " +
                        "has already been registered in the ComponentCatalog.");
                }
            }
        }
    }

    internal object GetExtensionValue(IHostEnvironment env, Type attributeType, string contractName)
    {
        if (_extensions.TryGetValue((attributeType, contractName), out Type type))
            return Activator.CreateInstance(type);
        throw env.Except($"Unable to locate an extension for the contract '{contractName}'. Ensure you have called ComponentCatalog.RegisterAssembly " +
            $"with the Assembly that contains a class decorated with a '{attributeType.FullName}'.");
    }

    /// <summary>False when no class has that name and signature.</summary>
    internal static bool TryCreateInstance<TRes>(IHostEnvironment env, Type signatureType, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        result = null;
        string key = (name ?? "").ToLowerInvariant().Trim();
        if (!env.ComponentCatalog._classes.TryGetValue((key, signatureType), out LoadableClassInfo info))
            return false;
        env.Check(typeof(TRes).IsAssignableFrom(info.Attribute.InstanceType),
            $"Loadable class '{name}' does not derive from '{typeof(TRes).FullName}'");
        env.Check(info.ExtraArgumentCount == extra.Length,
            $"Wrong number of extra parameters for loadable class '{name}', need '{info.ExtraArgumentCount}', given '{extra.Length}'");
        result = (TRes)info.CreateInstance(env, extra);
        return true;
    }
}
