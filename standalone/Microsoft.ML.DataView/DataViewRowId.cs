using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128-bit name of a row that stays the same however the row is reached. Mixing steps are those of Murmur3.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong Mix1 = 0x87c37b91114253d5;
    private const ulong Mix2 = 0x4cf5ad432745937f;

    public readonly ulong Low;
    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public DataViewRowId Next() => Stir(0, 0, forked: false);

    public DataViewRowId Fork() => Stir(0, 0, forked: true);

    public DataViewRowId Combine(DataViewRowId other)
    {
        DataViewRowId fork = other.Fork();
        ulong low = BitOperations.RotateLeft(fork.Low * Mix1, 31) * Mix2;
        ulong high = BitOperations.RotateLeft(fork.High * Mix2, 33) * Mix1;
        return Stir(low, high, forked: false);
    }

    private DataViewRowId Stir(ulong mixLow, ulong mixHigh, bool forked)
    {
        ulong low = (BitOperations.RotateLeft(Low ^ mixLow, 27) + High) * 5 + 0x52dce729;
        ulong high = (BitOperations.RotateLeft(High ^ mixHigh, 31) + low) * 5 + 0x38495ab5;
        if (forked)
            low ^= BitOperations.RotateLeft(Mix1, 31) * Mix2;
        return new DataViewRowId(low, high);
    }

    public int CompareTo(DataViewRowId other)
    {
        int byHigh = High.CompareTo(other.High);
        return byHigh != 0 ? byHigh : Low.CompareTo(other.Low);
    }

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    // The same in every process, so that nothing that orders by it differs from run to run.
    public override int GetHashCode() => (int)(Low ^ (Low >> 32) ^ (High << 7) ^ (High >> 25) ^ (High >> 57));

    public override string ToString() => $"{High:x16}{Low:x16}";
}
