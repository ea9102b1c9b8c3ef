using System.Numerics;

namespace Sleap.Transforms;

/// <summary>The nodes that an OKS is the mean of; a node that either instance lacks adds 0.</summary>
internal enum OksNodes
{
    /// <summary>The nodes of the first instance: COCO's evaluation, sleap-nn's evaluation and tracker.</summary>
    First,

    /// <summary>The nodes that both instances have: sleap-nn's filter of overlapping instances.</summary>
    Shared,

    /// <summary>All nodes of the skeleton, so that an instance of few nodes is less similar.</summary>
    All,
}

/// <summary>
/// How similar two instances are. Points are x and y of each node in pixels, NaN = missing; both instances have the
/// same nodes.
/// </summary>
internal static class KeypointSimilarity
{
    /// <summary>
    /// Object keypoint similarity (OKS), 0 to 1: the mean of exp(−d² / (2 · variance · area)) over nodes, where d is
    /// the distance of a node in the two instances (Ronchi and Perona, ICCV 2017; COCO's evaluation).
    /// </summary>
    /// <param name="one">The first instance, the true one where there is one.</param>
    /// <param name="other">The second instance.</param>
    /// <param name="variances">Variance of each node, or one for all, see <see cref="Variance"/>.</param>
    /// <param name="area">Size of the first instance in square pixels, above 0.</param>
    /// <param name="nodes">The nodes that the mean is over.</param>
    /// <returns>NaN where there is no such node.</returns>
    public static double Oks<T>(
        ReadOnlySpan<T> one,
        ReadOnlySpan<T> other,
        ReadOnlySpan<double> variances,
        double area,
        OksNodes nodes
    )
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        var (first, shared) = (0, 0);
        for (var node = 0; 2 * node < one.Length; node++)
        {
            if (T.IsNaN(one[2 * node]) || T.IsNaN(one[2 * node + 1]))
                continue;
            first++;
            var squared = SquaredDistance(one, other, node);
            if (double.IsNaN(squared))
                continue;
            shared++;
            sum += Math.Exp(-squared / (variances[variances.Length == 1 ? 0 : node] * 2 * area));
        }
        return nodes switch
        {
            OksNodes.First => sum / first,
            OksNodes.Shared => sum / shared,
            _ => first == 0 ? double.NaN : sum / (one.Length / 2),
        };
    }

    /// <summary>
    /// The variance of OKS, (2σ)², of a node whose labels spread by σ, as a share of the instance's size.
    /// </summary>
    public static double Variance(double deviation) => 4 * deviation * deviation;

    /// <summary>Distance of a node in two instances, in pixels; NaN where one lacks it.</summary>
    public static double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other, int node) =>
        Math.Sqrt(SquaredDistance(one, other, node));

    /// <summary>Mean distance of the nodes that both instances have, in pixels; NaN where there is none.</summary>
    public static double MeanDistance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        var shared = 0;
        for (var node = 0; 2 * node < one.Length; node++)
        {
            var distance = Distance(one, other, node);
            if (!double.IsNaN(distance))
                (sum, shared) = (sum + distance, shared + 1);
        }
        return sum / shared; // 0 / 0 is NaN: none shared
    }

    /// <summary>
    /// Euclidean distance of two vectors, as sleap-nn's tracker measures keypoints, centroids and boxes; NaN where a
    /// value is missing.
    /// </summary>
    public static double EuclideanDistance(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double sum = 0;
        for (var i = 0; i < one.Length; i++)
            sum += (one[i] - other[i]) * (one[i] - other[i]);
        return Math.Sqrt(sum);
    }

    private static double SquaredDistance<T>(ReadOnlySpan<T> one, ReadOnlySpan<T> other, int node)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        double dx = double.CreateChecked(one[2 * node]) - double.CreateChecked(other[2 * node]),
            dy = double.CreateChecked(one[2 * node + 1]) - double.CreateChecked(other[2 * node + 1]);
        return dx * dx + dy * dy;
    }
}
