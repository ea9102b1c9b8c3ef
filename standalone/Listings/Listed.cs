using System.Collections.Immutable;

namespace Listings;

internal enum TypeKind { Class, Struct, Interface, Enum, Delegate }

internal enum Variance { None, In, Out }

internal sealed record TypeParameter(string Name, Variance Variance);

internal sealed record Constraint(string Parameter, bool Class, bool Struct, bool Unmanaged, bool New, ImmutableArray<TypeName> Types);

internal sealed record Obsolescence(string? Message, bool Error);

internal sealed record AttributeUse(string Targets, ImmutableArray<(string Name, bool Value)> Named);

internal enum LiteralKind { Default, Text, Character, Truth, Number, EnumMember, EnumNumber }

internal sealed record Literal(LiteralKind Kind, string Text);

internal enum PassedBy { Value, Params, Ref, Out, In }

internal sealed record Parameter(string Name, TypeName Type, PassedBy PassedBy, Literal? Default);

/// <summary>What every member line says first.</summary>
internal sealed record MemberHead(string Name, bool Public, ImmutableHashSet<string> Modifiers, Obsolescence? Obsolete)
{
    public bool Is(string modifier) => Modifiers.Contains(modifier);
}

internal abstract record ListedMember(MemberHead Head)
{
    public abstract IEnumerable<TypeName> Types { get; }
}

internal sealed record ListedMethod(MemberHead Head, ImmutableArray<string> TypeParameters, TypeName Return, bool ReturnsRef, bool ReturnsReadOnly,
    bool IsExtension, ImmutableArray<Parameter> Parameters, ImmutableArray<Constraint> Constraints) : ListedMember(Head)
{
    public override IEnumerable<TypeName> Types => Parameters.Select(p => p.Type).Append(Return).Concat(Constraints.SelectMany(c => c.Types));
}

internal sealed record ListedConstructor(MemberHead Head, ImmutableArray<Parameter> Parameters) : ListedMember(Head)
{
    public override IEnumerable<TypeName> Types => Parameters.Select(p => p.Type);
}

/// <summary>One accessor of a property; <paramref name="Public"/> is its own accessibility, which may be narrower than the property's.</summary>
internal sealed record Accessor(bool Public, bool Init);

internal sealed record ListedProperty(MemberHead Head, TypeName Type, bool ReturnsRef, bool ReturnsReadOnly, ImmutableArray<Parameter> Indices,
    Accessor? Getter, Accessor? Setter) : ListedMember(Head)
{
    public override IEnumerable<TypeName> Types => Indices.Select(p => p.Type).Append(Type);
}

internal sealed record ListedField(MemberHead Head, TypeName Type, Literal? Constant) : ListedMember(Head)
{
    public override IEnumerable<TypeName> Types => [Type];
}

internal sealed record ListedEvent(MemberHead Head, TypeName Type) : ListedMember(Head)
{
    public override IEnumerable<TypeName> Types => [Type];
}

/// <summary>A type of a listing with everything that was printed about it.</summary>
internal sealed class ListedType
{
    /// <summary>As printed at the start of each of its lines, variance included.</summary>
    public required string Printed { get; init; }

    /// <summary>The definition's name, with the type parameters as arguments.</summary>
    public required NamedType Name { get; init; }

    /// <summary>All type parameters, those of the types around it first.</summary>
    public required ImmutableArray<TypeParameter> Parameters { get; init; }

    public required TypeKind Kind { get; init; }

    public required bool Public { get; init; }

    public ImmutableHashSet<string> Modifiers { get; init; } = [];

    public ImmutableArray<TypeName> Bases { get; init; } = [];

    public ImmutableArray<Constraint> Constraints { get; init; } = [];

    public bool Flags { get; init; }

    public AttributeUse? Usage { get; init; }

    public Obsolescence? Obsolete { get; init; }

    /// <summary>The signature of a delegate.</summary>
    public ListedMethod? Invoke { get; init; }

    public List<ListedMember> Members { get; } = [];

    public List<(string Name, string Value, Obsolescence? Obsolete)> EnumFields { get; } = [];
}
