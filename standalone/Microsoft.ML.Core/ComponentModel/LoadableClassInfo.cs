using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>How one loadable class is made: by its constructor or by a static Create method, with or without the environment first.</summary>
internal sealed class LoadableClassInfo
{
    private const BindingFlags AnyVisibility = BindingFlags.Public | BindingFlags.NonPublic;

    private readonly MethodBase _maker;
    private readonly bool _wantsEnvironment;

    private LoadableClassInfo(LoadableClassAttributeBase attribute, MethodBase maker, bool wantsEnvironment)
    {
        Attribute = attribute;
        _maker = maker;
        _wantsEnvironment = wantsEnvironment;
    }

    public LoadableClassAttributeBase Attribute { get; }

    public int ExtraArgumentCount => Attribute.CtorTypes.Length - (Attribute.ArgType == null ? 0 : 1);

    /// <summary>Null when the class has neither a fitting constructor nor a fitting Create method.</summary>
    public static LoadableClassInfo FindOrNull(LoadableClassAttributeBase attribute)
    {
        Type[] plain = attribute.CtorTypes;
        Type[] withEnvironment = [typeof(IHostEnvironment), .. plain];

        bool constructorWantsEnvironment = false;
        ConstructorInfo constructor = null;
        if (attribute.InstanceType.IsAssignableFrom(attribute.LoaderType))
        {
            constructor = ConstructorOrNull(attribute.LoaderType, plain);
            if (constructor == null)
            {
                constructor = ConstructorOrNull(attribute.LoaderType, withEnvironment);
                constructorWantsEnvironment = constructor != null;
            }
        }

        bool createWantsEnvironment = false;
        MethodInfo create = CreateOrNull(attribute, plain);
        if (create == null)
        {
            create = CreateOrNull(attribute, withEnvironment);
            createWantsEnvironment = create != null;
        }

        if (constructor != null && create != null)
        {
            if (Openness(constructor) == Openness(create))
            {
                throw Contracts.Except($"Can't load type {attribute.InstanceType}, because it has both create and constructor methods with the " +
                    "same visibility. Please indicate which one should be used by changing either the signature or the visibility of one of them.");
            }
            if (Openness(constructor) > Openness(create))
                create = null;
            else
                constructor = null;
        }
        if (constructor != null)
            return new LoadableClassInfo(attribute, constructor, constructorWantsEnvironment);
        return create != null ? new LoadableClassInfo(attribute, create, createWantsEnvironment) : null;
    }

    private static ConstructorInfo ConstructorOrNull(Type type, Type[] parameters)
        => type.GetConstructor(BindingFlags.Instance | AnyVisibility, null, parameters, null);

    private static MethodInfo CreateOrNull(LoadableClassAttributeBase attribute, Type[] parameters)
    {
        MethodInfo method = attribute.LoaderType.GetMethod("Create", BindingFlags.Static | AnyVisibility | BindingFlags.FlattenHierarchy,
            null, parameters, null);
        bool fits = method != null && method.DeclaringType == attribute.LoaderType && method.ReturnType == attribute.InstanceType;
        return fits ? method : null;
    }

    private static int Openness(MethodBase method)
    {
        MethodAttributes[] fromClosed =
        [
            MethodAttributes.FamANDAssem, MethodAttributes.Private, MethodAttributes.Family, MethodAttributes.FamORAssem,
            MethodAttributes.Assembly, MethodAttributes.Public,
        ];
        return Array.IndexOf(fromClosed, method.Attributes & MethodAttributes.MemberAccessMask);
    }

    public object CreateInstance(IHostEnvironment env, object[] extra)
    {
        object[] arguments = _wantsEnvironment ? [env, .. extra] : extra;
        try
        {
            return _maker is ConstructorInfo constructor ? constructor.Invoke(arguments) : _maker.Invoke(null, arguments);
        }
        catch (TargetInvocationException ex) when (ex.InnerException?.IsMarked() == true)
        {
            throw Contracts.Except("Error during class instantiation", ex);
        }
    }
}
