using System.Collections.Immutable;
using Mono.Cecil;

namespace Listings;

internal sealed class ConstraintEmitter(ModuleDefinition module, TypeResolver resolver, Attributes attributes)
{
    public void Apply(ImmutableArray<Constraint> constraints, IReadOnlyDictionary<string, GenericParameter> scope)
    {
        foreach (Constraint constraint in constraints)
        {
            GenericParameter parameter = scope[constraint.Parameter];
            parameter.HasReferenceTypeConstraint = constraint.Class;
            parameter.HasNotNullableValueTypeConstraint = constraint.Struct;
            parameter.HasDefaultConstructorConstraint = constraint.New || constraint.Struct;
            if (constraint.Struct)
                parameter.Constraints.Add(new GenericParameterConstraint(ValueType(constraint.Unmanaged)));
            if (constraint.Unmanaged)
                attributes.Add(parameter, "System.Runtime.CompilerServices.IsUnmanagedAttribute");
            foreach (TypeName type in constraint.Types.Where(t => resolver.Knows(t, scope)))
                parameter.Constraints.Add(new GenericParameterConstraint(resolver.Resolve(type, module, scope)));
        }
    }

    private TypeReference ValueType(bool unmanaged)
    {
        TypeReference valueType = resolver.Framework.Import("System.ValueType", module);
        return unmanaged ? new RequiredModifierType(resolver.Framework.Import("System.Runtime.InteropServices.UnmanagedType", module), valueType) : valueType;
    }
}
