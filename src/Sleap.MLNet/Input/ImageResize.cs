using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sleap.MLNet;

/// <summary>
/// Resizes 8-bit images with antialiasing: first along the rows, then along the columns, each rounded to 8 bits, as
/// torchvision does.
/// </summary>
internal sealed class ImageResize(int sourceHeight, int sourceWidth, int targetHeight, int targetWidth, int channels)
{
    private readonly ResampleTaps _columns = new(sourceWidth, targetWidth);
    private readonly ResampleTaps _rows = new(sourceHeight, targetHeight);

    /// <summary>The resizing from one size to another; null where they are equal.</summary>
    public static ImageResize? Between((int Height, int Width) source, (int Height, int Width) target, int channels) =>
        source == target ? null : new(source.Height, source.Width, target.Height, target.Width, channels);

    /// <summary>Resizes one image.</summary>
    /// <param name="source">Rows of interleaved pixels.</param>
    /// <param name="target">Gets the rows.</param>
    /// <param name="targetStride">Bytes from one row of the target to the next.</param>
    public void Resize(ReadOnlySpan<byte> source, Span<byte> target, int targetStride)
    {
        int sourceStride = sourceWidth * channels,
            rowBytes = targetWidth * channels;
        // The image at its new width and old height.
        var narrowed = ArrayPool<byte>.Shared.Rent(sourceHeight * rowBytes);
        for (var y = 0; y < sourceHeight; y++)
        {
            var line = source.Slice(y * sourceStride, sourceStride);
            var output = narrowed.AsSpan(y * rowBytes, rowBytes);
            if (sourceWidth == targetWidth)
                line.CopyTo(output);
            else if (channels == 1 && _columns.Width % ResampleTaps.Lanes == 0)
                GrayRow(line, output);
            else
                Row(line, output);
        }

        for (var y = 0; y < targetHeight; y++)
            Column(narrowed, target.Slice(y * targetStride, rowBytes), y);
        ArrayPool<byte>.Shared.Return(narrowed);
    }

    // Resizes one gray row, eight taps at a time.
    private void GrayRow(ReadOnlySpan<byte> line, Span<byte> output)
    {
        ref var pixels = ref MemoryMarshal.GetReference(line);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_columns.Weights);
        var half = 1 << (_columns.Precision - 1);
        for (var i = 0; i < output.Length; i++)
        {
            var sums = Vector256<int>.Zero;
            for (var tap = 0; tap < _columns.Width; tap += ResampleTaps.Lanes)
            {
                var bytes = Vector128
                    .CreateScalarUnsafe(
                        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref pixels, _columns.First[i] + tap))
                    )
                    .AsByte();
                var values = Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe()).AsInt32();
                sums += values * Vector256.LoadUnsafe(ref weights, (nuint)(i * _columns.Width + tap));
            }

            output[i] = (byte)Math.Min((Vector256.Sum(sums) + half) >> _columns.Precision, 255);
        }
    }

    // Resizes one row of any number of channels.
    private void Row(ReadOnlySpan<byte> line, Span<byte> output)
    {
        var half = 1 << (_columns.Precision - 1);
        for (var i = channels == 3 ? ColorRow(line, output) : 0; i < _columns.Count; i++)
        {
            ReadOnlySpan<int> weights = _columns.Weights.AsSpan(i * _columns.Width, _columns.Width);
            var window = line.Slice(_columns.First[i] * channels, _columns.Width * channels);
            for (var channel = 0; channel < channels; channel++)
            {
                var sum = half;
                for (var tap = 0; tap < weights.Length; tap++)
                    sum += window[tap * channels + channel] * weights[tap];
                output[i * channels + channel] = (byte)Math.Min(sum >> _columns.Precision, 255);
            }
        }
    }

    // Resizes the RGB pixels whose taps have a byte after them, so that a color can be read as four bytes. Returns how
    // many these are.
    private int ColorRow(ReadOnlySpan<byte> line, Span<byte> output)
    {
        ref var pixels = ref MemoryMarshal.GetReference(line);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_columns.Weights);
        var half = Vector128.Create(1 << (_columns.Precision - 1));
        var i = 0;
        for (; i < _columns.Count && (_columns.First[i] + _columns.Width) * 3 < line.Length; i++)
        {
            var sums = half;
            for (var tap = 0; tap < _columns.Width; tap++)
            {
                var color = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref pixels, (_columns.First[i] + tap) * 3));
                var words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(color).AsByte());
                sums += Vector128.WidenLower(words).AsInt32() * Unsafe.Add(ref weights, i * _columns.Width + tap);
            }

            sums = Vector128.Min(sums >> _columns.Precision, Vector128.Create(255));
            for (var channel = 0; channel < 3; channel++)
                output[i * 3 + channel] = (byte)sums.GetElement(channel);
        }

        return i;
    }

    // Makes row y of the result, 16 bytes at a time.
    private void Column(ReadOnlySpan<byte> narrowed, Span<byte> output, int y)
    {
        ReadOnlySpan<int> weights = _rows.Weights.AsSpan(y * _rows.Width, _rows.Width);
        int stride = output.Length,
            half = 1 << (_rows.Precision - 1),
            x = 0;
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(narrowed), _rows.First[y] * stride);
        ref var target = ref MemoryMarshal.GetReference(output);
        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            Vector256<int> low = Vector256.Create(half),
                high = low;
            for (var tap = 0; tap < weights.Length; tap++)
            {
                if (weights[tap] == 0)
                    continue;
                var values = Vector256.WidenLower(
                    Vector128.LoadUnsafe(ref first, (nuint)(tap * stride + x)).ToVector256Unsafe()
                );
                var weight = Vector256.Create(weights[tap]);
                low += Vector256.WidenLower(values).AsInt32() * weight;
                high += Vector256.WidenUpper(values).AsInt32() * weight;
            }

            low = Vector256.Min(low >> _rows.Precision, Vector256.Create(255));
            high = Vector256.Min(high >> _rows.Precision, Vector256.Create(255));
            var words = Vector256.Narrow(low, high);
            Vector128
                .Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16())
                .StoreUnsafe(ref target, (nuint)x);
        }

        for (; x < stride; x++)
        {
            var sum = half;
            for (var tap = 0; tap < weights.Length; tap++)
                sum += Unsafe.Add(ref first, tap * stride + x) * weights[tap];
            output[x] = (byte)Math.Min(sum >> _rows.Precision, 255);
        }
    }
}

