using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167) of the output of a convolution, and its ReLU, while a
/// network trains. When it is done, the normalization is folded into the convolution's weights and bias.
/// </summary>
/// <remarks>
/// The convolution's bias is the shift after the normalization. A batch is normalized by its own statistics;
/// <c>mean</c> and <c>variance</c> are those of the last batch, for the average of the weights.
/// </remarks>
internal sealed class BatchNorm : Module
{
    /// <summary>What stands in the name of a normalization for the <c>_conv</c> of its convolution.</summary>
    public const string Suffix = "_norm";

    private const double Epsilon = 1e-5;

    // Numbers a channel below which their mean and variance say little; such a batch is not normalized.
    private const long Least = 16;

    // The names are part of the keys of the state dict.
    private readonly Parameter weight;
    private readonly Tensor mean;
    private readonly Tensor variance;

    /// <param name="channels">Channels of the convolution's output.</param>
    /// <param name="device">Device of the convolution.</param>
    public BatchNorm(long channels, Device device)
        : base(nameof(BatchNorm))
    {
        weight = Parameter(ones(channels, device: device));
        mean = zeros(channels, device: device);
        variance = ones(channels, device: device);
        register_buffer(nameof(mean), mean);
        register_buffer(nameof(variance), variance);
        RegisterComponents();
    }

    /// <summary>
    /// Whether the next batch leaves as it came, with the bias of its convolution: weight and bias change so that they
    /// undo the normalization.
    /// </summary>
    public bool KeepsOutput { get; set; }

    /// <param name="x">(B, C, H, W), the convolution's output without its bias.</param>
    /// <param name="bias">(C), the convolution's bias.</param>
    /// <returns>(B, C, H, W), not negative.</returns>
    public Tensor Apply(Tensor x, Tensor bias)
    {
        if (x.numel() / x.size(1) < Least)
        {
            using var scaled = x.mul(weight.view(1, -1, 1, 1));
            using var shifted = scaled.Add(bias.view(1, -1, 1, 1));
            return shifted.relu();
        }

        if (KeepsOutput)
            Undo(x, bias);
        if (NormRelu.Takes(x))
            return NormReluFunction.apply(x, weight, bias, this);
        using var scope = NewDisposeScope();
        Tensor batchMean = zeros_like(mean),
            batchVariance = zeros_like(variance);
        var normal = functional.batch_norm(x, batchMean, batchVariance, weight, bias, training: true, 1, Epsilon);
        // libtorch divides by the deviation of the batch, but gives the variance over n - 1.
        var count = x.numel() / x.size(1);
        Keep(batchMean, batchVariance.Mul((count - 1.0) / count));
        return normal.relu().MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the statistics of a batch.</summary>
    /// <returns>1 over the deviation of each channel, (C).</returns>
    public Tensor Keep(Tensor batchMean, Tensor batchVariance)
    {
        using var _ = no_grad();
        mean.copy_(batchMean);
        variance.copy_(batchVariance);
        return InverseDeviation();
    }

    /// <summary>
    /// Changes the weights and the bias of the convolution so that it gives, with a ReLU, what it gives now with the
    /// kept statistics.
    /// </summary>
    /// <param name="weights">(filters, C, height, width), of a transposed convolution (C, filters, height,
    /// width).</param>
    /// <param name="bias">(filters)</param>
    /// <param name="isTransposed">Whether it is a transposed convolution.</param>
    public void Fold(Tensor weights, Tensor bias, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        var scale = weight.mul(InverseDeviation()); // (filters)
        weights.mul_(scale.reshape(isTransposed ? [1, -1, 1, 1] : [-1, 1, 1, 1]));
        bias.sub_(mean.mul(scale));
    }

    private void Undo(Tensor x, Tensor bias)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (batchVariance, batchMean) = var_mean(x, [0L, 2, 3], unbiased: false);
        weight.copy_(Keep(batchMean, batchVariance).reciprocal());
        bias.AddInPlace(mean);
    }

    private Tensor InverseDeviation() => variance.Add(Epsilon).rsqrt();
}
