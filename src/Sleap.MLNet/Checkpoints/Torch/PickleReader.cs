using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Reads the pickle of a torch checkpoint without executing code: dicts, lists, tuples, strings, numbers and tensors
/// are built; every other object or call becomes a <see cref="PickleOpaque"/>. Supports protocols 2 to 5, without
/// features that torch does not write (out-of-band buffers, extension codes).
/// </summary>
internal sealed class PickleReader
{
    private static readonly object Mark = new();

    private readonly byte[] _pickle;
    private readonly string _file;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;

    private PickleReader(byte[] pickle, string file) => (_pickle, _file) = (pickle, file);

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="PoseFormatException">
    /// The pickle is damaged or uses features that torch does not write.
    /// </exception>
    public static object? Read(byte[] pickle, string file)
    {
        var reader = new PickleReader(pickle, file);
        while (true)
        {
            var start = reader._position;
            var code = reader.Take(1)[0];
            if (code == '.')
                return reader.Pop();
            if (!reader.Simple(code) && !reader.Structure(code))
                throw reader.Fault(start, $"It has the instruction 0x{code:x2}, which no torch checkpoint has.");
        }
    }

    // Numbers, strings and the memo.
    private bool Simple(byte code)
    {
        switch (code)
        {
            case 0x80:
                Take(1);
                break; // PROTO
            case 0x95:
                Take(8);
                break; // FRAME
            case (byte)'N':
                Push(null);
                break;
            case 0x88:
                Push(true);
                break;
            case 0x89:
                Push(false);
                break;
            case (byte)'K':
                Push((long)Take(1)[0]);
                break; // BININT1
            case (byte)'M':
                Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break; // BININT2
            case (byte)'J':
                Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break; // BININT
            case 0x8a:
                Push(Whole(Take(Take(1)[0])));
                break; // LONG1
            case (byte)'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break; // BINFLOAT
            case (byte)'X':
                Push(Text(Take(Length(4))));
                break; // BINUNICODE
            // SHORT_BINUNICODE
            case 0x8c:
                Push(Text(Take(Length(1))));
                break;
            case 0x8d:
                Push(Text(Take(Length(8))));
                break; // BINUNICODE8
            // SHORT_BINBYTES
            case (byte)'C':
                Push(Take(Length(1)).ToArray());
                break;
            case (byte)'B':
                Push(Take(Length(4)).ToArray());
                break; // BINBYTES
            case (byte)'q':
                _memo[Take(1)[0]] = Peek();
                break; // BINPUT
            case (byte)'r':
                _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek();
                break; // LONG_BINPUT
            case 0x94:
                _memo[(uint)_memo.Count] = Peek();
                break; // MEMOIZE
            case (byte)'h':
                Push(Recall(Take(1)[0]));
                break; // BINGET
            case (byte)'j':
                Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                break; // LONG_BINGET
            default:
                return false;
        }

        return true;
    }

    // Containers, names and calls.
    private bool Structure(byte code)
    {
        switch (code)
        {
            case (byte)'(':
                Push(Mark);
                break;
            case (byte)'0':
                Pop();
                break;
            case (byte)'2':
                Push(Peek());
                break; // DUP
            case (byte)'}':
                Push(new PickleDictionary());
                break;
            case (byte)']' or 0x8f:
                Push(new List<object?>());
                break; // list, set
            case (byte)')':
                Push(Array.Empty<object?>());
                break;
            case (byte)'t':
                Push(ToMark().ToArray());
                break;
            case 0x85:
                Push(new[] { Pop() });
                break;
            case 0x86:
            {
                var second = Pop();
                Push(new[] { Pop(), second });
                break;
            }
            case 0x87:
            {
                object? third = Pop(),
                    second = Pop();
                Push(new[] { Pop(), second, third });
                break;
            }
            case (byte)'a':
                Append([Pop()]);
                break;
            // APPENDS, ADDITEMS
            case (byte)'e' or 0x90:
                Append(ToMark());
                break;
            case (byte)'s':
            {
                var value = Pop();
                SetItems([Pop(), value]);
                break;
            }
            case (byte)'u':
                SetItems(ToMark());
                break;
            case (byte)'c':
                Push(new PickleGlobal(Line(), Line()));
                break; // GLOBAL
            case 0x93:
            {
                var name = Pop();
                Push(new PickleGlobal(Pop() as string ?? "?", name as string ?? "?"));
                break;
            }
            case (byte)'Q':
                Push(Storage(Pop()));
                break; // BINPERSID
            // REDUCE, NEWOBJ
            case (byte)'R' or 0x81:
            {
                var arguments = Pop();
                Push(PickleCalls.Result(Pop(), arguments));
                break;
            }
            // BUILD: the state of the object is dropped
            case (byte)'b':
                Pop();
                break;
            default:
                return false;
        }

        return true;
    }

    private void Append(List<object?> items)
    {
        if (Peek() is List<object?> list)
            list.AddRange(items);
        else if (Peek() is not PickleOpaque)
            throw Fault(_position, "It appends to what is no list.");
    }

