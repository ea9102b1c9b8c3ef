using System.Text;
using System.Text.RegularExpressions;

namespace Sleap.IO.Tests;

/// <summary>Damages a file's bytes in the ways disks, networks and people do.</summary>
internal static partial class Mutation
{
    private static readonly string[] Traversals =
    [
        "../../../../../../etc/passwd",
        "/dev/zero",
        "..\\..\\..\\evil.mp4",
        "file:///etc/passwd",
        "/proc/self/mem",
        "%s%n\\u0000",
    ];
    private static readonly string[] WrongValues =
    [
        "null",
        "\"text\"",
        "[]",
        "{}",
        "-1",
        "1e999",
        "-1e308",
        "99999999999999999999",
        "2147483648",
        "NaN",
        "true",
        "0.5",
        "",
        "{\"a\":1}",
        "[[1,2],[3]]",
    ];

    /// <summary>
    /// A damaged copy: bits turned, cut short, stretches overwritten or moved, huge numbers, other types, deep nesting,
    /// names that lead elsewhere.
    /// </summary>
    public static byte[] Of(byte[] original, Random random)
    {
        var isText = original.AsSpan(0, Math.Min(original.Length, 1024)).IndexOf((byte)0) < 0;
        var bytes = (byte[])original.Clone();
        switch (random.Next(8))
        {
            case 0:
                for (var i = random.Next(1, 9); i > 0; i--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                random.NextBytes(Stretch(bytes, random));
                return bytes;
            case 3:
                Stretch(bytes, random).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return bytes;
            case 4:
                Stretch(bytes, random).ToArray().AsSpan().CopyTo(Tail(bytes, random, 64));
                return bytes;
            case 5 when bytes.Length > 16:
                // A huge or negative number where a size may stand.
                BitConverter
                    .GetBytes(random.Next(2) == 0 ? long.MaxValue >> random.Next(40) : -1L << random.Next(40))
                    .CopyTo(bytes, random.Next(bytes.Length - 8) & ~7);
                return bytes;
            case 6:
                return isText ? Renamed(bytes, random) : Overwritten(bytes, random);
            default:
                return isText ? Retyped(bytes, random) : Swapped(bytes, random);
        }
    }

    /// <summary>Of a text: one number or word is another kind of thing, or nests a hundred thousand times.</summary>
    private static byte[] Retyped(byte[] bytes, Random random)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var words = Words().Matches(text);
        if (words.Count == 0)
            return bytes;
        var word = words[random.Next(words.Count)];
        var value =
            random.Next(8) == 0
                ? new string(random.Next(2) == 0 ? '[' : '{', random.Next(10, 100_000))
                : WrongValues[random.Next(WrongValues.Length)];
        return Encoding.Latin1.GetBytes(
            string.Concat(text.AsSpan(0, word.Index), value, text.AsSpan(word.Index + word.Length))
        );
    }

    /// <summary>Of a text: one name leads somewhere else.</summary>
    private static byte[] Renamed(byte[] bytes, Random random)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var names = Names().Matches(text);
        if (names.Count == 0)
            return Retyped(bytes, random);
        var name = names[random.Next(names.Count)];
        return Encoding.Latin1.GetBytes(
            string.Concat(
                text.AsSpan(0, name.Index),
                Traversals[random.Next(Traversals.Length)],
                text.AsSpan(name.Index + name.Length)
            )
        );
    }

    /// <summary>Of a binary file: some letters, often a name or JSON, become others of the same length.</summary>
    private static byte[] Overwritten(byte[] bytes, Random random)
    {
        var words = Letters().Matches(Encoding.Latin1.GetString(bytes));
        if (words.Count == 0)
            return bytes;
        var word = words[random.Next(words.Count)];
        var by =
            random.Next(3) == 0 ? new string('[', word.Length)
            : random.Next(2) == 0 ? Traversals[random.Next(Traversals.Length)]
            : WrongValues[random.Next(WrongValues.Length)];
        Encoding.Latin1.GetBytes(by.PadRight(word.Length)[..word.Length]).CopyTo(bytes, word.Index);
        return bytes;
    }

    /// <summary>Of a binary file: two stretches change places, as when one type stands where another should.</summary>
    private static byte[] Swapped(byte[] bytes, Random random)
    {
        var size = 8 * random.Next(1, 5);
        var (a, b) = (
            random.Next(Math.Max(1, bytes.Length - size)) & ~7,
            random.Next(Math.Max(1, bytes.Length - size)) & ~7
        );
        if (bytes.Length <= size + 8)
            return bytes;
        var kept = bytes.AsSpan(a, size).ToArray();
        bytes.AsSpan(b, size).ToArray().CopyTo(bytes, a);
        kept.CopyTo(bytes, b);
        return bytes;
    }

    private static Span<byte> Stretch(byte[] bytes, Random random)
    {
        var start = random.Next(bytes.Length);
        return bytes.AsSpan(start, Math.Min(random.Next(1, 65), bytes.Length - start));
    }

    private static Span<byte> Tail(byte[] bytes, Random random, int least) =>
        bytes.AsSpan(random.Next(Math.Max(1, bytes.Length - least)));

    [GeneratedRegex("\"[^\"\n]*\"|[-+.0-9eE]+|[A-Za-z_]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"[^\s"",]+\.(mp4|png|jpg|slp)|train/images|labeled-data[^\s"",]*")]
    private static partial Regex Names();

    [GeneratedRegex(@"[A-Za-z0-9_./:"" ]{4,40}")]
    private static partial Regex Letters();
}
