using System.Collections.Immutable;

namespace Sleap.MLNet;

/// <summary>Blocks and channels of the four stages of a ConvNeXt.</summary>
/// <param name="Depths">Blocks of each stage.</param>
/// <param name="Channels">Channels of each stage.</param>
public sealed record ConvNeXtArchitecture(ImmutableArray<int> Depths, ImmutableArray<int> Channels)
{
    /// <summary>sleap-nn's <c>tiny</c>.</summary>
    public static ConvNeXtArchitecture Tiny { get; } = new([3, 3, 9, 3], [96, 192, 384, 768]);

    /// <summary>sleap-nn's <c>small</c>.</summary>
    public static ConvNeXtArchitecture Small { get; } = new([3, 3, 27, 3], [96, 192, 384, 768]);

    /// <summary>sleap-nn's <c>base</c>.</summary>
    public static ConvNeXtArchitecture Base { get; } = new([3, 3, 27, 3], [128, 256, 512, 1024]);

    /// <summary>sleap-nn's <c>large</c>.</summary>
    public static ConvNeXtArchitecture Large { get; } = new([3, 3, 27, 3], [192, 384, 768, 1536]);
}
