using System.Collections.Immutable;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Listings;

/// <summary>Adds the members of one type. Bodies throw: the assemblies are compiled against, never run.</summary>
internal sealed class MemberEmitter(ListedType listed, TypeDefinition type, TypeResolver resolver, Attributes attributes, ImmutableDictionary<string, GenericParameter> typeScope)
{
    private readonly ModuleDefinition _module = type.Module;
    private readonly LiteralValues _literals = new(resolver);

    /// <summary>False when the member mentions a type that is nowhere.</summary>
    public bool TryDefine(ListedMember member)
    {
        ImmutableDictionary<string, GenericParameter> names = typeScope;
        // Only names matter for the question, and those of a method's own parameters are known.
        if (member is ListedMethod generic)
            names = generic.TypeParameters.Aggregate(names, (all, p) => all.SetItem(p, new GenericParameter(p, type)));
        if (!member.Types.All(t => resolver.Knows(t, names)))
            return false;
        switch (member)
        {
            case ListedMethod method: Define(method); break;
            case ListedConstructor constructor: Define(constructor); break;
            case ListedProperty property: Define(property); break;
            case ListedField field: Define(field); break;
            case ListedEvent handler: Define(handler); break;
        }

        return true;
    }

    public void DefineDelegate()
    {
        const MethodAttributes invoked = MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Virtual;
        const MethodAttributes constructed = MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName;
        var constructor = new MethodDefinition(".ctor", constructed, _module.TypeSystem.Void) { ImplAttributes = MethodImplAttributes.Runtime };
        constructor.Parameters.Add(new ParameterDefinition("object", ParameterAttributes.None, _module.TypeSystem.Object));
        constructor.Parameters.Add(new ParameterDefinition("method", ParameterAttributes.None, _module.TypeSystem.IntPtr));
        type.Methods.Add(constructor);

        ListedMethod signature = listed.Invoke!;
        var invoke = new MethodDefinition("Invoke", invoked, _module.TypeSystem.Void) { ImplAttributes = MethodImplAttributes.Runtime };
        invoke.ReturnType = Return(invoke.MethodReturnType, signature.Return, signature.ReturnsRef, signature.ReturnsReadOnly, typeScope);
        AddParameters(invoke, signature.Parameters, typeScope);
        type.Methods.Add(invoke);
    }

    public void DefineInternalConstructor() => Add(new MethodDefinition(".ctor",
        MethodAttributes.Assembly | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, _module.TypeSystem.Void));

    private void Define(ListedConstructor listedConstructor)
    {
        var constructor = new MethodDefinition(".ctor",
            Access(listedConstructor.Head.Public) | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, _module.TypeSystem.Void);
        AddParameters(constructor, listedConstructor.Parameters, typeScope);
        attributes.Add(constructor, listedConstructor.Head.Obsolete);
        Add(constructor);
    }

    private void Define(ListedMethod listedMethod)
    {
        MethodAttributes flags = Access(listedMethod.Head.Public) | Flags(listedMethod.Head);
        if (listedMethod.Head.Name.StartsWith("op_", StringComparison.Ordinal))
            flags |= MethodAttributes.SpecialName;
        var method = new MethodDefinition(listedMethod.Head.Name, flags, _module.TypeSystem.Void);
        ImmutableDictionary<string, GenericParameter> scope = typeScope;
        foreach (string name in listedMethod.TypeParameters)
        {
            var parameter = new GenericParameter(name, method);
            method.GenericParameters.Add(parameter);
            scope = scope.SetItem(name, parameter);
        }

        new ConstraintEmitter(_module, resolver, attributes).Apply(listedMethod.Constraints, scope);
        method.ReturnType = Return(method.MethodReturnType, listedMethod.Return, listedMethod.ReturnsRef, listedMethod.ReturnsReadOnly, scope);
        AddParameters(method, listedMethod.Parameters, scope);
        if (listedMethod.IsExtension)
            attributes.Add(method, "System.Runtime.CompilerServices.ExtensionAttribute");
        attributes.Add(method, listedMethod.Head.Obsolete);
        Add(method);
    }

    private void Define(ListedProperty listedProperty)
    {
        MethodAttributes flags = Flags(listedProperty.Head) | MethodAttributes.SpecialName;
        var property = new PropertyDefinition(listedProperty.Head.Name, PropertyAttributes.None, _module.TypeSystem.Object) { HasThis = !listedProperty.Head.Is("static") };
        property.PropertyType = Return(property, listedProperty.Type, listedProperty.ReturnsRef, listedProperty.ReturnsReadOnly, typeScope);
        if (listedProperty.Getter is { } get)
        {
            var getter = new MethodDefinition("get_" + property.Name, Access(get.Public) | flags, _module.TypeSystem.Void);
            getter.ReturnType = Return(getter.MethodReturnType, listedProperty.Type, listedProperty.ReturnsRef, listedProperty.ReturnsReadOnly, typeScope);
            AddParameters(getter, listedProperty.Indices, typeScope);
            property.GetMethod = Add(getter);
        }

        if (listedProperty.Setter is { } set)
        {
            TypeReference returned = set.Init
                ? new RequiredModifierType(resolver.Framework.Import("System.Runtime.CompilerServices.IsExternalInit", _module), _module.TypeSystem.Void)
                : _module.TypeSystem.Void;
            var setter = new MethodDefinition("set_" + property.Name, Access(set.Public) | flags, returned);
            AddParameters(setter, listedProperty.Indices, typeScope);
            setter.Parameters.Add(new ParameterDefinition("value", ParameterAttributes.None, property.PropertyType));
            property.SetMethod = Add(setter);
        }

        attributes.Add(property, listedProperty.Head.Obsolete);
        type.Properties.Add(property);
    }

