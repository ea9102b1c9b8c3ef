using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>A dataset of packed rows that grows. A chunk is held until it is full or the file is completed.</summary>
internal sealed class Hdf5Table<T>
    where T : unmanaged
{
    /// <summary>Bytes that the index has for a chunk: 40 in a leaf of the tree, and its share of the nodes above.</summary>
    private const int IndexBytes = 42;

    private readonly Hdf5NewChunks _dataset;
    private readonly byte[] _chunk;
    private int _held;

    public Hdf5Table(Hdf5NewChunks dataset)
    {
        (_dataset, _chunk) = (dataset, new byte[dataset.ChunkBytes]);
        dataset.Finish = WriteHeld;
    }

    /// <summary>Rows added.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Bytes that it will take in the file, of whole chunks and with their index, written yet or not.
    /// </summary>
    public long Space
    {
        get
        {
            var chunks = ((Count * Unsafe.SizeOf<T>()) + _chunk.Length - 1) / _chunk.Length;
            return chunks * (_chunk.Length + IndexBytes);
        }
    }

    public void Append(ReadOnlySpan<T> rows)
    {
        Count += rows.Length;
        _dataset.Sizes = [Count];
        var bytes = MemoryMarshal.AsBytes(rows);
        while (!bytes.IsEmpty)
        {
            var part = Math.Min(bytes.Length, _chunk.Length - _held);
            if (part == _chunk.Length)
            {
                _dataset.Add(bytes[..part]);
            }
            else
            {
                bytes[..part].CopyTo(_chunk.AsSpan(_held));
                _held += part;
                if (_held == _chunk.Length)
                    WriteHeld();
            }
            bytes = bytes[part..];
        }
    }

    private void WriteHeld()
    {
        if (_held == 0)
            return;
        _chunk.AsSpan(_held).Clear();
        _dataset.Add(_chunk);
        _held = 0;
    }
}