/// <summary>
/// Which pixels of a line are summed to each pixel of the resized line, and with which weights: a triangle as wide as
/// the larger of the two pixel sizes, which is bilinear interpolation with antialiasing, as in Pillow and torchvision.
/// Weights are 16-bit fixed point.
/// </summary>
internal sealed class ResampleTaps
{
    /// <summary>
    /// <see cref="Width"/> is a multiple of it where the line is long enough, so that a whole vector can be read.
    /// </summary>
    public const int Lanes = 8;

    public ResampleTaps(int source, int target)
    {
        double step = (double)source / target,
            support = Math.Max(step, 1);
        int needed = (int)Math.Ceiling(support) * 2 + 1,
            whole = (needed + Lanes - 1) / Lanes * Lanes;
        Width = whole <= source ? whole : Math.Min(needed, source);
        First = new int[target];
        var weights = new double[target * Width];
        for (var i = 0; i < target; i++)
        {
            var center = (i + 0.5) * step;
            int start = Math.Max((int)(center - support + 0.5), 0),
                end = Math.Min((int)(center + support + 0.5), source);
            // The last pixels have Width taps too: they start further left, with weights of zero.
            First[i] = Math.Min(start, source - Width);
            var taps = weights.AsSpan(i * Width, Width);
            double sum = 0;
            for (var x = start; x < end; x++)
                sum += taps[x - First[i]] = Math.Max(0, 1 - Math.Abs((x - center + 0.5) / support));
            for (var x = 0; x < Width; x++)
                taps[x] /= sum;
        }

        Precision = PrecisionFor(weights.Max());
        Weights = [.. weights.Select(weight => (int)(0.5 + weight * (1 << Precision)))];
    }

    /// <summary>Pixels of the resized line.</summary>
    public int Count => First.Length;

    /// <summary>First source pixel of each pixel of the resized line.</summary>
    public int[] First { get; }

    /// <summary>Source pixels of each pixel of the resized line, those of weight zero included.</summary>
    public int Width { get; }

    /// <summary>
    /// <see cref="Width"/> weights for each pixel of the resized line, in units of 1/2^<see cref="Precision"/>.
    /// </summary>
    public int[] Weights { get; }

    /// <summary>Binary places of the weights.</summary>
    public int Precision { get; }

    // As many binary places as keep the largest weight within 16 bits.
    private static int PrecisionFor(double largest)
    {
        var precision = 0;
        while (precision < 22 && (int)(0.5 + largest * (1 << (precision + 1))) < 1 << 15)
            precision++;
        return precision;
    }
}
