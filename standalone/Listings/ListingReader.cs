using System.Collections.Immutable;

namespace Listings;

/// <summary>Reads a whole listing: one line a type or member, as the listing's first words say.</summary>
internal static class ListingReader
{
    private static readonly string[] TypeWords = ["readonly", "ref", "static", "abstract", "sealed"];
    private static readonly string[] MemberWords = ["static", "abstract", "virtual", "override", "sealed", "default", "const", "readonly", "event"];

    public static IReadOnlyList<ListedType> Read(string path)
    {
        var types = new Dictionary<string, ListedType>(StringComparer.Ordinal);
        var members = new List<(string Left, string? Right, string Line)>();
        foreach (string line in File.ReadLines(path))
        {
            int split = line.IndexOf(" :: ", StringComparison.Ordinal);
            string left = split < 0 ? line : line[..split];
            if (split >= 0 && ReadType(left, line[(split + 4)..]) is { } type)
                types.Add(left, type);
            else
                members.Add((left, split < 0 ? null : line[(split + 4)..], line));
        }

        foreach ((string left, string? right, string line) in members)
        {
            try
            {
                ReadMember(types, left, right);
            }
            catch (Exception fault) when (fault is FormatException or KeyNotFoundException)
            {
                throw new FormatException($"{Path.GetFileName(path)}: cannot read '{line}': {fault.Message}", fault);
            }
        }

        return [.. types.Values];
    }

    private static ListedType? ReadType(string printed, string right)
    {
        var reader = new SignatureReader(right);
        bool isPublic = !reader.TryTake("protected ");
        ImmutableHashSet<string> modifiers = Words(reader, TypeWords);
        TypeKind? kind = reader.TryTake("class") ? TypeKind.Class : reader.TryTake("struct") ? TypeKind.Struct : reader.TryTake("interface") ? TypeKind.Interface
            : reader.TryTake("enum") ? TypeKind.Enum : reader.TryTake("delegate ") ? TypeKind.Delegate : null;
        if (kind is null)
            return null;

        (NamedType name, ImmutableArray<TypeParameter> parameters) = new SignatureReader(printed).Definition();
        if (kind == TypeKind.Delegate)
        {
            var head = new MemberHead("Invoke", true, [], null);
            ListedMethod invoke = Method(reader, head, []);
            return new ListedType
            {
                Printed = printed, Name = name, Parameters = parameters, Kind = TypeKind.Delegate, Public = isPublic,
                Invoke = invoke with { Constraints = [] }, Constraints = invoke.Constraints, Obsolete = invoke.Head.Obsolete,
            };
        }

        ImmutableArray<TypeName> bases = reader.TryTake(" : ") ? Bases(reader) : [];
        ImmutableArray<Constraint> constraints = reader.Constraints();
        bool flags = reader.TryTake(" [Flags]");
        AttributeUse? usage = reader.TryTake(" [AttributeUsage(") ? Usage(reader) : null;
        reader.TryTake(" /*not derivable: no accessible constructor*/");
        Obsolescence? obsolete = reader.Obsolete();
        if (!reader.AtEnd)
            throw reader.Fault($"did not expect the rest of the line of {printed}");
        return new ListedType
        {
            Printed = printed, Name = name, Parameters = parameters, Kind = kind.Value, Public = isPublic, Modifiers = modifiers,
            Bases = bases, Constraints = constraints, Flags = flags, Usage = usage, Obsolete = obsolete,
        };
    }

    private static ImmutableArray<TypeName> Bases(SignatureReader reader)
    {
        var bases = ImmutableArray.CreateBuilder<TypeName>();
        do
        {
            // An internal base says nothing more in a listing: what it passes on is printed with the type itself only where it is declared there.
            bool isInternal = reader.TryTake("/*internal*/");
            TypeName name = reader.Type();
            if (!isInternal)
                bases.Add(name);
        }
        while (reader.TryTake(", "));
        return bases.ToImmutable();
    }

    private static AttributeUse Usage(SignatureReader reader)
    {
        var targets = new List<string>();
        var named = ImmutableArray.CreateBuilder<(string, bool)>();
        do
        {
            string word = reader.Identifier();
            if (!reader.TryTake("="))
                targets.Add(word);
            else
                named.Add((word, reader.TryTake("true") || !reader.TryTake("false")));
        }
        while (reader.TryTake(", "));
        reader.Take(")]");
        return new AttributeUse(string.Join(", ", targets), named.ToImmutable());
    }

