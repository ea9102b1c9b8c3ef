namespace Standalone.Tests.Contracts;

/// <summary>The line of a type, taken apart: what it is, what it derives from and implements, and its constraints and attributes.</summary>
internal sealed record TypeLine(string Name, string Kind, IReadOnlyList<string> Bases, string Rest)
{
    private const string NotDerivable = " /*not derivable: no accessible constructor*/";

    private static readonly HashSet<string> Kinds = ["class", "struct", "interface", "enum"];
    private static readonly HashSet<string> Modifiers = ["static", "abstract", "sealed", "readonly", "ref", "protected"];

    public static TypeLine? Parse(string line)
    {
        int split = line.IndexOf(" :: ", StringComparison.Ordinal);
        if (split < 0)
            return null;
        string[] words = line[(split + 4)..].Split(' ');
        int kind = Array.FindIndex(words, w => !Modifiers.Contains(w));
        if (kind < 0 || !Kinds.Contains(words[kind]))
            return null;
        string head = string.Join(' ', words[..(kind + 1)]);
        string tail = line[(split + 4 + head.Length)..];
        int end = new[] { " where ", " [", " /*not derivable" }.Select(mark => tail.IndexOf(mark, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(tail.Length).Min();
        string bases = tail[..end];
        return new TypeLine(line[..split], head, bases.Length > 0 ? SplitTopLevel(bases[3..]) : [], tail[end..]);
    }

    /// <summary>What the stand-in claims that the real type does not keep; null when there is nothing.</summary>
    public string? Contradiction(TypeLine real)
    {
        if (Kind != real.Kind)
            return $"the real one is a {real.Kind}";
        // A base class that nobody outside can see adds nothing; it may have fewer bases, but none of its own.
        string[] more = [.. Bases.Where(b => !b.StartsWith("/*internal*/", StringComparison.Ordinal)).Except(real.Bases)];
        if (more.Length > 0)
            return $"the real one is no {string.Join(", ", more)}; it is {(real.Bases.Count > 0 ? string.Join(", ", real.Bases) : "nothing but an object")}";
        // A stand-in may close what the real one leaves open to derive from.
        return Rest.Replace(NotDerivable, "") == real.Rest.Replace(NotDerivable, "") ? null : $"the real one says '{real.Rest}'";
    }

    private static List<string> SplitTopLevel(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '<' or '(' ? 1 : text[i] is '>' or ')' ? -1 : 0;
            if (depth > 0 || text[i] != ',')
                continue;
            parts.Add(text[start..i]);
            start = i + 2;
        }

        parts.Add(text[start..]);
        return parts;
    }
}