    private void SetItems(List<object?> items)
    {
        if (items.Count % 2 != 0)
            throw Fault(_position, "It sets a key without a value.");
        if (Peek() is PickleDictionary dictionary)
        {
            for (var i = 0; i < items.Count; i += 2)
                dictionary.Entries.Add(new(items[i], items[i + 1]));
        }
        else if (Peek() is not PickleOpaque)
        {
            throw Fault(_position, "It sets an entry of what is no dict.");
        }
    }

    private PickleStorage Storage(object? id) =>
        id is object?[] { Length: >= 5 } parts
        && parts[0] is "storage"
        && parts[1] is PickleGlobal type
        && parts[2] is string key
        && parts[4] is long count
            ? new PickleStorage(type.Name, key, count)
            : throw Fault(_position, "It refers to something outside that is no storage of numbers.");

    private List<object?> ToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
            throw Fault(_position, "It ends a group that it has not begun.");
        var items = _stack[(mark + 1)..];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() =>
        _stack.Count > 0 && _stack[^1] != Mark
            ? _stack[^1]
            : throw Fault(_position, "It takes a value that is not there.");

    private object? Pop()
    {
        var top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object? Recall(uint key) =>
        _memo.TryGetValue(key, out var value)
            ? value
            : throw Fault(_position, $"It recalls value {key}, which it has not stored.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _pickle.Length - _position)
        {
            throw Fault(
                _position,
                $"It ends within an instruction: {count} more bytes expected, "
                    + $"{_pickle.Length - _position} "
                    + $"there."
            );
        }

        ReadOnlySpan<byte> bytes = _pickle.AsSpan(_position, count);
        _position += count;
        return bytes;
    }

    private int Length(int bytes)
    {
        var start = _position;
        var number = Take(bytes);
        ulong length = 0;
        for (var i = bytes - 1; i >= 0; i--)
            length = length << 8 | number[i];
        return length <= int.MaxValue ? (int)length : throw Fault(start, $"It has a text of {length} bytes.");
    }

    private string Line()
    {
        var length = _pickle.AsSpan(_position).IndexOf((byte)'\n');
        if (length < 0)
            throw Fault(_position, "It ends within a name.");
        var line = Text(Take(length));
        Take(1);
        return line;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static object Whole(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : (double)value;
    }

    private PoseFormatException Fault(int position, string cause) => new(_file, $"data.pkl, byte {position}", cause);
}

/// <summary>
/// Builds the results of the few calls in a torch checkpoint that are supported. All other calls are not executed and
/// stay opaque.
/// </summary>
internal static class PickleCalls
{
    public static object? Result(object? callee, object? arguments)
    {
        var given = arguments as object?[] ?? [];
        var called = callee as PickleGlobal;
        return (called?.Module, called?.Name) switch
        {
            ("collections", "OrderedDict") => Dictionary(given),
            ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor") => (object?)Tensor(given)
                ?? new PickleOpaque(called),
            ("torch._utils", "_rebuild_parameter") when given.Length > 0 => given[0],
            _ => new PickleOpaque(called),
        };
    }

    // OrderedDict(), or OrderedDict([(key, value), ...]), whose list is taken over: it is written for this one call.
    private static PickleDictionary Dictionary(object?[] given)
    {
        var dictionary = new PickleDictionary();
        foreach (var item in given is [List<object?> items, ..] ? items : [])
        {
            if (item is object?[] { Length: 2 } pair)
                dictionary.Entries.Add(new(pair[0], pair[1]));
            else if (item is List<object?> { Count: 2 } list)
                dictionary.Entries.Add(new(list[0], list[1]));
        }

        (given.FirstOrDefault() as List<object?>)?.Clear();
        return dictionary;
    }

    private static PickleTensor? Tensor(object?[] given) =>
        given is [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..]
        && Math.Max(shape.Length, strides.Length) <= TorchArchive.MaxDimensions
        && shape.All(size => size is long)
        && strides.All(step => step is long)
            ? new PickleTensor(
                storage,
                offset,
                [.. shape.Select(size => (long)size!)],
                [.. strides.Select(step => (long)step!)]
            )
            : null;
}

/// <summary>A class or function named in a pickle. It is never resolved or called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>The result of an unsupported call in a pickle. Its content is dropped.</summary>
internal sealed record PickleOpaque(PickleGlobal? Called);

/// <summary>A Python dict, in insertion order.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>Returns the value of a string key; the last one, as in Python, or null.</summary>
    public object? this[string key] => Entries.LastOrDefault(entry => entry.Key is string text && text == key).Value;
}

/// <summary>A block of numbers stored beside the pickle.</summary>
internal sealed record PickleStorage(string Type, string Key, long Count);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickleTensor(
    PickleStorage Storage,
    long Offset,
    ImmutableArray<long> Shape,
    ImmutableArray<long> Strides
);
