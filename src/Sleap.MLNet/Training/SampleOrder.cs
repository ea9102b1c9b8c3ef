namespace Sleap.MLNet;

/// <summary>
/// Which samples each step sees, and what its random changes are drawn from. All of it follows from the seed and the
/// number of the step alone, so that a training that was interrupted goes on exactly as if it had not been.
/// </summary>
internal sealed class SampleOrder(IReadOnlyList<int> samples, int batchSize, int seed)
{
    private readonly Lock _lock = new();
    private long _pass = -1;
    private int[] _order = [];

    /// <summary>The samples of a step. Each sample comes once before any comes again.</summary>
    public int[] Of(int step)
    {
        var indices = new int[batchSize];
        lock (_lock)
        {
            for (var i = 0; i < batchSize; i++)
            {
                var place = (long)step * batchSize + i;
                Shuffle(place / samples.Count);
                indices[i] = _order[place % samples.Count];
            }
        }
        return indices;
    }

    /// <summary>What the changes of a step are drawn from.</summary>
    public Random RandomOf(int step) => new(Mix(seed, 1, step));

    private void Shuffle(long pass)
    {
        if (pass == _pass)
            return;
        (_pass, _order) = (pass, [.. samples]);
        new Random(Mix(seed, 0, pass)).Shuffle(_order);
    }

    // SplitMix64 (Steele, Lea and Flood 2014): neighbouring numbers give unrelated seeds.
    private static int Mix(int seed, int stream, long number)
    {
        var state =
            (ulong)(uint)seed * 0x9E3779B97F4A7C15
            + (ulong)stream * 0xD1B54A32D192ED03
            + (ulong)number * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return (int)((state ^ (state >> 31)) & int.MaxValue);
    }
}
