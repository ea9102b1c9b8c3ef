using System.Globalization;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>How far a backbone sees and how much it keeps in memory, from its options alone.</summary>
internal static class NetworkSize
{
    private const int StemKernel = 7;

    /// <summary>
    /// Side of the square of input pixels that a cell of the deepest map depends on, the block between encoder and
    /// decoder included (Araujo, Norris and Sim 2019, distill.pub/2019/computing-receptive-fields); null where it is
    /// larger than any animal: with windows that shift, or kernels of 7 in dozens of blocks.
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
    /// Input pixels in each direction beyond which nothing changes a cell of any map that a head may read, the decoder
    /// included; at most a few more than there are. Null where no tile is large enough for it: in Swin Transformers,
    /// whose windows lie on the whole image, and in ConvNeXt.
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
        // A block of the decoder: interpolation between neighbors (or a transposed convolution), then two
        // convolutions. Stacks before the last one go up to the finest.
        var down = (Reach: reach, Jump: jump);
        int Up(int to)
        {
            var sum = 0;
            for (var at = down.Jump; at > to; at /= 2)
                sum += at + 2 * (unet.KernelSize / 2) * (at / 2);
            return sum;
        }
        return unet.Stacks * down.Reach + (unet.Stacks - 1) * Up(unet.StemStride ?? 1) + Up(unet.OutputStride);
    }

    /// <summary>Bytes of the maps that a step keeps for its backward pass, of one image.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="height">Of its input.</param>
    /// <param name="width">Of its input.</param>
    /// <param name="finest">The finest map that a head reads.</param>
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

    // Values a pixel of the input: each convolution's output is kept once (its relu works in place), each pooled map,
    // and in the decoder the map that was made larger and its union with the one from the encoder.
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

    // What lies before the maps that it gives is not known: as if each came of four convolutions of its size.
    private static double Custom(CustomBackboneOptions custom) =>
        custom.ChannelsAt.Sum(map => 4.0 * map.Value / ((double)map.Key * map.Key));

    // A block of ConvNeXt keeps about 12 maps of its width, one of a Swin Transformer about 20: the inner layers are
    // four times as wide.
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
        // The decoder's filters fall as the encoder's rise.
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

/// <summary>What training a network takes of memory, from the options and the labels alone.</summary>
internal sealed class MemoryEstimate
{
    private readonly TrainingStage _stage;

    /// <param name="stage">The network.</param>
    /// <param name="labels">What it learns from.</param>
    /// <param name="split">Which frames train.</param>
    /// <param name="frame">Size of the frames.</param>
    public MemoryEstimate(TrainingStage stage, LabelStatistics labels, LabelSplit split, (int Height, int Width) frame)
    {
        _stage = stage;
        var (options, samples) = (stage.Options, stage.CreateSamples(frame).Training);
        using (torch.NewDisposeScope())
        using (var model = stage.CreateModel(0))
            Weights = model.Network.parameters().Sum(parameter => parameter.numel()) * sizeof(float);
        // The maps, and about as much again for their gradients and what convolutions work in.
        Activations =
            2
            * NetworkSize.ActivationBytes(
                options.Backbone,
                samples.Input.Height,
                samples.Input.Width,
                options.HeadStride
            )
            * options.Training.BatchSize;
        Frames =
            (options is CenteredInstanceOptions ? labels.Animals.Count : split.Rows.Count()) * (long)samples.ByteCount;
        Budget = options.Training.CacheMegabytes is { } megabytes ? (long)megabytes << 20 : SampleCache.DefaultBudget;
    }

    public long Weights { get; }

    public long Activations { get; }

    /// <summary>Bytes of all decoded frames, or crops.</summary>
    public long Frames { get; }

    public long Budget { get; }

    /// <summary>
    /// Bytes where the network is trained: weights, their gradients, two moments, the average and the best ones; and
    /// the maps of a batch.
    /// </summary>
    public long Device => 6 * Weights + Activations;

    public LintFinding Finding()
    {
        var (training, isCpu) = (
            _stage.Options.Training,
            TorchDevice.Of(_stage.Options.Training.Device).type == DeviceType.CPU
        );
        var (there, inMemory) = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Math.Min(Frames, Budget));
        var message =
            $"training takes about {Megabytes(Device)}{(isCpu ? "" : " of the GPU")}: "
            + $"{Megabytes(6 * Weights)} for the weights and what goes with them, {Megabytes(Activations)} for a "
            + $"batch of {training.BatchSize.ToString(CultureInfo.InvariantCulture)}; and {Megabytes(inMemory)} "
            + $"for "
            + $"decoded frames"
            + (Frames > Budget ? $" (of {Megabytes(Frames)}; the rest goes into a file)." : ".");
        var need = (isCpu ? Device : 0) + inMemory;
        return need > there
            ? new(
                LintRule.Memory,
                _stage.Name,
                $"{message} There are {Megabytes(there)}.",
                $"Lower Training.BatchSize or "
                    + $"Scale{(inMemory > there / 4 ? ", or set Training.CacheMegabytes" : "")}."
            )
            : new(LintRule.Memory, _stage.Name, message, "", IsWarning: false);
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1048576.0).ToString(bytes < 10 << 20 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + " MB";
}
