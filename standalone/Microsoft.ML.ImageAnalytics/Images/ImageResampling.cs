namespace Microsoft.ML.Data;

/// <summary>Resizing and graying of four-byte pixels, as the real MLImage asks its drawing library for it.</summary>
internal static class ImageResampling
{
    private const int BytesPerPixel = 4;

    public static byte[] Nearest(ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, int width, int height)
    {
        var result = new byte[width * height * BytesPerPixel];
        for (int y = 0; y < height; y++)
        {
            int row = Math.Min(sourceHeight - 1, (int)((y + 0.5f) * sourceHeight / height));
            for (int x = 0; x < width; x++)
            {
                int column = Math.Min(sourceWidth - 1, (int)((x + 0.5f) * sourceWidth / width));
                source.Slice((row * sourceWidth + column) * BytesPerPixel, BytesPerPixel).CopyTo(result.AsSpan((y * width + x) * BytesPerPixel));
            }
        }
        return result;
    }

    /// <summary>The image drawn at one scale into a new one: whole with empty bars beside it, or filling it and cut off.</summary>
    public static byte[] Drawn(ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, int width, int height, ImageResizeMode mode)
    {
        float widthAspect = (float)width / sourceWidth, heightAspect = (float)height / sourceHeight;
        bool byHeight = heightAspect < widthAspect == (mode == ImageResizeMode.Pad);
        float aspect = byHeight ? heightAspect : widthAspect;
        // The side that the scale was not taken from has room left over, or too little.
        int left = byHeight ? Offset(width - sourceWidth * aspect, mode, ImageResizeMode.CropAnchorLeft, ImageResizeMode.CropAnchorRight) : 0;
        int top = byHeight ? 0 : Offset(height - sourceHeight * aspect, mode, ImageResizeMode.CropAnchorTop, ImageResizeMode.CropAnchorBottom);
        int drawnWidth = (int)(sourceWidth * aspect), drawnHeight = (int)(sourceHeight * aspect);
        Tap[] columns = Tap.Of(sourceWidth, drawnWidth, left, width), rows = Tap.Of(sourceHeight, drawnHeight, top, height);

        var result = new byte[width * height * BytesPerPixel];
        Span<float> sum = stackalloc float[BytesPerPixel];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (rows[y].Weights == null || columns[x].Weights == null)
                    continue;
                Interpolate(source, sourceWidth, rows[y], columns[x], sum);
                Span<byte> pixel = result.AsSpan((y * width + x) * BytesPerPixel, BytesPerPixel);
                for (int c = 0; c < 3; c++)
                    pixel[c] = (byte)(Math.Clamp(sum[c], 0, Math.Clamp(sum[3], 0, 255)) + 0.5f);
                pixel[3] = 255;
            }
        }
        return result;
    }

    public static byte[] Gray(ReadOnlySpan<byte> bgra)
    {
        var result = new byte[bgra.Length];
        for (int i = 0; i < bgra.Length; i += BytesPerPixel)
        {
            byte gray = (byte)(0.3f * bgra[i + 2] + 0.59f * bgra[i + 1] + 0.11f * bgra[i] + 0.5f);
            result[i] = result[i + 1] = result[i + 2] = gray;
            result[i + 3] = 255;
        }
        return result;
    }

    private static int Offset(float room, ImageResizeMode mode, ImageResizeMode near, ImageResizeMode far)
        => mode == near ? 0 : mode == far ? (int)room : (int)(room / 2);

    private static void Interpolate(ReadOnlySpan<byte> source, int sourceWidth, Tap row, Tap column, Span<float> sum)
    {
        sum.Clear();
        for (int j = 0; j < 4; j++)
        {
            for (int i = 0; i < 4; i++)
            {
                float weight = row.Weights[j] * column.Weights[i];
                int at = (row.Places[j] * sourceWidth + column.Places[i]) * BytesPerPixel;
                for (int c = 0; c < BytesPerPixel; c++)
                    sum[c] += weight * source[at + c];
            }
        }
    }

    /// <summary>The four source places that one target place is made of along one side; no weights where nothing is drawn.</summary>
    private readonly record struct Tap(int[] Places, float[] Weights)
    {
        public static Tap[] Of(int sourceLength, int drawnLength, int start, int length)
        {
            var taps = new Tap[length];
            for (int i = Math.Max(0, start); i < Math.Min(length, start + drawnLength); i++)
            {
                float at = (i + 0.5f - start) * sourceLength / drawnLength - 0.5f;
                int floor = (int)MathF.Floor(at);
                float t = at - floor;
                int[] places = [.. Enumerable.Range(floor - 1, 4).Select(p => Math.Clamp(p, 0, sourceLength - 1))];
                taps[i] = new Tap(places, [Mitchell(1 + t), Mitchell(t), Mitchell(1 - t), Mitchell(2 - t)]);
            }
            return taps;
        }

        /// <summary>Mitchell and Netravali 1988, B = C = 1/3.</summary>
        private static float Mitchell(float d) => d < 1
            ? (7 * d * d * d - 12 * d * d + 16f / 3) / 6
            : (-7f / 3 * d * d * d + 12 * d * d - 20 * d + 32f / 3) / 6;
    }
}
