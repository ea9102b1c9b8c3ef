using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Sleap.IO;

/// <summary>
/// Reads the Python pickles that pandas leaves in HDF5, of protocols 0 to 5: nested lists and tuples of texts, numbers
/// and None, and NumPy arrays of such. Only values are read: whatever else would make Python run code is refused.
/// </summary>
internal sealed partial class PythonPickle
{
    private const int MaxValues = 1 << 20;

    private readonly byte[] _bytes;
    private readonly Func<string, PoseFormatException> _fault;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memory = [];
    private int _at;

    private PythonPickle(byte[] bytes, Func<string, PoseFormatException> fault) => (_bytes, _fault) = (bytes, fault);

    /// <summary>Reads a pickle: text, a double, a bool, bytes, null, a list of such, or an array.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="fault">Makes the exception for a cause.</param>
    public static object? Read(byte[] bytes, Func<string, PoseFormatException> fault) =>
        new PythonPickle(bytes, fault).Read();

    /// <summary>Reads a pickle of a list, or of an array of one axis.</summary>
    /// <inheritdoc cref="Read(byte[], Func{string, PoseFormatException})"/>
    public static List<object?> ReadList(byte[] bytes, Func<string, PoseFormatException> fault) =>
        Read(bytes, fault) switch
        {
            List<object?> list => list,
            PickledArray { Sizes.Length: 1 } array => array.Items,
            _ => throw fault("is a pickle of something else than a list"),
        };

    private object? Read()
    {
        while (true)
        {
            if (_stack.Count > MaxValues)
                throw _fault("is a pickle without end");
            var code = Take(1)[0];
            if (code == '.')
                return Pop();
            if (!ReadText((char)code) && !ReadBinary(code))
                throw _fault($"is a pickle with the instruction 0x{code:x2}, and only lists of values are read");
        }
    }

