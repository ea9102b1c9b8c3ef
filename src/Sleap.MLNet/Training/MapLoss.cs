using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Mean squared error of maps.</summary>
/// <param name="foregroundWeight">A cell counts 1 + this · t times, t being the highest target that any channel has
/// there.</param>
/// <param name="mining">What the hardest maps add; null: nothing.</param>
internal sealed class MapLoss(double foregroundWeight, HardKeypointMining? mining)
{
    /// <exception cref="ArgumentException">The two are no maps of the same shape.</exception>
    public static void RequireMaps(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        if (output.dim() != 4 || !output.shape.SequenceEqual(target.shape))
        {
            throw new ArgumentException(
                $"Output and target have the shapes ({string.Join(", ", output.shape)}) and "
                    + $"({string.Join(", ", target.shape)}), expected twice the same (batch, channels, height, width).",
                nameof(target)
            );
        }
    }

    /// <param name="output">(B, C, h, w)</param>
    /// <param name="target">(B, C, h, w)</param>
    /// <param name="weights">What each sample counts, (B); null: all the same.</param>
    public Tensor Of(Tensor output, Tensor target, Tensor? weights)
    {
        var squares = output.sub(target).square();
        // Nearly every cell is background. Left to themselves they teach the network to say nothing anywhere. The
        // foreground is that of all channels together: were each map weighted by its own node alone, to take the tail
        // for the snout would cost next to nothing.
        if (foregroundWeight > 0)
            // (B, C, h, w)
            squares = squares.mul(target.abs().amax(new long[] { 1 }, true).mul(foregroundWeight).add(1));
        if (weights is not null)
            squares = squares.mul(weights.view(-1, 1, 1, 1));
        return mining is null ? squares.mean() : squares.mean().add(mining.Loss(output, target));
    }
}
