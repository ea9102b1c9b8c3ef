namespace Standalone.Tests.Contracts;

/// <summary>The listing of a real assembly, and what of a stand-in's lines is not in it.</summary>
internal sealed class Listing
{
    private readonly HashSet<string> _lines;
    private readonly Dictionary<string, TypeLine> _types;

    public Listing(IEnumerable<string> lines)
    {
        _lines = new HashSet<string>(lines, StringComparer.Ordinal);
        _types = _lines.Select(TypeLine.Parse).OfType<TypeLine>().ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The listing of an assembly by its simple name; TorchSharp's by its oldest version, which the stand-in keeps to.</summary>
    public static string PathOf(string assembly) => Repository.Path("tests", "api", assembly == "TorchSharp" ? "TorchSharp-0.102.7.txt" : assembly + ".txt");

    public static Listing Of(string assembly) => new(File.ReadLines(PathOf(assembly)));

    /// <summary>One text a line of the stand-in that the real assembly contradicts.</summary>
    public IEnumerable<string> Contradictions(IEnumerable<string> standIn)
    {
        foreach (string line in standIn.Where(l => !_lines.Contains(l)))
        {
            if (TypeLine.Parse(line) is { } type && _types.TryGetValue(type.Name, out TypeLine? real))
            {
                if (type.Contradiction(real) is { } fault)
                    yield return $"{line}\n    {fault}";
                continue;
            }

            yield return $"{line}\n    not in the listing; nearest there:{string.Concat(Nearest(line).Select(n => "\n      " + n))}";
        }
    }

    private IEnumerable<string> Nearest(string line)
    {
        string left = line.Split(" :: ")[0];
        string member = left[(left.LastIndexOfAny(['.', ' ']) + 1)..];
        return _lines.Where(l => l.StartsWith(left + " ", StringComparison.Ordinal))
            .Concat(_lines.Where(l => l.Split(" :: ")[0].EndsWith("." + member, StringComparison.Ordinal)).OrderByDescending(l => Common(l, line)))
            .Concat(_lines.OrderByDescending(l => Common(l, line)))
            .Distinct().Take(3);
    }

    private static int Common(string a, string b) => a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
}
