namespace Sleap.IO;

/// <summary>How the elements of a dataset are divided into chunks.</summary>
internal sealed class Hdf5ChunkGrid
{
    // A dataset that may grow has chunks larger than itself; small ones need no look.
    private const long MaxPlainChunk = 1 << 24;
    private const int MaxChunkPerData = 16;

    private readonly long[] _sizes;
    private readonly int[] _chunk;

    // Chunks along each axis: of the data as they are, and as they may become (at least 1; -1 is without limit).
    private readonly long[] _counts;
    private readonly long[] _maxCounts;

    // Axes in the order in which arrays of chunks go through them: one without limit comes first.
    private readonly int[] _order;

    /// <param name="space">Sizes of the data.</param>
    /// <param name="chunk">Sizes of a chunk.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="file">The file.</param>
    /// <param name="place">The dataset, for messages.</param>
    public Hdf5ChunkGrid(Hdf5Space space, int[] chunk, int elementSize, Hdf5File file, string place)
    {
        (_sizes, _chunk) = (space.Sizes, chunk);
        if (chunk.Length == 0 || chunk.Length != _sizes.Length || chunk.Any(c => c <= 0))
            throw file.Fault(place, $"has chunks of {chunk.Length} axes, and the data have {_sizes.Length}");
        _counts = [.. _sizes.Select((s, a) => Chunks(s, chunk[a]))];
        _maxCounts = [.. space.MaxSizes.Select((s, a) => s < 0 ? -1 : Math.Max(1, Chunks(s, chunk[a])))];
        _order = [.. Enumerable.Range(0, Rank).OrderBy(a => _maxCounts[a] < 0 ? 0 : 1)];
        Count = Hdf5Space.Product(_counts);
        MaxCount = Hdf5Space.Product(_maxCounts.Select(Math.Abs));
        ChunkBytes = Hdf5Space.Product(chunk.Select(c => (long)c).Append(elementSize));
        if (ChunkBytes > file.MaxDataBytes)
            throw file.TooLarge(ChunkBytes, place);
        var dataBytes = Hdf5Space.Product(_sizes.Append(elementSize));
        if ((ChunkBytes - MaxPlainChunk) / MaxChunkPerData > dataBytes)
            throw file.Fault(place, $"has chunks of {ChunkBytes} bytes for {dataBytes} bytes of data");
    }

    public int Rank => _sizes.Length;

    /// <summary>Chunks of the whole data.</summary>
    public long Count { get; }

    /// <summary>Chunks of the data when they are as large as they may become; axes without limit count as one.</summary>
    public long MaxCount { get; }

    /// <summary>Bytes of a whole chunk.</summary>
    public long ChunkBytes { get; }

    /// <summary>Numbers of the chunks that hold elements of some rows: the first, and the one behind the last.</summary>
    public (long First, long End) Of(long firstRow, long rows)
    {
        var inRow = _counts[0] == 0 ? 0 : Count / _counts[0];
        return (firstRow / _chunk[0] * inRow, ((firstRow + rows - 1) / _chunk[0] * inRow) + inRow);
    }

    /// <summary>Number of the chunk that is at a place in an array of chunks; -1 when it lies outside the data.</summary>
    public long NumberOf(long index)
    {
        Span<long> place = stackalloc long[Hdf5Space.MaxRank];
        for (var i = Rank - 1; i >= 0; i--)
        {
            var axis = _order[i];
            place[axis] = i == 0 ? index : index % _maxCounts[axis];
            index = i == 0 ? 0 : index / _maxCounts[axis];
        }
        return NumberOf(place);
    }

    /// <summary>Number of the chunk whose place an index spells; -1 when it lies outside the data.</summary>
    /// <param name="from">A number for each axis.</param>
    /// <param name="isInElements">Whether numbers count elements rather than chunks.</param>
    public long NumberAt(Hdf5Cursor from, bool isInElements)
    {
        Span<long> place = stackalloc long[Hdf5Space.MaxRank];
        for (var a = 0; a < Rank; a++)
        {
            place[a] = from.Number(sizeof(long));
            if (!isInElements)
                continue;
            if (place[a] % _chunk[a] != 0)
                throw from.Fault($"has a chunk that begins at {place[a]}, and chunks have the size {_chunk[a]}");
            place[a] /= _chunk[a];
        }
        return NumberOf(place);
    }

    /// <summary>Sets the first element of a chunk along each axis.</summary>
    /// <returns>Whether the chunk reaches beyond the data.</returns>
    public bool Corner(long number, Span<long> corner)
    {
        var isPartial = false;
        for (var a = Rank - 1; a >= 0; a--)
        {
            corner[a] = number % _counts[a] * _chunk[a];
            number /= _counts[a];
            isPartial |= corner[a] + _chunk[a] > _sizes[a];
        }
        return isPartial;
    }

    private long NumberOf(ReadOnlySpan<long> place)
    {
        var number = 0L;
        for (var a = 0; a < Rank; a++)
        {
            if (place[a] < 0 || place[a] >= _counts[a])
                return -1;
            number = (number * _counts[a]) + place[a];
        }
        return number;
    }

    private static long Chunks(long size, int chunk) => (size / chunk) + (size % chunk == 0 ? 0 : 1);
}
