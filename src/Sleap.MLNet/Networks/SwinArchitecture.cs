using System.Collections.Immutable;

namespace Sleap.MLNet;

/// <summary>Size of a Swin Transformer.</summary>
/// <param name="EmbeddingDimensions">Channels of the first stage; each next one has twice as many.</param>
/// <param name="Depths">Blocks of each of the four stages.</param>
/// <param name="Heads">Attention heads of each stage.</param>
public sealed record SwinArchitecture(int EmbeddingDimensions, ImmutableArray<int> Depths, ImmutableArray<int> Heads)
{
    /// <summary>sleap-nn's <c>tiny</c>.</summary>
    public static SwinArchitecture Tiny { get; } = new(96, [2, 2, 6, 2], [3, 6, 12, 24]);

    /// <summary>sleap-nn's <c>small</c>.</summary>
    public static SwinArchitecture Small { get; } = new(96, [2, 2, 18, 2], [3, 6, 12, 24]);

    /// <summary>sleap-nn's <c>base</c>.</summary>
    public static SwinArchitecture Base { get; } = new(128, [2, 2, 18, 2], [4, 8, 16, 32]);
}