    /// <summary>Instructions of protocol 0, and those that all protocols share.</summary>
    private bool ReadText(char code)
    {
        switch (code)
        {
            case '(':
                _marks.Push(_stack.Count);
                break;
            case 'l' or 't':
                _stack.Add(FromMark());
                break;
            case 'a':
                Append([Pop()]);
                break;
            case 'V':
                _stack.Add(Escape().Replace(Line(), m => Letter(m.ValueSpan[2..])));
                break;
            case 'S':
                _stack.Add(Line().Trim('\'', '"'));
                break;
            case 'I' or 'L' or 'F':
                _stack.Add(
                    Line().TrimEnd('L') switch
                    {
                        ("00" or "01") and var flag => flag == "01",
                        var line when double.TryParse(line, CultureInfo.InvariantCulture, out var number) => number,
                        _ => throw Damaged(),
                    }
                );
                break;
            case 'N':
                _stack.Add(null);
                break;
            case 'p':
                Keep(Number(Line()));
                break;
            case 'g':
                Recall(Number(Line()));
                break;
            case 'c':
                _stack.Add(new PickledName(Line(), Line()));
                break;
            case 'R':
                var arguments = Pop() as List<object?> ?? throw Damaged();
                _stack.Add(Call(Pop() as PickledName ?? throw Damaged(), arguments));
                break;
            case 'b':
                Build(Pop());
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>Instructions of protocols 1 to 5.</summary>
    private bool ReadBinary(byte code)
    {
        switch (code)
        {
            case 0x80:
                Take(1);
                break;
            case 0x95:
                Take(8);
                break;
            case (byte)')' or (byte)']':
                _stack.Add(new List<object?>());
                break;
            case (byte)'e':
                Append(FromMark());
                break;
            case 0x85 or 0x86 or 0x87:
                var count = code - 0x84;
                if (_stack.Count < count)
                    throw Damaged();
                var taken = _stack[^count..];
                _stack.RemoveRange(_stack.Count - count, count);
                _stack.Add(taken);
                break;
            case (byte)'K':
                _stack.Add((double)Size(1));
                break;
            case (byte)'M':
                _stack.Add((double)Size(2));
                break;
            case (byte)'J':
                _stack.Add((double)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case 0x8a:
                _stack.Add((double)new BigInteger(Take(Size(1))));
                break;
            case (byte)'G':
                _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case 0x88 or 0x89:
                _stack.Add(code == 0x88);
                break;
            case (byte)'X' or 0x8c or 0x8d:
                _stack.Add(Encoding.UTF8.GetString(Take(SizeOf(code, 'X', 0x8c))));
                break;
            case (byte)'T' or (byte)'U':
                _stack.Add(Encoding.Latin1.GetString(Take(SizeOf(code, 'T', 'U'))));
                break;
            case (byte)'B' or (byte)'C' or 0x8e:
                _stack.Add(Take(SizeOf(code, 'B', 'C')).ToArray());
                break;
            case (byte)'q' or (byte)'r':
                Keep(SizeOf(code, 'r', 'q'));
                break;
            case (byte)'h' or (byte)'j':
                Recall(SizeOf(code, 'j', 'h'));
                break;
            case 0x94:
                Keep(_memory.Count);
                break;
            case 0x93:
                var name = Pop() as string;
                _stack.Add(new PickledName(Pop() as string ?? throw Damaged(), name ?? throw Damaged()));
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>What NumPy's arrays, their types and their single values are made by.</summary>
    private object? Call(PickledName function, List<object?> arguments) =>
        (function.Name, arguments) switch
        {
            ("_reconstruct", [PickledName { Name: "ndarray" }, ..]) when function.IsOfNumpy => new PickledArray(),
            ("dtype", [string type, ..]) when function.IsOfNumpy => type,
            ("scalar", [string type, byte[] value]) when function.IsOfNumpy => Scalar(type, value),
            ("encode", [string text, "latin1"]) when function.Module == "_codecs" => Encoding.Latin1.GetBytes(text),
            _ => throw _fault($"is a pickle that calls {function.Module}.{function.Name}, and only values are read"),
        };

    private double Scalar(string type, byte[] value) =>
        (type.TrimStart('<'), value.Length) switch
        {
            ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(value),
            ("f4", 4) => BinaryPrimitives.ReadSingleLittleEndian(value),
            ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(value),
            ("i4", 4) => BinaryPrimitives.ReadInt32LittleEndian(value),
            _ => throw _fault($"is a pickle with a value of the type '{type}'"),
        };

    /// <summary>
    /// Gives an array its state: version, sizes, type, how it lay in memory, and the items, which are rows first in any
    /// case.
    /// </summary>
    private void Build(object? state)
    {
        switch (_stack.LastOrDefault())
        {
            // A type's state says the order of its bytes, which items of the type "object" do not have.
            case string:
                break;
            case PickledArray array
                when state is List<object?> and [_, List<object?> sizes, _, bool, List<object?> items]:
                array.Sizes = [.. sizes.Select(s => s is double and >= 0 and < MaxValues ? (long)(double)s : -1)];
                array.Items = items;
                var count = array.Sizes.Aggregate(1L, (a, b) => b < 0 ? -1 : Math.Min(a * b, int.MaxValue));
                if (count != items.Count)
                    throw Damaged();
                break;
            default:
                throw _fault("is a pickle of values that are not lists");
        }
    }

    private void Append(List<object?> items)
    {
        if (_stack.LastOrDefault() is not List<object?> list || ReferenceEquals(list, items))
            throw Damaged();
        list.AddRange(items);
    }

    private object? Pop()
    {
        if (_stack.Count == 0)
            throw Damaged();
        var top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private List<object?> FromMark()
    {
        if (!_marks.TryPop(out var mark) || mark > _stack.Count)
            throw Damaged();
        var taken = _stack[mark..];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return taken;
    }

    private void Keep(long key) => _memory[key] = _stack.Count > 0 ? _stack[^1] : throw Damaged();

    private void Recall(long key) => _stack.Add(_memory.TryGetValue(key, out var kept) ? kept : throw Damaged());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
            throw _fault("is a pickle without an end");
        _at += count;
        return _bytes.AsSpan(_at - count, count);
    }

    /// <summary>A whole number of a few bytes.</summary>
    private int Size(int bytes)
    {
        var size = 0L;
        var from = Take(bytes);
        for (var i = bytes - 1; i >= 0; i--)
            size = (size << 8) | from[i];
        return size is >= 0 and <= int.MaxValue ? (int)size : throw Damaged();
    }

    /// <summary>The number behind an instruction: of four bytes, of one, or of eight.</summary>
    private int SizeOf(byte code, int four, int one) =>
        Size(
            code == four ? 4
            : code == one ? 1
            : 8
        );

    private long Number(string line) =>
        long.TryParse(line, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged();

    /// <summary>The rest of a line, which protocol 0 writes in Latin-1.</summary>
    private string Line()
    {
        var length = _bytes.AsSpan(_at).IndexOf((byte)'\n');
        var line = Encoding.Latin1.GetString(Take(length));
        Take(1);
        return line;
    }

    private string Letter(ReadOnlySpan<char> digits)
    {
        var code = int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return code is >= 0 and < char.MaxValue ? ((char)code).ToString()
            : Rune.IsValid(code) ? new Rune(code).ToString()
            : throw Damaged();
    }

    private PoseFormatException Damaged() => _fault("is a damaged pickle");

    [GeneratedRegex(@"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")]
    private static partial Regex Escape();

    private sealed record PickledName(string Module, string Name)
    {
        public bool IsOfNumpy => Module == "numpy" || Module.StartsWith("numpy.", StringComparison.Ordinal);
    }
}

/// <summary>A NumPy array of objects that was read from a pickle.</summary>
internal sealed class PickledArray
{
    public long[] Sizes { get; set; } = [0];

    /// <summary>The items, rows first.</summary>
    public List<object?> Items { get; set; } = [];
}
