using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sleap.MLNet;

/// <summary>
/// Resizes 8-bit images with antialiasing: first along the rows, then along the columns, each rounded to 8 bits, as torchvision does.
/// </summary>
internal sealed class ImageResize(int sourceHeight, int sourceWidth, int targetHeight, int targetWidth, int channels)
{
    private readonly ResampleTaps columns = new(sourceWidth, targetWidth);
    private readonly ResampleTaps rows = new(sourceHeight, targetHeight);

    /// <summary>Resizes one image.</summary>
    /// <param name="source">Rows of interleaved pixels.</param>
    /// <param name="target">Where the rows go.</param>
    /// <param name="targetStride">Bytes from one row of the target to the next.</param>
    public void Resize(ReadOnlySpan<byte> source, Span<byte> target, int targetStride)
    {
        int sourceStride = sourceWidth * channels, rowBytes = targetWidth * channels;
        byte[] narrowed = ArrayPool<byte>.Shared.Rent(sourceHeight * rowBytes);
        for (int y = 0; y < sourceHeight; y++)
        {
            ReadOnlySpan<byte> line = source.Slice(y * sourceStride, sourceStride);
            Span<byte> output = narrowed.AsSpan(y * rowBytes, rowBytes);
            if (sourceWidth == targetWidth)
                line.CopyTo(output);
            else if (channels == 1 && columns.Width % ResampleTaps.Lanes == 0)
                AlongGray(line, output);
            else
                Along(line, output);
        }

        for (int y = 0; y < targetHeight; y++)
            Across(narrowed, target.Slice(y * targetStride, rowBytes), y);
        ArrayPool<byte>.Shared.Return(narrowed);
    }

    private void AlongGray(ReadOnlySpan<byte> line, Span<byte> output)
    {
        ref byte pixels = ref MemoryMarshal.GetReference(line);
        ref int weights = ref MemoryMarshal.GetArrayDataReference(columns.Weights);
        int half = 1 << (columns.Precision - 1);
        for (int i = 0; i < output.Length; i++)
        {
            Vector256<int> sums = Vector256<int>.Zero;
            for (int tap = 0; tap < columns.Width; tap += ResampleTaps.Lanes)
            {
                var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref pixels, columns.First[i] + tap))).AsByte();
                Vector256<int> values = Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe()).AsInt32();
                sums += values * Vector256.LoadUnsafe(ref weights, (nuint)(i * columns.Width + tap));
            }

            output[i] = (byte)Math.Min((Vector256.Sum(sums) + half) >> columns.Precision, 255);
        }
    }

    private void Along(ReadOnlySpan<byte> line, Span<byte> output)
    {
        int half = 1 << (columns.Precision - 1);
        for (int i = 0; i < columns.Count; i++)
        {
            ReadOnlySpan<int> weights = columns.Weights.AsSpan(i * columns.Width, columns.Width);
            ReadOnlySpan<byte> window = line.Slice(columns.First[i] * channels, columns.Width * channels);
            for (int channel = 0; channel < channels; channel++)
            {
                int sum = half;
                for (int tap = 0; tap < weights.Length; tap++)
                    sum += window[tap * channels + channel] * weights[tap];
                output[i * channels + channel] = (byte)Math.Min(sum >> columns.Precision, 255);
            }
        }
    }

    private void Across(ReadOnlySpan<byte> narrowed, Span<byte> output, int y)
    {
        ReadOnlySpan<int> weights = rows.Weights.AsSpan(y * rows.Width, rows.Width);
        int stride = output.Length, half = 1 << (rows.Precision - 1), x = 0;
        ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(narrowed), rows.First[y] * stride);
        ref byte target = ref MemoryMarshal.GetReference(output);
        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            Vector256<int> low = Vector256.Create(half), high = low;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                if (weights[tap] == 0)
                    continue;
                Vector256<ushort> values = Vector256.WidenLower(Vector128.LoadUnsafe(ref first, (nuint)(tap * stride + x)).ToVector256Unsafe());
                Vector256<int> weight = Vector256.Create(weights[tap]);
                low += Vector256.WidenLower(values).AsInt32() * weight;
                high += Vector256.WidenUpper(values).AsInt32() * weight;
            }

            low = Vector256.Min(low >> rows.Precision, Vector256.Create(255));
            high = Vector256.Min(high >> rows.Precision, Vector256.Create(255));
            Vector256<short> words = Vector256.Narrow(low, high);
            Vector128.Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16()).StoreUnsafe(ref target, (nuint)x);
        }

        for (; x < stride; x++)
        {
            int sum = half;
            for (int tap = 0; tap < weights.Length; tap++)
                sum += Unsafe.Add(ref first, tap * stride + x) * weights[tap];
            output[x] = (byte)Math.Min(sum >> rows.Precision, 255);
        }
    }
}
