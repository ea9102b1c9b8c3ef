namespace Sleap.MLNet;

/// <summary>Between gray and RGB pixels of 8 bits.</summary>
internal static class GrayConversion
{
    // 0.2989, 0.587 and 0.114 in units of 2^-22: exact enough that truncation differs from real numbers' only where
    // their sum is within a millionth of a whole number. The weights add up to 0.9999, and the result is truncated, as
    // in torchvision.
    private const int Red = 1253678,
        Green = 2462057,
        Blue = 478151,
        Shift = 22;

    /// <summary>Gray of interleaved RGB pixels: 0.2989 R + 0.587 G + 0.114 B, truncated.</summary>
    public static void FromRgb(ReadOnlySpan<byte> rgb, Span<byte> gray)
    {
        for (var i = 0; i < gray.Length; i++)
        {
            var pixel = rgb.Slice(3 * i, 3);
            gray[i] = (byte)((pixel[0] * Red + pixel[1] * Green + pixel[2] * Blue) >> Shift);
        }
    }

    /// <summary>Each gray value three times.</summary>
    public static void ToRgb(ReadOnlySpan<byte> gray, Span<byte> rgb)
    {
        for (var i = 0; i < gray.Length; i++)
            rgb.Slice(3 * i, 3).Fill(gray[i]);
    }
}
