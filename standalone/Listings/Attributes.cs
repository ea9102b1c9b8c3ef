using Mono.Cecil;

namespace Listings;

/// <summary>Puts framework attributes on what is emitted.</summary>
internal sealed class Attributes(ModuleDefinition module, FrameworkTypes framework)
{
    public CustomAttribute Add(ICustomAttributeProvider target, string attribute, params (string Type, object Value)[] arguments)
    {
        var constructor = new MethodReference(".ctor", module.TypeSystem.Void, framework.Import(attribute, module)) { HasThis = true };
        var use = new CustomAttribute(constructor);
        foreach ((string type, object value) in arguments)
        {
            TypeReference argument = framework.Import(type, module);
            constructor.Parameters.Add(new ParameterDefinition(argument));
            use.ConstructorArguments.Add(new CustomAttributeArgument(argument, value));
        }

        target.CustomAttributes.Add(use);
        return use;
    }

    public void Add(ICustomAttributeProvider target, Obsolescence? obsolete)
    {
        if (obsolete is null)
            return;
        if (obsolete.Message is null)
            Add(target, "System.ObsoleteAttribute");
        else
            Add(target, "System.ObsoleteAttribute", ("System.String", obsolete.Message), ("System.Boolean", obsolete.Error));
    }

    public void Add(ICustomAttributeProvider target, AttributeUse usage)
    {
        CustomAttribute use = Add(target, "System.AttributeUsageAttribute", ("System.AttributeTargets", (int)Enum.Parse<AttributeTargets>(usage.Targets)));
        foreach ((string name, bool value) in usage.Named)
            use.Properties.Add(new CustomAttributeNamedArgument(name, new CustomAttributeArgument(module.TypeSystem.Boolean, value)));
    }
}
