using System.Numerics;
using Microsoft.ML.Runtime;
using static Microsoft.ML.Transforms.Image.ImagePixelExtractingEstimator;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Which colours a vector of pixels holds, in which order, and whether a pixel's lie together or each colour by itself.</summary>
internal sealed record ColorPlanes(ColorBits Colors, ColorsOrder Order, bool Interleaved)
{
    public int Count => BitOperations.PopCount((uint)Colors);

    /// <summary>The place among the planes of alpha, red, green and blue; -1 for one that is not there.</summary>
    public (int Alpha, int Red, int Green, int Blue) Places
    {
        get
        {
            string present = string.Concat(Order.ToString().Where(c => Colors.HasFlag(Bit(c))));
            return (present.IndexOf('A'), present.IndexOf('R'), present.IndexOf('G'), present.IndexOf('B'));
        }
    }

    public int[] Dimensions(int height, int width) => Interleaved ? [height, width, Count] : [Count, height, width];

    /// <summary>Where a pixel's value of a plane lies in the vector.</summary>
    public int Index(int pixel, int plane, int pixels) => Interleaved ? pixel * Count + plane : plane * pixels + pixel;

    public void Check(string colorsName)
    {
        Contracts.CheckParam(Count > 0, colorsName, "Need to use at least one color plane");
        Contracts.CheckParam(Enum.IsDefined(Order), "order");
    }

    private static ColorBits Bit(char color) => color switch { 'A' => ColorBits.Alpha, 'R' => ColorBits.Red, 'G' => ColorBits.Green, _ => ColorBits.Blue };
}
