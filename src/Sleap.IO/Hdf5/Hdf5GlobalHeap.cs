using System.Text;

namespace Sleap.IO;

/// <summary>Where elements of variable length lie. Collections are read once and kept while they are in use.</summary>
internal sealed class Hdf5GlobalHeap(Hdf5File file)
{
    private const int MaxKept = 1 << 20;
    private const int Alignment = 8;

    // Memory of a string without its letters.
    private const int StringBytes = 32;

    private readonly Dictionary<long, Dictionary<int, (long Address, long Size)>> _collections = [];
    private int _kept;

    /// <summary>The bytes of an element of variable length.</summary>
    /// <param name="element">The element as the dataset stores it: how many items, and where in the heap.</param>
    /// <param name="place">The dataset or attribute, for messages.</param>
    /// <param name="itemSize">Bytes of an item.</param>
    public byte[] Read(ReadOnlySpan<byte> element, string place, int itemSize = 1)
    {
        var from = new Hdf5Cursor(element.ToArray(), file, place);
        var length = from.U32();
        var collection = from.Offset();
        var index = from.U32();
        if (length == 0)
            return [];
        var (address, size) = Find(collection, (int)Math.Min(index, int.MaxValue), place);
        var wanted = length * (long)itemSize;
        return wanted <= size
            ? file.Read(address, wanted, place)
            : throw file.Fault(place, $"declares {wanted} bytes where {size} are");
    }

    /// <summary>Texts of fixed or variable length.</summary>
    /// <param name="bytes">The elements as the dataset stores them.</param>
    /// <param name="type">Their type.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="place">The dataset or attribute, for messages.</param>
    public string[] ReadTexts(ReadOnlySpan<byte> bytes, Hdf5Type type, int count, string place)
    {
        var isVariable = type is { Kind: Hdf5Type.Kinds.Variable, IsText: true };
        if (type.Kind != Hdf5Type.Kinds.Text && !isVariable)
            throw file.Fault(place, "is not text");
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            var element = bytes.Slice(i * type.Size, type.Size);
            var text = isVariable ? Read(element, place) : element;
            var end = text.IndexOf((byte)0);
            // Many elements may refer to one long text: each makes a string of its own.
            file.SpendText(StringBytes + (sizeof(char) * (long)(end < 0 ? text.Length : end)), place);
            texts[i] = Encoding.UTF8.GetString(end < 0 ? text : text[..end]).TrimEnd(' ');
        }
        return texts;
    }

    private (long Address, long Size) Find(long collection, int index, string place)
    {
        if (!_collections.TryGetValue(collection, out var objects))
        {
            if (_kept >= MaxKept)
            {
                _collections.Clear();
                _kept = 0;
            }
            _collections[collection] = objects = Objects(collection, place);
            _kept += objects.Count + 1;
        }
        return objects.TryGetValue(index, out var found)
            ? found
            : throw file.Fault(place, $"refers to object {index} of a heap that has none such");
    }

    private Dictionary<int, (long, long)> Objects(long address, string place)
    {
        var start = file.CursorUpTo(address, 16, place);
        start.Signature("GCOL");
        start.Skip(4);
        var size = start.Length();
        // Headers and objects begin at multiples of 8 bytes, also where lengths have 4.
        var header = Aligned(8 + file.LengthSize);
        var objects = new Dictionary<int, (long, long)>();
        for (var at = header; at + header <= size; )
        {
            file.SpendMetadata(header, place);
            var entry = file.Cursor(address + at, header, place);
            int index = entry.U16();
            entry.Skip(6);
            var length = entry.Length();
            // Object 0 is what is left free, and it is the last.
            if (index == 0)
                break;
            if (length > size - at - header)
                throw file.Fault(place, "refers to a damaged heap");
            objects[index] = (address + at + header, length);
            at += header + Aligned(length);
        }
        return objects;
    }

    private static long Aligned(long size) => (size + Alignment - 1) & ~(Alignment - 1L);
}
