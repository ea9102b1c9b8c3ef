using System.IO.Compression;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The zip file of a torch checkpoint: FOLDER/data.pkl and FOLDER/data/0, 1, …, all stored uncompressed.
/// </summary>
internal sealed class TorchArchive
{
    /// <summary>Dimensions of a tensor at most.</summary>
    public const int MaxDimensions = 16;

    private const int MaxShared = 4;

    // Of each byte.
    private static readonly uint[] ChecksumTable =
    [
        .. Enumerable
            .Range(0, 256)
            .Select(value =>
                Enumerable
                    .Range(0, 8)
                    .Aggregate((uint)value, (crc, _) => (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1))
            ),
    ];

    private readonly long _length;
    private readonly string _file;
    private readonly string _folder;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    private readonly Dictionary<string, byte[]> _storages = [];

    // Bytes that may still be read: entries of a zip file can lie over each other.
    private long _left;

    // Bytes that tensors may still take: a few may share their numbers.
    private long _tensorsLeft;

    public TorchArchive(ZipArchive zip, long length, string file)
    {
        (_length, _left, _tensorsLeft) = (length, length, MaxShared * length);
        _file = file;
        foreach (var entry in zip.Entries)
            _entries[entry.FullName] = entry;
        var pickle =
            _entries.Keys.FirstOrDefault(name =>
                name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1
            )
            ?? throw new PoseFormatException(
                file,
                null,
                "There is no FOLDER/data.pkl in it, expected a checkpoint of torch.save."
            );
        _folder = pickle[..pickle.IndexOf('/')];
        if (
            _entries.TryGetValue($"{_folder}/byteorder", out var order)
            && Bytes(order) is var text
            && !text.AsSpan().SequenceEqual("little"u8)
        )
        {
            throw new PoseFormatException(file, "byteorder", "Its numbers are not little-endian.");
        }
    }

    public static (ScalarType Type, int Bytes)? TypeOf(string storage) =>
        storage switch
        {
            "FloatStorage" => (ScalarType.Float32, 4),
            "DoubleStorage" => (ScalarType.Float64, 8),
            "HalfStorage" => (ScalarType.Float16, 2),
            "BFloat16Storage" => (ScalarType.BFloat16, 2),
            "LongStorage" => (ScalarType.Int64, 8),
            "IntStorage" => (ScalarType.Int32, 4),
            "ShortStorage" => (ScalarType.Int16, 2),
            "CharStorage" => (ScalarType.Int8, 1),
            "ByteStorage" => (ScalarType.Byte, 1),
            "BoolStorage" => (ScalarType.Bool, 1),
            _ => null,
        };

    public byte[] Pickle() => Bytes(_entries[$"{_folder}/data.pkl"]);

    /// <summary>Returns the bytes of a tensor, row-major.</summary>
    public byte[] Numbers(string name, PickleTensor tensor)
    {
        var size =
            TypeOf(tensor.Storage.Type)?.Bytes
            ?? throw new PoseFormatException(
                _file,
                name,
                $"Its numbers are a {OneLine.Short(tensor.Storage.Type)}, expected one of Float, Double, Half, BFloat16, Long, Int, "
                    + $"Short, Char, Byte or BoolStorage."
            );
        var storage = Storage(name, tensor.Storage, size);
        Int128 count = 1,
            last = tensor.Offset;
        if (
            tensor.Shape.Length != tensor.Strides.Length
            || tensor.Offset < 0
            || tensor.Shape.Any(side => side < 0)
            || tensor.Strides.Any(step => step < 0)
        )
        {
            throw new PoseFormatException(
                _file,
                name,
                $"Its shape ({string.Join(", ", tensor.Shape)}), strides "
                    + $"({string.Join(", ", tensor.Strides)}) and offset {tensor.Offset} do not go together."
            );
        }

        foreach ((var side, var step) in tensor.Shape.Zip(tensor.Strides))
        {
            count = Int128.Min(count * Math.Max(side, 1), Int128.MaxValue >> 64);
            last = Int128.Min(last + (Int128)Math.Max(side - 1, 0) * step, Int128.MaxValue >> 64);
        }

        // A view can repeat numbers (stride 0), so both its source range and its result size are checked.
        var isEmpty = tensor.Shape.Contains(0);
        var stored = isEmpty ? int.MaxValue : storage.Length / size;
        if (last >= stored || count > stored)
        {
            throw new PoseFormatException(
                _file,
                name,
                $"Its shape ({string.Join(", ", tensor.Shape)}) reaches "
                    + $"beyond the {storage.Length / size} numbers stored for it."
            );
        }

        if (isEmpty)
            return [];
        _tensorsLeft -= (long)count * size;
        return _tensorsLeft >= 0
            ? View(storage, tensor, size, (int)count)
            : throw new PoseFormatException(
                _file,
                name,
                $"It and the tensors before it take more than {MaxShared} times the file."
            );
    }

    private byte[] Storage(string name, PickleStorage storage, int size)
    {
        if (_storages.TryGetValue(storage.Key, out var known))
            return known;
        if (!_entries.TryGetValue($"{_folder}/data/{storage.Key}", out var entry))
        {
            throw new PoseFormatException(
                _file,
                name,
                $"Its numbers, {OneLine.Short($"{_folder}/data/{storage.Key}")}, are not in the file."
            );
        }

        var bytes = Bytes(entry);
        if (storage.Count < 0 || (Int128)storage.Count * size != bytes.Length)
        {
            throw new PoseFormatException(
                _file,
                name,
                $"{entry.FullName} has {bytes.Length} bytes, expected {(Int128)storage.Count * size}."
            );
        }

        return _storages[storage.Key] = bytes;
    }

    private byte[] Bytes(ZipArchiveEntry entry)
    {
        // torch never compresses; compressed entries are rejected so that a small file cannot expand to a large one.
        if (entry.CompressedLength != entry.Length)
            throw new PoseFormatException(_file, entry.FullName, "It is compressed, which torch.save never does.");
        _left -= entry.Length;
        if (_left < 0)
        {
            throw new PoseFormatException(
                _file,
                entry.FullName,
                $"It is given {entry.Length} bytes, more than the {_length} of the file with what was read before."
            );
        }

        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException fault)
        {
            throw new PoseFormatException(_file, entry.FullName, $"It ends before its {bytes.Length} bytes.", fault);
        }

        // 0: torch was told not to compute it.
        if (entry.Crc32 != 0 && entry.Crc32 != Checksum(bytes))
            throw new PoseFormatException(_file, entry.FullName, "It is damaged: its check sum is another one.");
        return bytes;
    }

    // The CRC-32 of zip files.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = ChecksumTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static byte[] View(byte[] storage, PickleTensor tensor, int size, int count)
    {
        var result = new byte[count * size];
        var index = new long[tensor.Shape.Length];
        var source = tensor.Offset;
        for (var target = 0; target < count; target++)
        {
            storage.AsSpan((int)source * size, size).CopyTo(result.AsSpan(target * size));
            for (var dimension = index.Length - 1; dimension >= 0; dimension--)
            {
                source += tensor.Strides[dimension];
                if (++index[dimension] < tensor.Shape[dimension])
                    break;
                source -= tensor.Strides[dimension] * tensor.Shape[dimension];
                index[dimension] = 0;
            }
        }

        return result;
    }
}
