using System.Collections.Immutable;
using System.Text;

namespace Listings;

/// <summary>Reads the pieces of a listing line from left to right.</summary>
internal sealed class SignatureReader(string text, int position = 0)
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["void"] = "Void", ["object"] = "Object", ["string"] = "String", ["bool"] = "Boolean", ["char"] = "Char", ["sbyte"] = "SByte", ["byte"] = "Byte",
        ["short"] = "Int16", ["ushort"] = "UInt16", ["int"] = "Int32", ["uint"] = "UInt32", ["long"] = "Int64", ["ulong"] = "UInt64",
        ["float"] = "Single", ["double"] = "Double", ["decimal"] = "Decimal", ["nint"] = "IntPtr", ["nuint"] = "UIntPtr",
    };

    public int Position { get; private set; } = position;

    public bool AtEnd => Position >= text.Length;

    public bool StartsWith(string expected) => string.CompareOrdinal(text, Position, expected, 0, expected.Length) == 0;

    public bool TryTake(string expected)
    {
        if (!StartsWith(expected))
            return false;
        Position += expected.Length;
        return true;
    }

    public void Take(string expected)
    {
        if (!TryTake(expected))
            throw Fault($"expected '{expected}'");
    }

    public string Rest()
    {
        string rest = text[Position..];
        Position = text.Length;
        return rest;
    }

    public FormatException Fault(string what) => new($"{what} at column {Position + 1} of '{text}'");

    /// <summary>A reference to a type: <c>A.B&lt;C, D[]&gt;.E?</c>, a keyword, or a tuple.</summary>
    public TypeName Type()
    {
        TypeName type = TryTake("(") ? Tuple() : Named();
        while (true)
        {
            if (TryTake("?"))
                type = NamedType.Of("System.Nullable", type);
            else if (TryTake("*"))
                type = new PointerTypeName(type);
            else if (StartsWith("[]") || StartsWith("[,"))
                type = new ArrayTypeName(type, Rank());
            else
                return type;
        }
    }

    /// <summary>The name at the start of a type's own line, where type parameters may carry their variance.</summary>
    public (NamedType Name, ImmutableArray<TypeParameter> Parameters) Definition()
    {
        var parameters = ImmutableArray.CreateBuilder<TypeParameter>();
        var segments = ImmutableArray.CreateBuilder<Segment>();
        do
        {
            string name = Identifier();
            int before = parameters.Count;
            if (TryTake("<"))
            {
                do
                {
                    Variance variance = TryTake("in ") ? Variance.In : TryTake("out ") ? Variance.Out : Variance.None;
                    parameters.Add(new TypeParameter(Identifier(), variance));
                }
                while (TryTake(", "));
                Take(">");
            }

            segments.Add(new Segment(name, [.. parameters.Skip(before).Select(p => NamedType.Of(p.Name))]));
        }
        while (TryTake("."));
        return (new NamedType(segments.ToImmutable()), parameters.ToImmutable());
    }

    /// <summary>Parameters up to and with the closing bracket, whose opening one has been taken.</summary>
    public ImmutableArray<Parameter> Parameters(string close)
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        if (TryTake(close))
            return [];
        do
        {
            PassedBy by = TryTake("params ") ? PassedBy.Params : TryTake("ref ") ? PassedBy.Ref : TryTake("out ") ? PassedBy.Out : TryTake("in ") ? PassedBy.In : PassedBy.Value;
            TypeName type = Type();
            Take(" ");
            string name = Identifier();
            parameters.Add(new Parameter(name, type, by, TryTake(" = ") ? Literal() : null));
        }
        while (TryTake(", "));
        Take(close);
        return parameters.ToImmutable();
    }

    public Literal Literal()
    {
        if (TryTake("\""))
            return new Literal(LiteralKind.Text, Quoted());
        if (TryTake("'"))
            return Character();
        if (TryTake("("))
        {
            Type();
            Take(")");
            return new Literal(LiteralKind.EnumNumber, Word());
        }

        string word = Word();
        return word switch
        {
            "null" or "default" => new Literal(LiteralKind.Default, word),
            "true" or "false" => new Literal(LiteralKind.Truth, word),
            _ when char.IsDigit(word[0]) || word[0] == '-' || word.StartsWith("NaN", StringComparison.Ordinal) || word.StartsWith("Infinity", StringComparison.Ordinal)
                => new Literal(LiteralKind.Number, word),
            _ => new Literal(LiteralKind.EnumMember, word[(word.LastIndexOf('.') + 1)..]),
        };
    }

    /// <summary>Zero or more <c> where T : …</c>.</summary>
    public ImmutableArray<Constraint> Constraints()
    {
        var constraints = ImmutableArray.CreateBuilder<Constraint>();
        while (TryTake(" where "))
        {
            string parameter = Identifier();
            Take(" : ");
            var words = new HashSet<string>();
            var types = ImmutableArray.CreateBuilder<TypeName>();
            do
            {
                string? word = new[] { "class", "struct", "unmanaged", "new()" }.FirstOrDefault(IsWord);
                if (word is null)
                    types.Add(Type());
                else
                {
                    Take(word);
                    words.Add(word);
                }
            }
            while (TryTake(", "));
            bool unmanaged = words.Contains("unmanaged");
            constraints.Add(new Constraint(parameter, words.Contains("class"), unmanaged || words.Contains("struct"), unmanaged, words.Contains("new()"), types.ToImmutable()));
        }

        return constraints.ToImmutable();
    }

    /// <summary><c> [Obsolete: message]</c>, which always ends its line.</summary>
    public Obsolescence? Obsolete()
    {
        if (!TryTake(" [Obsolete"))
            return null;
        bool error = TryTake("(error)");
        string rest = Rest();
        return new Obsolescence(rest.StartsWith(": ", StringComparison.Ordinal) ? rest[2..^1] : null, error);
    }

    public string Identifier()
    {
        int start = Position;
        while (Position < text.Length && (char.IsLetterOrDigit(text[Position]) || text[Position] == '_'))
            Position++;
        return Position > start ? text[start..Position] : throw Fault("expected a name");
    }

    private bool IsWord(string word)
    {
        if (!StartsWith(word))
            return false;
        int end = Position + word.Length;
        return end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.' or '<');
    }

    private NamedType Named()
    {
        var segments = ImmutableArray.CreateBuilder<Segment>();
        do
        {
            string name = Identifier();
            segments.Add(new Segment(name, TryTake("<") ? Arguments(">") : []));
        }
        while (TryTake("."));
        return segments is [{ Arguments.IsEmpty: true } only] && Keywords.TryGetValue(only.Name, out string? framework)
            ? NamedType.Of("System." + framework)
            : new NamedType(segments.ToImmutable());
    }

    private NamedType Tuple() => NamedType.Of("System.ValueTuple", [.. Arguments(")")]);

    private ImmutableArray<TypeName> Arguments(string close)
    {
        var arguments = ImmutableArray.CreateBuilder<TypeName>();
        do
            arguments.Add(Type());
        while (TryTake(", "));
        Take(close);
        return arguments.ToImmutable();
    }

    private int Rank()
    {
        Take("[");
        int rank = 1;
        while (TryTake(","))
            rank++;
        Take("]");
        return rank;
    }

    private string Word()
    {
        int start = Position, depth = 0;
        while (Position < text.Length && !(depth == 0 && text[Position] is ',' or ')' or ']' or ' '))
        {
            depth += text[Position] is '<' ? 1 : text[Position] is '>' ? -1 : 0;
            Position++;
        }

        return Position > start ? text[start..Position] : throw Fault("expected a value");
    }

    private Literal Character()
    {
        char value = text[Position++];
        if (value == '\\' && TryTake("u"))
        {
            value = (char)Convert.ToInt32(text.Substring(Position, 4), 16);
            Position += 4;
        }

        Take("'");
        return new Literal(LiteralKind.Character, value.ToString());
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        while (text[Position] != '"')
        {
            char c = text[Position++];
            if (c == '\\')
                c = text[Position++] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other };
            value.Append(c);
        }

        Position++;
        return value.ToString();
    }
}
