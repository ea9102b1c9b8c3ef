using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>PNG files through libspng.</summary>
internal static unsafe partial class PngCodec
{
    private const int EncoderContext = 2, Rgba8 = 1, AsIs = 256, ApplyTransparency = 1, Finalize = 2, EncodeToBuffer = 12;
    private const byte Rgb = 2, Rgba = 6, HasAlpha = 4;

    public static bool Recognizes(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    /// <summary>Null when the file is damaged.</summary>
    public static DecodedImage Decode(ReadOnlySpan<byte> file)
    {
        NativeCodecs.EnsureFound();
        nint context = NewContext(0);
        try
        {
            fixed (byte* source = file)
            {
                Header header;
                nuint size;
                if (SetPngBuffer(context, source, (nuint)file.Length) != 0 || GetHeader(context, &header) != 0
                    || DecodedImageSize(context, Rgba8, &size) != 0 || size > int.MaxValue)
                    return null;
                var pixels = new byte[(int)size];
                fixed (byte* target = pixels)
                {
                    if (DecodeImage(context, target, size, Rgba8, ApplyTransparency) != 0)
                        return null;
                }
                // struct spng_trns: room for its three fields, of which the answer alone matters.
                byte* transparency = stackalloc byte[1024];
                bool opaque = (header.ColorType & HasAlpha) == 0 && GetTransparency(context, transparency) != 0;
                ToPremultipliedBgra(pixels, opaque);
                return new DecodedImage((int)header.Width, (int)header.Height, pixels, opaque);
            }
        }
        finally
        {
            FreeContext(context);
        }
    }

    /// <summary>Pixels of three or four bytes, red first, colours not multiplied by alpha.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, bool withAlpha)
    {
        NativeCodecs.EnsureFound();
        nint context = NewContext(EncoderContext);
        try
        {
            var header = new Header { Width = (uint)width, Height = (uint)height, BitDepth = 8, ColorType = withAlpha ? Rgba : Rgb };
            Check(SetOption(context, EncodeToBuffer, 1));
            Check(SetHeader(context, &header));
            fixed (byte* source = pixels)
                Check(EncodeImage(context, source, (nuint)pixels.Length, AsIs, Finalize));
            nuint length;
            int error;
            byte* encoded = GetPngBuffer(context, &length, &error);
            Check(error);
            try
            {
                return new ReadOnlySpan<byte>(encoded, (int)length).ToArray();
            }
            finally
            {
                // The buffer is the caller's and came from malloc.
                NativeMemory.Free(encoded);
            }
        }
        finally
        {
            FreeContext(context);
        }
    }

    private static void ToPremultipliedBgra(Span<byte> pixels, bool opaque)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
            if (!opaque)
                Alpha.Multiply(pixels.Slice(i, 4));
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"libspng: {Marshal.PtrToStringUTF8(ErrorText(error))}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Width, Height;
        public byte BitDepth, ColorType, Compression, Filter, Interlace;
    }

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_ctx_new")]
    private static partial nint NewContext(int flags);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_ctx_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_set_png_buffer")]
    private static partial int SetPngBuffer(nint context, byte* buffer, nuint size);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_get_png_buffer")]
    private static partial byte* GetPngBuffer(nint context, nuint* length, int* error);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_get_ihdr")]
    private static partial int GetHeader(nint context, Header* header);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_set_ihdr")]
    private static partial int SetHeader(nint context, Header* header);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_get_trns")]
    private static partial int GetTransparency(nint context, byte* transparency);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_set_option")]
    private static partial int SetOption(nint context, int option, int value);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_decoded_image_size")]
    private static partial int DecodedImageSize(nint context, int format, nuint* size);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_decode_image")]
    private static partial int DecodeImage(nint context, byte* target, nuint size, int format, int flags);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_encode_image")]
    private static partial int EncodeImage(nint context, byte* source, nuint size, int format, int flags);

    [LibraryImport(NativeCodecs.Png, EntryPoint = "spng_strerror")]
    private static partial nint ErrorText(int error);
}
