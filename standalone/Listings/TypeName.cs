using System.Collections.Immutable;
using System.Text;

namespace Listings;

/// <summary>A type as a listing spells it: nested types with dots, generic arguments in angle brackets.</summary>
internal abstract record TypeName
{
    /// <summary>The named types that this one is made of, itself included.</summary>
    public abstract IEnumerable<NamedType> Mentioned { get; }
}

internal sealed record ArrayTypeName(TypeName Element, int Rank) : TypeName
{
    public override IEnumerable<NamedType> Mentioned => Element.Mentioned;
}

internal sealed record PointerTypeName(TypeName Element) : TypeName
{
    public override IEnumerable<NamedType> Mentioned => Element.Mentioned;
}

/// <summary>One dotted part of a name with the generic arguments written after it.</summary>
internal sealed record Segment(string Name, ImmutableArray<TypeName> Arguments);

internal sealed record NamedType(ImmutableArray<Segment> Segments) : TypeName
{
    public static NamedType Of(string dotted, params TypeName[] arguments)
    {
        string[] parts = dotted.Split('.');
        return new NamedType([.. parts.Select((p, i) => new Segment(p, i == parts.Length - 1 ? [.. arguments] : []))]);
    }

    /// <summary>The name under which a definition is found: arities instead of arguments, as in <c>System.Span`1.Enumerator</c>.</summary>
    public string Key
    {
        get
        {
            var key = new StringBuilder();
            foreach (Segment segment in Segments)
            {
                if (key.Length > 0)
                    key.Append('.');
                key.Append(segment.Name);
                if (segment.Arguments.Length > 0)
                    key.Append('`').Append(segment.Arguments.Length);
            }

            return key.ToString();
        }
    }

    public IEnumerable<TypeName> Arguments => Segments.SelectMany(s => s.Arguments);

    public override IEnumerable<NamedType> Mentioned => Arguments.SelectMany(a => a.Mentioned).Prepend(this);
}
