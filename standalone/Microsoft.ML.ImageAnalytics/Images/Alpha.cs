namespace Microsoft.ML.Data;

/// <summary>Colours multiplied by alpha and back, with the rounding of the library behind the real MLImage.</summary>
internal static class Alpha
{
    public static void Multiply(Span<byte> pixel)
    {
        byte alpha = pixel[3];
        for (int i = 0; i < 3; i++)
        {
            int product = pixel[i] * alpha + 128;
            pixel[i] = (byte)((product + (product >> 8)) >> 8);
        }
    }

    public static byte Divide(byte color, byte alpha)
    {
        if (alpha == 0)
            return 0;
        uint scale = ((255u << 24) + (uint)(alpha / 2)) / alpha;
        // A colour above its alpha is no product of any colour; it stays the brightest there is.
        return (byte)Math.Min(255, ((ulong)scale * color + (1u << 23)) >> 24);
    }
}