    private static void ReadMember(Dictionary<string, ListedType> types, string left, string? right)
    {
        if (right is null)
        {
            int equals = left.LastIndexOf(" = ", StringComparison.Ordinal);
            int obsolete = left.IndexOf(" [Obsolete", StringComparison.Ordinal);
            if (obsolete >= 0)
                equals = left.LastIndexOf(" = ", obsolete, StringComparison.Ordinal);
            (ListedType declaring, string name) = Owner(types, left[..equals]);
            string value = obsolete < 0 ? left[(equals + 3)..] : left[(equals + 3)..obsolete];
            declaring.EnumFields.Add((name, value, obsolete < 0 ? null : new SignatureReader(left, obsolete).Obsolete()));
            return;
        }

        const string constructor = " .ctor";
        (ListedType owner, string member) = left.EndsWith(constructor, StringComparison.Ordinal) ? (types[left[..^constructor.Length]], ".ctor") : Owner(types, left);
        owner.Members.Add(Member(member, right));
    }

    private static (ListedType Owner, string Member) Owner(Dictionary<string, ListedType> types, string left)
    {
        int depth = 0;
        for (int i = left.Length - 1; i > 0; i--)
        {
            depth += left[i] is '>' or ']' ? 1 : left[i] is '<' or '[' ? -1 : 0;
            if (depth == 0 && left[i] == '.' && types.TryGetValue(left[..i], out ListedType? owner))
                return (owner, left[(i + 1)..]);
        }

        throw new KeyNotFoundException("no type of this listing starts the line");
    }

    private static ListedMember Member(string member, string right)
    {
        var reader = new SignatureReader(right);
        bool isPublic = reader.TryTake("public ");
        if (!isPublic)
            reader.Take("protected ");
        ImmutableHashSet<string> words = Words(reader, MemberWords);
        var names = new SignatureReader(member);
        var head = new MemberHead(member.StartsWith('.') ? member : names.Identifier(), isPublic, words, null);
        if (member == ".ctor")
        {
            reader.Take("(");
            ImmutableArray<Parameter> parameters = reader.Parameters(")");
            return new ListedConstructor(head with { Obsolete = reader.Obsolete() }, parameters);
        }

        if (words.Contains("event"))
        {
            TypeName handler = reader.Type();
            return new ListedEvent(head with { Obsolete = reader.Obsolete() }, handler);
        }

        ImmutableArray<string> generic = names.TryTake("<") ? [.. member[names.Position..^1].Split(", ")] : [];
        var ahead = new SignatureReader(right, reader.Position);
        SkipReturn(ahead);
        if (ahead.StartsWith(" ("))
            return Method(reader, head, generic);
        return ahead.StartsWith(" {") ? Property(reader, head, names) : Field(reader, head);
    }

    private static void SkipReturn(SignatureReader reader)
    {
        if (reader.TryTake("ref "))
            reader.TryTake("readonly ");
        reader.Type();
    }

    private static ListedMethod Method(SignatureReader reader, MemberHead head, ImmutableArray<string> generic)
    {
        bool isRef = reader.TryTake("ref ");
        bool isReadOnly = isRef && reader.TryTake("readonly ");
        TypeName type = reader.Type();
        reader.Take(" (");
        bool extension = reader.TryTake("this ");
        ImmutableArray<Parameter> parameters = reader.Parameters(")");
        ImmutableArray<Constraint> constraints = reader.Constraints();
        return new ListedMethod(head with { Obsolete = reader.Obsolete() }, generic, type, isRef, isReadOnly, extension, parameters, constraints);
    }

    private static ListedProperty Property(SignatureReader reader, MemberHead head, SignatureReader names)
    {
        bool isRef = reader.TryTake("ref ");
        bool isReadOnly = isRef && reader.TryTake("readonly ");
        TypeName type = reader.Type();
        ImmutableArray<Parameter> indices = names.TryTake("[") ? names.Parameters("]") : [];
        reader.Take(" { ");
        Accessor? get = null, set = null;
        while (!reader.TryTake("}"))
        {
            bool isPublic = reader.TryTake("public ") || (!reader.TryTake("protected ") && head.Public);
            if (reader.TryTake("get; "))
                get = new Accessor(isPublic, false);
            else
            {
                bool init = reader.TryTake("init; ");
                if (!init)
                    reader.Take("set; ");
                set = new Accessor(isPublic, init);
            }
        }

        return new ListedProperty(head with { Obsolete = reader.Obsolete() }, type, isRef, isReadOnly, indices, get, set);
    }

    private static ListedField Field(SignatureReader reader, MemberHead head)
    {
        TypeName type = reader.Type();
        Literal? constant = reader.TryTake(" = ") ? reader.Literal() : null;
        return new ListedField(head with { Obsolete = reader.Obsolete() }, type, constant);
    }

    private static ImmutableHashSet<string> Words(SignatureReader reader, string[] known)
    {
        var words = ImmutableHashSet.CreateBuilder<string>();
        while (known.FirstOrDefault(w => reader.StartsWith(w + " ")) is { } word && !(word == "ref" && words.Contains("ref")))
        {
            reader.Take(word + " ");
            words.Add(word);
        }

        return words.ToImmutable();
    }
}
