using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>JPEG files through libturbojpeg, with its most exact transform and smooth chroma, as Skia decodes them.</summary>
internal static unsafe partial class JpegCodec
{
    private const int Rgba = 7, Bgra = 8, Chroma420 = 2, Cmyk = 3, WarningOnly = 0;

    public static bool Recognizes(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <summary>Null when the file is damaged beyond what can be shown: a file cut short gives its upper part and gray below.</summary>
    public static DecodedImage Decode(ReadOnlySpan<byte> file)
    {
        NativeCodecs.EnsureFound();
        nint handle = InitDecompress();
        try
        {
            fixed (byte* source = file)
            {
                int width, height, chroma, colors;
                var length = new CULong((uint)file.Length);
                if (DecompressHeader(handle, source, length, &width, &height, &chroma, &colors) != 0 || colors >= Cmyk || (long)width * height * 4 > int.MaxValue)
                    return null;
                var pixels = new byte[width * height * 4];
                fixed (byte* target = pixels)
                {
                    if (Decompress(handle, source, length, target, width, width * 4, height, Bgra, 0) != 0 && GetErrorCode(handle) != WarningOnly)
                        return null;
                }
                return new DecodedImage(width, height, pixels, Opaque: true);
            }
        }
        finally
        {
            Destroy(handle);
        }
    }

    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, MLPixelFormat format, int quality)
    {
        NativeCodecs.EnsureFound();
        nint handle = InitCompress();
        byte* encoded = null;
        try
        {
            CULong length;
            fixed (byte* source = pixels)
            {
                if (Compress(handle, source, width, width * 4, height, format == MLPixelFormat.Rgba32 ? Rgba : Bgra, &encoded, &length, Chroma420, quality, 0) != 0)
                    throw new InvalidOperationException($"libturbojpeg: {Marshal.PtrToStringUTF8(GetErrorText(handle))}");
            }
            return new ReadOnlySpan<byte>(encoded, (int)length.Value).ToArray();
        }
        finally
        {
            Free(encoded);
            Destroy(handle);
        }
    }

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjInitDecompress")]
    private static partial nint InitDecompress();

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjInitCompress")]
    private static partial nint InitCompress();

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjDecompressHeader3")]
    private static partial int DecompressHeader(nint handle, byte* source, CULong size, int* width, int* height, int* chroma, int* colors);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(nint handle, byte* source, CULong size, byte* target, int width, int pitch, int height, int format, int flags);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjCompress2")]
    private static partial int Compress(nint handle, byte* source, int width, int pitch, int height, int format, byte** target, CULong* size, int chroma, int quality, int flags);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjFree")]
    private static partial void Free(byte* buffer);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjGetErrorCode")]
    private static partial int GetErrorCode(nint handle);

    [LibraryImport(NativeCodecs.Jpeg, EntryPoint = "tjGetErrorStr2")]
    private static partial nint GetErrorText(nint handle);
}
