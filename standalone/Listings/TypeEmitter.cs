using System.Collections.Immutable;
using System.Globalization;
using Mono.Cecil;

namespace Listings;

/// <summary>Fills in one declared type: bases and constraints first (all types), then members (all types), then what overrides what.</summary>
internal sealed class TypeEmitter(ListedType listed, TypeDefinition type, TypeResolver resolver, List<string> leftOut)
{
    private readonly ModuleDefinition _module = type.Module;
    private readonly Attributes _attributes = new(type.Module, resolver.Framework);
    private readonly ImmutableDictionary<string, GenericParameter> _scope = type.GenericParameters.ToImmutableDictionary(p => p.Name);

    public void DefineShape()
    {
        foreach (TypeName name in listed.Kind == TypeKind.Enum ? [] : listed.Bases)
        {
            if (!resolver.Knows(name, _scope))
            {
                leftOut.Add($"{listed.Printed} : {((NamedType)name).Key}");
                continue;
            }

            TypeReference reference = resolver.Resolve(name, _module, _scope);
            if (resolver.Definition(reference).IsInterface)
                type.Interfaces.Add(new InterfaceImplementation(reference));
            else
                type.BaseType = reference;
        }

        new ConstraintEmitter(_module, resolver, _attributes).Apply(listed.Constraints, _scope);
        _attributes.Add(type, listed.Obsolete);
        if (listed.Usage is { } usage)
            _attributes.Add(type, usage);
        if (listed.Flags)
            _attributes.Add(type, "System.FlagsAttribute");
        if (listed.Modifiers.Contains("readonly"))
            _attributes.Add(type, "System.Runtime.CompilerServices.IsReadOnlyAttribute");
        if (listed.Modifiers.Contains("ref"))
            _attributes.Add(type, "System.Runtime.CompilerServices.IsByRefLikeAttribute");
    }

    public void DefineEnum()
    {
        if (listed.Kind != TypeKind.Enum)
            return;
        TypeReference underlying = resolver.Resolve(listed.Bases[0], _module, _scope);
        type.Fields.Add(new FieldDefinition("value__", FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName, underlying));
        Type number = Type.GetType(underlying.FullName, throwOnError: true)!;
        foreach ((string name, string value, Obsolescence? obsolete) in listed.EnumFields)
        {
            var field = new FieldDefinition(name, FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal | FieldAttributes.HasDefault, type)
            {
                Constant = Convert.ChangeType(value, number, CultureInfo.InvariantCulture),
            };
            _attributes.Add(field, obsolete);
            type.Fields.Add(field);
        }
    }

    public void DefineMembers()
    {
        var members = new MemberEmitter(listed, type, resolver, _attributes, _scope);
        switch (listed.Kind)
        {
            case TypeKind.Enum:
                return;
            case TypeKind.Delegate:
                members.DefineDelegate();
                return;
        }

        foreach (ListedMember member in listed.Members)
        {
            if (members.TryDefine(member))
                continue;
            leftOut.Add($"{listed.Printed}.{member.Head.Name}");
        }

        // No listed constructor: nobody outside may make one or derive.
        if (listed.Kind == TypeKind.Class && !listed.Modifiers.Contains("static") && !listed.Members.OfType<ListedConstructor>().Any())
            members.DefineInternalConstructor();
        // An empty struct would count as assigned from the start.
        if (listed.Kind == TypeKind.Struct && type.Fields.All(f => f.IsStatic))
            type.Fields.Add(new FieldDefinition("_", FieldAttributes.Private | FieldAttributes.InitOnly, _module.TypeSystem.Int32));
        if (listed.Members.OfType<ListedProperty>().FirstOrDefault(p => p.Indices.Length > 0) is { } indexer)
            _attributes.Add(type, "System.Reflection.DefaultMemberAttribute", ("System.String", indexer.Head.Name));
        if (type.Methods.Any(m => m.CustomAttributes.Any(a => a.AttributeType.Name == "ExtensionAttribute")))
            _attributes.Add(type, "System.Runtime.CompilerServices.ExtensionAttribute");
    }

    /// <summary>
    /// Compilers look for the method that an override overrides. Where the listed bases have none (it came from a base of no listing),
    /// the method starts its own slot.
    /// </summary>
    public void SettleOverrides()
    {
        foreach (MethodDefinition method in type.Methods.Where(m => m.IsVirtual && !m.IsNewSlot && !HasOverridden(m)))
            method.IsNewSlot = true;
    }

    private bool HasOverridden(MethodDefinition method)
    {
        for (TypeReference? up = type.BaseType; up is not null;)
        {
            TypeDefinition definition = resolver.Definition(up);
            if (definition.Methods.Any(m => m.IsVirtual && m.Name == method.Name && m.Parameters.Count == method.Parameters.Count
                && m.GenericParameters.Count == method.GenericParameters.Count))
                return true;
            up = definition.BaseType;
        }

        return false;
    }
}
