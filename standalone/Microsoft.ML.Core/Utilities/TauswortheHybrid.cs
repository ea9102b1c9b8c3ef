using System.Numerics;

namespace Microsoft.ML;

/// <summary>
/// Three Tausworthe generators and a linear congruential one, combined (Howes and Thomas, GPU Gems 3, chapter 37).
/// The same numbers for a seed on every runtime, unlike <see cref="Random"/>. What is not overridden here (NextSingle, NextInt64) comes from
/// the base class and follows no seed: so it is in the original too.
/// </summary>
internal sealed class TauswortheHybrid : Random
{
    private uint _z1;
    private uint _z2;
    private uint _z3;
    private uint _z4;

    private TauswortheHybrid(uint seed)
    {
        _z1 = seed;
        _z2 = MurmurRound(_z1, seed);
        _z3 = MurmurRound(_z2, seed);
        _z4 = MurmurRound(_z3, seed);
    }

    private TauswortheHybrid(Random source)
    {
        // Below 128 the first three would lose the bits they turn on.
        _z1 = Draw(source, 128);
        _z2 = Draw(source, 128);
        _z3 = Draw(source, 128);
        _z4 = Draw(source, 0);
    }

    public static TauswortheHybrid Create(int? seed) => seed is int value ? new((uint)value) : new(new Random());

    public static TauswortheHybrid Create(Random source) => new(source);

    private static uint Draw(Random source, uint minimum)
    {
        uint drawn;
        do
            drawn = ((uint)source.Next(0x10000) << 16) | (uint)source.Next(0x10000);
        while (drawn < minimum);
        return drawn;
    }

    private static uint MurmurRound(uint hash, uint chunk)
    {
        hash ^= BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;
        return BitOperations.RotateLeft(hash, 13) * 5 + 0xE6546B64;
    }

    private uint NextBits()
    {
        _z1 = ((_z1 & ~0x1U) << 12) ^ (((_z1 << 13) ^ _z1) >> 19);
        _z2 = ((_z2 & ~0x7U) << 4) ^ (((_z2 << 2) ^ _z2) >> 25);
        _z3 = ((_z3 & ~0xFU) << 17) ^ (((_z3 << 3) ^ _z3) >> 11);
        _z4 = 1664525 * _z4 + 1013904223;
        return _z1 ^ _z2 ^ _z3 ^ _z4;
    }

    public override double NextDouble() => NextBits() / 4294967296.0;

    public int NextSigned() => (int)NextBits();

    /// <summary>A number of 23 random bits in [0, 1).</summary>
    public float NextFraction() => (NextBits() >> 9) / (float)(1 << 23);

    public override int Next()
    {
        uint bits = NextBits();
        return (int)(bits + (bits & 0x80000000U));
    }

    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)((ulong)NextBits() * (ulong)maxValue >> 32);
    }

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)((long)(NextDouble() * ((long)maxValue - minValue)) + minValue);
    }

    public override void NextBytes(byte[] buffer)
    {
        for (int i = 0; i < buffer.Length; i++)
            buffer[i] = (byte)Next();
    }
}
