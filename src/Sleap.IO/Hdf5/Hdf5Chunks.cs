namespace Sleap.IO;

/// <summary>The chunks of a dataset: unpacks them and hands out the elements that are wanted.</summary>
internal sealed class Hdf5Chunks
{
    private readonly Hdf5File _file;
    private readonly Hdf5Layout _layout;
    private readonly Hdf5ChunkGrid _grid;
    private readonly Hdf5Filters _filters;
    private readonly string _name;
    private readonly int _elementSize;
    private readonly long[] _sizes;
    private readonly int[] _chunk;
    private readonly List<Hdf5Chunk> _chunks;

    // Elements between neighbors along each axis, in a chunk and in the data.
    private readonly long[] _chunkSteps;
    private readonly long[] _dataSteps;

    // The axis from which on a chunk is as wide as the data: along it, elements lie one after the other in both.
    private readonly int _lastAxis;

    /// <summary>Finds the chunks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layout">Where the chunks are.</param>
    /// <param name="space">Sizes of the data.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="filters">How chunks are packed.</param>
    /// <param name="name">The dataset, for messages.</param>
    public Hdf5Chunks(
        Hdf5File file,
        Hdf5Layout layout,
        Hdf5Space space,
        int elementSize,
        Hdf5Filters filters,
        string name
    )
    {
        (_file, _layout, _filters, _name, _elementSize) = (file, layout, filters, name, elementSize);
        (_sizes, _chunk) = (space.Sizes, layout.Chunk);
        _grid = new Hdf5ChunkGrid(space, layout.Chunk, elementSize, file, name);
        _chunks = Hdf5ChunkIndex.Read(file, layout, _grid, filters.Any, name);
        (_chunkSteps, _dataSteps) = (new long[_grid.Rank], new long[_grid.Rank]);
        (_chunkSteps[^1], _dataSteps[^1]) = (1, 1);
        for (var a = _grid.Rank - 2; a >= 0; a--)
        {
            _chunkSteps[a] = _chunkSteps[a + 1] * _chunk[a + 1];
            _dataSteps[a] = _dataSteps[a + 1] * _sizes[a + 1];
        }
        _lastAxis = _grid.Rank - 1;
        while (_lastAxis > 0 && _chunk[_lastAxis] == _sizes[_lastAxis])
            _lastAxis--;
    }

    /// <summary>Whether a chunk with elements of some rows was never written.</summary>
    public bool Lacks(long first, long count)
    {
        var (from, end) = _grid.Of(first, count);
        return IndexOf(end) - IndexOf(from) < end - from;
    }

    /// <summary>Hands the elements of some rows to a sink.</summary>
    public void Read(long first, long count, Hdf5Sink sink)
    {
        var (from, end) = _grid.Of(first, count);
        Span<long> corner = stackalloc long[Hdf5Space.MaxRank];
        for (var i = IndexOf(from); i < _chunks.Count && _chunks[i].Number < end; i++)
        {
            var chunk = _chunks[i];
            var isPartial = _grid.Corner(chunk.Number, corner);
            var mask = isPartial && _layout.KeepsPartialChunksPlain ? uint.MaxValue : chunk.Mask;
            var elements = _filters.Read(_file, chunk, mask, _grid.ChunkBytes, _elementSize, _name);
            Copy(elements, 0, 0, 0, corner, first, count, sink);
        }
    }

    /// <summary>Copies the part of a chunk that lies within the data and the wanted rows, an axis at a time.</summary>
    private void Copy(
        ReadOnlySpan<byte> elements,
        long from,
        long to,
        int axis,
        ReadOnlySpan<long> corner,
        long first,
        long count,
        Hdf5Sink sink
    )
    {
        var (low, high) = axis == 0 ? (first, first + count) : (0, _sizes[axis]);
        var (start, end) = (Math.Max(corner[axis], low), Math.Min(corner[axis] + _chunk[axis], high));
        if (start >= end)
            return;
        var fromStart = from + ((start - corner[axis]) * _chunkSteps[axis]);
        var toStart = to + ((start - low) * _dataSteps[axis]);
        if (axis == _lastAxis)
        {
            var part = elements.Slice(
                (int)(fromStart * _elementSize),
                (int)((end - start) * _chunkSteps[axis] * _elementSize)
            );
            sink(part, (int)toStart);
            return;
        }
        for (var i = 0L; i < end - start; i++)
        {
            Copy(
                elements,
                fromStart + (i * _chunkSteps[axis]),
                toStart + (i * _dataSteps[axis]),
                axis + 1,
                corner,
                first,
                count,
                sink
            );
        }
    }

    /// <summary>Index of the first chunk whose number is not less.</summary>
    private int IndexOf(long number)
    {
        var (low, high) = (0, _chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _chunks[middle].Number < number ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
