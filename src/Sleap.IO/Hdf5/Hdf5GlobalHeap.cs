namespace Sleap.IO;

/// <summary>Where elements of variable length lie. Collections are read once and kept while they are in use.</summary>
internal sealed class Hdf5GlobalHeap(Hdf5Bytes file)
{
    private const int MostKept = 256;

    private readonly Dictionary<long, Dictionary<int, (long Address, long Size)>> _collections = [];

    /// <summary>The bytes of one object.</summary>
    public byte[] Read(long collection, int index, string place)
    {
        if (!_collections.TryGetValue(collection, out var objects))
        {
            if (_collections.Count >= MostKept)
                _collections.Clear();
            _collections[collection] = objects = Objects(collection, place);
        }
        return objects.TryGetValue(index, out var found)
            ? file.Read(found.Address, found.Size, place)
            : throw file.Fault(place, $"refers to object {index} of a heap that has none such");
    }

    private Dictionary<int, (long, long)> Objects(long address, string place)
    {
        var start = file.CursorUpTo(address, 16, place);
        start.Signature("GCOL");
        start.Skip(4);
        var size = start.Length();
        var header = 8 + file.LengthSize;
        var objects = new Dictionary<int, (long, long)>();
        for (long at = header; at + 8 + file.LengthSize <= size; )
        {
            var entry = file.Cursor(address + at, 8 + file.LengthSize, place);
            int index = entry.U16();
            entry.Skip(6);
            var length = entry.Length();
            // Object 0 is what is left free, and it is the last.
            if (index == 0)
                break;
            if (length > size - at)
                throw file.Fault(place, "refers to a damaged heap");
            objects[index] = (address + at + 8 + file.LengthSize, length);
            at += 8 + file.LengthSize + ((length + 7) & ~7L);
        }
        return objects;
    }
}