    private void Define(ListedField listedField)
    {
        FieldAttributes flags = listedField.Head.Public ? FieldAttributes.Public : FieldAttributes.Family;
        if (listedField.Head.Is("static") || listedField.Head.Is("const"))
            flags |= FieldAttributes.Static;
        if (listedField.Head.Is("readonly"))
            flags |= FieldAttributes.InitOnly;
        if (listedField.Head.Is("const"))
            flags |= FieldAttributes.Literal;
        var field = new FieldDefinition(listedField.Head.Name, flags, resolver.Resolve(listedField.Type, _module, typeScope));
        if (listedField.Constant is { } constant)
            field.Constant = _literals.Value(constant, field.FieldType);
        attributes.Add(field, listedField.Head.Obsolete);
        type.Fields.Add(field);
    }

    private void Define(ListedEvent listedEvent)
    {
        var handler = new EventDefinition(listedEvent.Head.Name, EventAttributes.None, resolver.Resolve(listedEvent.Type, _module, typeScope));
        MethodDefinition Accessor(string prefix)
        {
            var accessor = new MethodDefinition(prefix + handler.Name, Access(listedEvent.Head.Public) | Flags(listedEvent.Head) | MethodAttributes.SpecialName, _module.TypeSystem.Void);
            accessor.Parameters.Add(new ParameterDefinition("value", ParameterAttributes.None, handler.EventType));
            return Add(accessor);
        }

        handler.AddMethod = Accessor("add_");
        handler.RemoveMethod = Accessor("remove_");
        attributes.Add(handler, listedEvent.Head.Obsolete);
        type.Events.Add(handler);
    }

    private MethodDefinition Add(MethodDefinition method)
    {
        method.HasThis = !method.IsStatic;
        if (!method.IsAbstract)
        {
            ILProcessor body = method.Body.GetILProcessor();
            body.Emit(OpCodes.Ldnull);
            body.Emit(OpCodes.Throw);
        }

        type.Methods.Add(method);
        return method;
    }

    private static MethodAttributes Access(bool isPublic) => isPublic ? MethodAttributes.Public : MethodAttributes.Family;

    private MethodAttributes Flags(MemberHead head)
    {
        MethodAttributes flags = MethodAttributes.HideBySig;
        if (head.Is("static"))
            return flags | MethodAttributes.Static | (head.Is("abstract") ? MethodAttributes.Abstract | MethodAttributes.Virtual : 0);
        if (listed.Kind == TypeKind.Interface)
            return flags | MethodAttributes.Virtual | MethodAttributes.NewSlot | (head.Is("default") ? 0 : MethodAttributes.Abstract);
        if (head.Is("abstract"))
            flags |= MethodAttributes.Abstract | MethodAttributes.Virtual;
        if (head.Is("virtual") || head.Is("override"))
            flags |= MethodAttributes.Virtual;
        if (head.Is("sealed"))
            flags |= MethodAttributes.Final;
        if (flags.HasFlag(MethodAttributes.Virtual) && !head.Is("override"))
            flags |= MethodAttributes.NewSlot;
        return flags;
    }

    private TypeReference Return(ICustomAttributeProvider target, TypeName name, bool isRef, bool isReadOnly, IReadOnlyDictionary<string, GenericParameter> scope)
    {
        TypeReference returned = resolver.Resolve(name, _module, scope);
        if (isRef)
            returned = new ByReferenceType(returned);
        if (!isReadOnly)
            return returned;
        attributes.Add(target, "System.Runtime.CompilerServices.IsReadOnlyAttribute");
        return new RequiredModifierType(resolver.Framework.Import("System.Runtime.InteropServices.InAttribute", _module), returned);
    }

    private void AddParameters(MethodDefinition method, ImmutableArray<Parameter> parameters, IReadOnlyDictionary<string, GenericParameter> scope)
    {
        foreach (Parameter listedParameter in parameters)
        {
            TypeReference name = resolver.Resolve(listedParameter.Type, _module, scope);
            var parameter = new ParameterDefinition(listedParameter.Name, ParameterAttributes.None, name);
            Pass(method, parameter, listedParameter);
            if (listedParameter.Default is { } value)
            {
                parameter.Attributes |= ParameterAttributes.Optional | ParameterAttributes.HasDefault;
                parameter.Constant = _literals.Value(value, name);
            }

            method.Parameters.Add(parameter);
        }
    }

    private void Pass(MethodDefinition method, ParameterDefinition parameter, Parameter listedParameter)
    {
        switch (listedParameter.PassedBy)
        {
            case PassedBy.Params:
                attributes.Add(parameter, parameter.ParameterType.IsArray ? "System.ParamArrayAttribute" : "System.Runtime.CompilerServices.ParamCollectionAttribute");
                return;
            case PassedBy.Value:
                return;
        }

        parameter.ParameterType = new ByReferenceType(parameter.ParameterType);
        if (listedParameter.PassedBy == PassedBy.Out)
            parameter.Attributes |= ParameterAttributes.Out;
        if (listedParameter.PassedBy != PassedBy.In)
            return;
        parameter.Attributes |= ParameterAttributes.In;
        attributes.Add(parameter, "System.Runtime.CompilerServices.IsReadOnlyAttribute");
        // Only where somebody may override or bind it does the compiler write the modifier.
        if (method.IsVirtual)
            parameter.ParameterType = new RequiredModifierType(resolver.Framework.Import("System.Runtime.InteropServices.InAttribute", _module), parameter.ParameterType);
    }
}
