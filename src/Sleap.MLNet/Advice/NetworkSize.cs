using System.Globalization;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Computes the receptive field and the memory use of a backbone from its options.</summary>
internal static class NetworkSize
{
    private const int StemKernel = 7;

    /// <summary>
    /// Returns the receptive field of the deepest map: the side of the square of input pixels that a cell depends on,
    /// including the block between encoder and decoder (Araujo, Norris and Sim 2019,
    /// distill.pub/2019/computing-receptive-fields). Null if it is larger than any instance, as with shifted windows or
    /// with dozens of blocks with kernels of 7.
    /// </summary>
    public static int? ReceptiveField(BackboneOptions backbone)
    {
        if (backbone is not UNetOptions unet)
            return null;
        var (field, jump) = (1, 1);
        for (var block = 0; block < unet.StemBlocks + unet.DownBlocks; block++)
        {
            field += unet.ConvsPerBlock * ((block < unet.StemBlocks ? StemKernel : unet.KernelSize) - 1) * jump + jump;
            jump *= 2;
        }
        if (unet.StemBlocks > 0)
            (field, jump) = (field + jump, 2 * jump);
        return unet.MiddleBlock ? field + unet.ConvsPerBlock * (unet.KernelSize - 1) * jump : field;
    }

    /// <summary>
    /// Returns the reach: the distance in input pixels, in each direction, beyond which nothing influences a cell of
    /// any map that a head can read, including the decoder. It is an upper bound, at most a few pixels too large. Null
    /// if no tile is large enough: for Swin Transformers, whose windows are aligned to the whole image, and for
    /// ConvNeXt.
    /// </summary>
    public static int? Reach(BackboneOptions backbone)
    {
        if (backbone is not UNetOptions unet)
            return null;
        var (reach, jump) = (0, 1);
        for (var block = 0; block < unet.StemBlocks + unet.DownBlocks; block++)
        {
            reach += unet.ConvsPerBlock * ((block < unet.StemBlocks ? StemKernel : unet.KernelSize) / 2) * jump + jump;
            jump *= 2;
        }
        if (unet.StemBlocks > 0)
            (reach, jump) = (reach + jump, 2 * jump);
        if (unet.MiddleBlock)
            reach += unet.ConvsPerBlock * (unet.KernelSize / 2) * jump;
        // A block of the decoder: interpolation between neighbors (or a transposed convolution), then two convolutions.
        // All stacks before the last one go up to the finest map.
        var down = (Reach: reach, Jump: jump);
        int RoundUp(int to)
        {
            var sum = 0;
            for (var at = down.Jump; at > to; at /= 2)
                sum += at + 2 * (unet.KernelSize / 2) * (at / 2);
            return sum;
        }
        return unet.Stacks * down.Reach
            + (unet.Stacks - 1) * RoundUp(unet.StemStride ?? 1)
            + RoundUp(unet.OutputStride);
    }

    /// <summary>Returns the bytes of the maps that a step stores for its backward pass, for one image.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="height">Height of the network input.</param>
    /// <param name="width">Width of the network input.</param>
    /// <param name="finest">Stride of the finest map that a head reads.</param>
    public static long ActivationBytes(BackboneOptions backbone, int height, int width, int finest)
    {
        var cells = (double)height * width;
        var sum = backbone switch
        {
            UNetOptions unet => UNet(unet, finest),
            CustomBackboneOptions custom => Custom(custom),
            _ => Staged((StagedBackboneOptions)backbone, finest),
        };
        return (long)(sum * cells * sizeof(float));
    }

    // Values per input pixel: each convolution's output is stored once (its relu works in place), each pooled map, and
    // in the decoder the upsampled map and its concatenation with the map of the encoder.
    private static double UNet(UNetOptions unet, int finest)
    {
        var (sum, depth) = (0.0, unet.StemBlocks + unet.DownBlocks);
        double At(int level) => Math.Pow(4, -level);
        for (var level = 0; level < depth; level++)
            sum += unet.FiltersAt(level) * (unet.ConvsPerBlock * At(level) + At(level + 1));
        if (unet.MiddleBlock)
            sum += unet.FiltersAt(depth) * unet.ConvsPerBlock * At(depth);
        for (var level = depth - 1; level >= 0 && 1 << level >= finest; level--)
            sum += (2 * unet.FiltersAt(level + 1) + unet.FiltersAt(level) + 2 * unet.FiltersAt(level)) * At(level);
        return sum * unet.Stacks;
    }

