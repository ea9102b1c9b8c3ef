using System.Collections.Immutable;

namespace Sleap.MLNet;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Type">Name of the numbers' type as in the file, such as <c>F32</c> or <c>I64</c>.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafetensorsEntry(string Type, ImmutableArray<long> Shape, long Offset, int Length);
