namespace Microsoft.ML.Data;

/// <summary>Pixels as a file gives them: blue, green, red, alpha a byte each, rows top to bottom, colours multiplied by alpha.</summary>
internal sealed record DecodedImage(int Width, int Height, byte[] Pixels, bool Opaque);