    // Layers before the returned maps are unknown; estimated as four convolutions of the same size for each map.
    private static double Custom(CustomBackboneOptions custom) =>
        custom.ChannelsAt.Sum(map => 4.0 * map.Value / ((double)map.Key * map.Key));

    // A ConvNeXt block stores about 12 maps of its width, a Swin Transformer block about 20, because the inner layers
    // are four times as wide.
    private static double Staged(StagedBackboneOptions staged, int finest)
    {
        var (depths, maps) = staged switch
        {
            ConvNeXtOptions c => (c.Architecture.Depths, 12),
            SwinTOptions s => (s.Architecture.Depths, 20),
            _ => ([], 0),
        };
        var (sum, stride) = (0.0, 2.0 * staged.StemPatchStride);
        for (var stage = 0; stage < depths.Length; stage++, stride *= 2)
            sum += (double)maps * depths[stage] * staged.StageChannels[stage] / (stride * stride);
        // The filters of the decoder decrease as those of the encoder increase.
        for (
            double at = staged.DeepestStride / 2.0, filters = staged.StageChannels[^1] / 2.0;
            at >= finest;
            at /= 2, filters /= staged.FiltersRate
        )
        {
            sum += 6 * filters / (at * at);
        }

        return sum;
    }
}

/// <summary>Memory that training a network needs, computed from options and labels.</summary>
internal sealed class MemoryEstimate
{
    private readonly TrainingStage _stage;

    /// <param name="stage">The network.</param>
    /// <param name="labels">The label statistics.</param>
    /// <param name="split">The split into training and validation frames.</param>
    /// <param name="frame">Size of the frames.</param>
    public MemoryEstimate(TrainingStage stage, LabelStatistics labels, LabelSplit split, (int Height, int Width) frame)
    {
        _stage = stage;
        var (options, samples) = (stage.Options, stage.CreateSamples(frame).Training);
        using (torch.NewDisposeScope())
        using (var model = stage.CreateModel(0))
            Weights = model.Network.parameters().Sum(parameter => parameter.numel()) * sizeof(float);
        // The maps, and about the same again for gradients and convolution workspaces.
        var (height, width) = samples.InBatch;
        Activations =
            2
            * NetworkSize.ActivationBytes(options.Backbone, height, width, options.HeadStride)
            * options.Training.BatchSize;
        Frames =
            (options is CenteredInstanceOptions ? labels.Instances.Count : split.Rows.Count())
            * (long)samples.ByteCount;
        Budget = options.Training.CacheMegabytes is { } megabytes ? (long)megabytes << 20 : SampleCache.DefaultBudget;
    }

    public long Weights { get; }

    public long Activations { get; }

    /// <summary>Bytes of all decoded frames, or crops.</summary>
    public long Frames { get; }

    public long Budget { get; }

    /// <summary>
    /// Bytes on the training device: weights, gradients, two moments, average and best weights, and the maps of a
    /// batch.
    /// </summary>
    public long Device => 6 * Weights + Activations;

    public LintFinding Finding()
    {
        var (training, isCpu) = (
            _stage.Options.Training,
            TorchDevice.Of(_stage.Options.Training.Device).type == DeviceType.CPU
        );
        var (available, inMemory) = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Math.Min(Frames, Budget));
        var message =
            $"training takes about {Megabytes(Device)}{(isCpu ? "" : " of the GPU")}: "
            + $"{Megabytes(6 * Weights)} for the weights and what goes with them, {Megabytes(Activations)} for a "
            + $"batch of {training.BatchSize.ToString(CultureInfo.InvariantCulture)}; and {Megabytes(inMemory)} "
            + $"for "
            + $"decoded frames"
            + (Frames > Budget ? $" (of {Megabytes(Frames)}; the rest goes into a file)." : ".");
        var need = (isCpu ? Device : 0) + inMemory;
        return need > available
            ? new(
                LintRule.Memory,
                _stage.Name,
                $"{message} There are {Megabytes(available)}.",
                $"Lower Training.BatchSize or "
                    + $"Scale{(inMemory > available / 4 ? ", or set Training.CacheMegabytes" : "")}."
            )
            : new(LintRule.Memory, _stage.Name, message, "", IsWarning: false);
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1048576.0).ToString(bytes < 10 << 20 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + " MB";
}
