using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

internal abstract class LoadableClassAttributeBase : Attribute
{
    protected LoadableClassAttributeBase(string summary, Type instType, Type loaderType, Type argType, Type[] sigTypes,
        string userName, params string[] loadNames)
    {
        Contracts.CheckValue(instType, nameof(instType));
        Contracts.CheckValue(loaderType, nameof(loaderType));
        Contracts.CheckParam(sigTypes is { Length: > 0 }, nameof(sigTypes), "sigTypes cannot be null or empty");
        if (loadNames is not { Length: > 0 })
            loadNames = [userName];
        Contracts.CheckParam(!loadNames.Any(string.IsNullOrWhiteSpace), nameof(loadNames), "LoadableClass loadName parameter can't be empty");

        Type[] parameters = ParametersOf(sigTypes[0]);
        foreach (Type signature in sigTypes.Skip(1))
        {
            Contracts.CheckParam(ParametersOf(signature).SequenceEqual(parameters), nameof(sigTypes),
                "LoadableClass signatures must have the same set of parameters");
        }

        Summary = summary;
        InstanceType = instType;
        LoaderType = loaderType;
        ArgType = argType;
        SigTypes = sigTypes;
        CtorTypes = argType == null ? parameters : [argType, .. parameters];
        UserName = userName;
        LoadNames = loadNames;
    }

    public Type InstanceType { get; }
    public Type LoaderType { get; }
    public Type ArgType { get; }
    public Type[] SigTypes { get; }
    public Type[] CtorTypes { get; }
    public string Summary { get; }
    public string UserName { get; }
    public string[] LoadNames { get; }
    public string DocName { get; set; }

    private static Type[] ParametersOf(Type signature)
    {
        Contracts.CheckValue(signature, "sigTypes");
        Contracts.CheckParam(signature.BaseType == typeof(MulticastDelegate), "sigTypes", "LoadableClass signature type must be a delegate type");
        MethodInfo invoke = signature.GetMethod("Invoke");
        Contracts.CheckParam(invoke.ReturnType == typeof(void), "sigTypes", "LoadableClass signature type must be a delegate type with void return");
        return invoke.GetParameters().Select(p => p.ParameterType).ToArray();
    }
}
