using System.Collections.Immutable;
using Sleap.Transforms;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Swin Transformer (Liu et al. 2021, arXiv:2103.14030) as the encoder of a U-shaped network, as sleap-nn builds it;
/// options and defaults are those of its <c>backbone_config.swint</c>.
/// </summary>
public sealed record SwinTOptions : StagedBackboneOptions
{
    /// <summary>Channels, depths and heads. Default <see cref="SwinArchitecture.Tiny"/>.</summary>
    public SwinArchitecture Architecture { get; init; } = SwinArchitecture.Tiny;

    /// <summary>Side of the stem's convolution kernel in pixels of the network input, at least 1. Default 4.</summary>
    public int PatchSize { get; init; } = 4;

    /// <summary>Side of the windows that attention is computed in, in cells, at least 1. Default 7.</summary>
    public int WindowSize { get; init; } = 7;

    internal override string EncoderName => "swint";

    internal override IReadOnlyList<int> StageChannels =>
        [.. Enumerable.Range(0, 4).Select(stage => Architecture.EmbeddingDimensions << stage)];

    internal override StagedEncoder BuildEncoder() => new SwinEncoder(this);

    // Each block has a table of the places in a window, beside its fully connected layers.
    internal override double MinWeights =>
        base.MinWeights
        + (double)PatchSize * PatchSize * StageChannels[0]
        + Architecture
            .Depths.Select((depth, stage) => depth * (12 * Math.Pow(StageChannels[stage], 2) + Math.Pow(WindowSize, 4)))
            .Sum();

    internal override void Check(OptionFaults faults)
    {
        base.Check(faults);
        faults.Expect(PatchSize >= 1, nameof(PatchSize), PatchSize, "at least 1");
        faults.Expect(WindowSize >= 1, nameof(WindowSize), WindowSize, "at least 1");
        faults.Expect(
            Architecture.EmbeddingDimensions >= 1,
            "Architecture.EmbeddingDimensions",
            Architecture.EmbeddingDimensions,
            "at least 1"
        );
        RequireStages(faults, "Architecture.Depths", Architecture.Depths);
        RequireStages(faults, "Architecture.Heads", Architecture.Heads);
        for (var stage = 0; stage < Math.Min(4, Architecture.Heads.Length); stage++)
        {
            int channels = Architecture.EmbeddingDimensions << stage,
                heads = Architecture.Heads[stage];
            faults.Expect(
                heads < 1 || channels % heads == 0,
                $"Architecture.Heads[{stage}]",
                heads,
                $"a divisor of the stage's {channels} channels"
            );
        }
    }
}

/// <summary>Size of a Swin Transformer.</summary>
/// <param name="EmbeddingDimensions">Number of channels of the first stage; each next stage has twice as many.</param>
/// <param name="Depths">Number of blocks of each of the four stages.</param>
/// <param name="Heads">Number of attention heads of each of the four stages.</param>
public sealed record SwinArchitecture(int EmbeddingDimensions, ImmutableArray<int> Depths, ImmutableArray<int> Heads)
{
    /// <summary>The size that sleap-nn and torchvision name <c>tiny</c>.</summary>
    public static SwinArchitecture Tiny { get; } = new(96, [2, 2, 6, 2], [3, 6, 12, 24]);

    /// <summary>The size that sleap-nn and torchvision name <c>small</c>.</summary>
    public static SwinArchitecture Small { get; } = new(96, [2, 2, 18, 2], [3, 6, 12, 24]);

    /// <summary>The size that sleap-nn and torchvision name <c>base</c>.</summary>
    public static SwinArchitecture Base { get; } = new(128, [2, 2, 18, 2], [4, 8, 16, 32]);
}

/// <summary>
/// Self-attention among the cells of each window. Shifted windows wrap around the border of the map; cells that are
/// neighbors only because of that do not attend to each other.
/// </summary>
internal sealed class WindowAttention : Module<Tensor, Tensor>
{
    private const float MaskedScore = -100;

    private readonly Parameter relative_position_bias_table;
    private readonly Tensor relative_position_index;
    private readonly Module<Tensor, Tensor> qkv;
    private readonly Module<Tensor, Tensor> proj;
    private readonly int _heads;
    private readonly int _window;
    private readonly int _shift;

    public WindowAttention(int channels, int heads, int window, int shift)
        : base(nameof(WindowAttention))
    {
        (_heads, _window, _shift) = (heads, window, shift);
        var side = 2 * window - 1;
        using (no_grad())
            relative_position_bias_table = Parameter(randn(new long[] { side * side, heads }).Mul(0.02));
        relative_position_index = RelativePositions(window);
        qkv = Linear(channels, 3 * channels);
        proj = Linear(channels, channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width, channels) = (input.size(0), input.size(1), input.size(2), input.size(3));
        long right = (_window - width % _window) % _window,
            bottom = (_window - height % _window) % _window;
        var x = functional.pad(input, [0, 0, 0, right, 0, bottom], PaddingModes.Constant, 0); // (B, h, w, C)
        var (h, w) = (height + bottom, width + right);
        var (rows, columns, cells) = (h / _window, w / _window, _window * _window);
        // An axis that one window covers is not shifted.
        var (shiftY, shiftX) = (_window >= h ? 0 : _shift, _window >= w ? 0 : _shift);
        var isShifted = shiftY + shiftX > 0;
        if (isShifted)
            x = x.roll([-shiftY, -shiftX], [1, 2]); // (B, h, w, C)
        x = x.view(batch, rows, _window, columns, _window, channels)
            .permute(0, 1, 3, 2, 4, 5) // (B, rows, columns, window, window, C)
            .reshape(batch * rows * columns, cells, channels); // (B·windows, cells, C)
        x = Attend(x, isShifted ? Mask(h, w, shiftY, shiftX, input.device) : null); // (B·windows, cells, C)
        x = x.view(batch, rows, columns, _window, _window, channels)
            .permute(0, 1, 3, 2, 4, 5) // (B, rows, window, columns, window, C)
            .reshape(batch, h, w, channels); // (B, h, w, C)
        if (isShifted)
            x = x.roll([shiftY, shiftX], [1, 2]); // (B, h, w, C)
        x = x.narrow(1, 0, height).narrow(2, 0, width).contiguous(); // (B, height, width, C)
        return x.MoveToOuterDisposeScope();
    }

    // (B·windows, cells, C) -> the same; the mask is (windows, cells, cells).
    private Tensor Attend(Tensor x, Tensor? mask)
    {
        var (windows, cells, channels) = (x.size(0), x.size(1), x.size(2));
        var each = channels / _heads;
        // (3, B·windows, heads, cells, C/heads)
        var all = qkv.call(x).reshape(windows, cells, 3, _heads, each).permute(2, 0, 3, 1, 4);
        Tensor query = all.select(0, 0).Mul(Math.Pow(each, -0.5)), // each (B·windows, heads, cells, C/heads)
            key = all.select(0, 1),
            value = all.select(0, 2);
        var bias = relative_position_bias_table
            .index_select(0, relative_position_index) // (cells·cells, heads)
            .view(cells, cells, _heads)
            .permute(2, 0, 1); // (heads, cells, cells)
        var score = query.matmul(key.transpose(-2, -1)).Add(bias.unsqueeze(0)); // (B·windows, heads, cells, cells)
        if (mask is not null)
        {
            var count = mask.size(0);
            // (B, windows, heads, cells, cells) + (1, windows, 1, cells, cells)
            score = score.view(windows / count, count, _heads, cells, cells).Add(mask.unsqueeze(1).unsqueeze(0));
            score = score.view(windows, _heads, cells, cells); // (B·windows, heads, cells, cells)
        }

        x = score.softmax(-1).matmul(value).transpose(1, 2).reshape(windows, cells, channels); // (B·windows, cells, C)
        return proj.call(x); // (B·windows, cells, C)
    }

    // Cells of different regions of the shifted map do not attend to each other: (windows, cells, cells).
    private Tensor Mask(long h, long w, int shiftY, int shiftX, Device device)
    {
        var region = new float[h * w];
        for (long y = 0; y < h; y++)
        {
            for (long x = 0; x < w; x++)
                region[y * w + x] = 3 * Region(y, h, shiftY) + Region(x, w, shiftX);
        }

        var (rows, columns, cells) = (h / _window, w / _window, _window * _window);
        var regions = tensor(region, [rows, _window, columns, _window], ScalarType.Float32, device)
            .permute(0, 2, 1, 3) // (rows, columns, window, window)
            .reshape(rows * columns, cells); // (windows, cells)
        return regions.unsqueeze(1).ne(regions.unsqueeze(2)).to(ScalarType.Float32).Mul(MaskedScore);
    }

    private int Region(long place, long size, int shift) =>
        shift == 0 || place < size - _window ? 0
        : place < size - shift ? 1
        : 2;

    // For each pair of cells the row of the table that has the bias of their distance.
    private static Tensor RelativePositions(int window)
    {
        int cells = window * window,
            side = 2 * window - 1;
        var index = new long[cells * cells];
        for (var from = 0; from < cells; from++)
        {
            for (var to = 0; to < cells; to++)
            {
                index[from * cells + to] =
                    (from / window - to / window + window - 1) * side + (from % window - to % window + window - 1);
            }
        }

        return tensor(index, new long[] { index.Length });
    }
}

/// <summary>Attention within windows and two fully connected layers; each result is added to its input.</summary>
internal sealed class SwinBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> norm1;
    private readonly WindowAttention attn;
    private readonly Module<Tensor, Tensor> norm2;
    private readonly StateFolder mlp;
    private readonly Module<Tensor, Tensor>[] _layers;
    private readonly double _dropped;

    /// <param name="channels">Channels of input and output.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of the windows.</param>
    /// <param name="shift">How far the windows are shifted.</param>
    /// <param name="dropped">Share of the samples that skip each half of the block in training (stochastic depth,
    /// arXiv:1603.09382).</param>
    /// <param name="epsilon">Of the normalizations.</param>
    public SwinBlock(int channels, int heads, int window, int shift, double dropped, double epsilon)
        : base(nameof(SwinBlock))
    {
        _dropped = dropped;
        norm1 = LayerNorm(channels, epsilon);
        attn = new WindowAttention(channels, heads, window, shift);
        norm2 = LayerNorm(channels, epsilon);
        _layers = [Linear(channels, 4 * channels), Linear(4 * channels, channels)];
        // torchvision's numbers: activation and dropouts have no parameters.
        mlp = new StateFolder("mlp", [("0", _layers[0]), ("3", _layers[1])]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x.Add(Drop(attn.call(norm1.call(x)))); // (B, h, w, C)
        var y = functional.gelu(_layers[0].call(norm2.call(x))); // (B, h, w, 4C)
        return x.Add(Drop(_layers[1].call(y))).MoveToOuterDisposeScope(); // (B, h, w, C)
    }

    private Tensor Drop(Tensor y)
    {
        if (!training || _dropped == 0)
            return y;
        var kept = rand([y.size(0), 1, 1, 1], y.dtype, y.device).Ge(_dropped).to(y.dtype).Div(1 - _dropped);
        return y * kept;
    }
}

/// <summary>Halves the size and doubles the channels: each 2×2 cells become one.</summary>
internal sealed class PatchMerging : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> reduction;
    private readonly Module<Tensor, Tensor> norm;

    public PatchMerging(int channels, double epsilon)
        : base(nameof(PatchMerging))
    {
        reduction = Linear(4 * channels, 2 * channels, hasBias: false);
        norm = LayerNorm(4 * channels, epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = functional.pad(x, [0, 0, 0, x.size(2) % 2, 0, x.size(1) % 2], PaddingModes.Constant, 0); // even h and w
        var (batch, h, w, channels) = (x.size(0), x.size(1) / 2, x.size(2) / 2, x.size(3));
        x = x.reshape(batch, h, 2, w, 2, channels).permute(0, 1, 3, 4, 2, 5); // (B, h/2, w/2, column, row, C)
        x = norm.call(x.reshape(batch, h, w, 4 * channels)); // (B, h/2, w/2, 4C)
        return reduction.call(x).MoveToOuterDisposeScope(); // (B, h/2, w/2, 2C)
    }
}

/// <summary>
/// Swin Transformer without its classifier, with torchvision's names of parameters. It computes on (B, H, W, C).
/// </summary>
internal sealed class SwinEncoder : StagedEncoder
{
    private const double Epsilon = 1e-5;

    // Share of the samples that skip the last block in training; it grows evenly from 0 at the first block.
    private const double LastDropped = 0.1;

    private readonly StateFolder features;
    private readonly Module<Tensor, Tensor> norm;
    private readonly Module<Tensor, Tensor>[][] _stages;

    public SwinEncoder(SwinTOptions options)
        : base(nameof(SwinEncoder))
    {
        ImmutableArray<int> depths = options.Architecture.Depths,
            heads = options.Architecture.Heads;
        var stages = new List<Module<Tensor, Tensor>[]>();
        int block = 0,
            last = depths.Sum() - 1;
        for (var stage = 0; stage < depths.Length; stage++)
        {
            var channels = options.StageChannels[stage];
            stages.Add(
                stage == 0
                    ?
                    [
                        Conv2d(options.InChannels, channels, options.PatchSize, options.StemPatchStride, padding: 1),
                        LayerNorm(channels, Epsilon),
                    ]
                    : [new PatchMerging(channels / 2, Epsilon)]
            );
            stages.Add([
                .. Enumerable
                    .Range(0, depths[stage])
                    .Select(i => new SwinBlock(
                        channels,
                        heads[stage],
                        options.WindowSize,
                        shift: i % 2 == 0 ? 0 : options.WindowSize / 2,
                        dropped: last == 0 ? 0 : LastDropped * block++ / last,
                        Epsilon
                    )),
            ]);
        }

        _stages = [.. stages];
        features = new StateFolder(
            "features",
            _stages.Select((layers, i) => ($"{i}", i > 0 && i % 2 == 0 ? layers[0] : Folder(layers, i)))
        );
        norm = LayerNorm(options.StageChannels[^1], Epsilon);
        RegisterComponents();
    }

    public override IReadOnlyList<Tensor> Encode(Tensor images)
    {
        var maps = new List<Tensor>();
        var x = _stages[0][0].call(images).permute(0, 2, 3, 1); // (B, InChannels, H, W) -> (B, H/s, W/s, C0)
        x = _stages[0][1].call(x); // (B, H/s, W/s, C0)
        maps.Add(x.permute(0, 3, 1, 2)); // (B, C0, H/s, W/s)
        foreach (var layers in _stages.Skip(1))
        {
            foreach (var layer in layers)
                x = layer.call(x); // block: (B, h, w, C); merging: (B, ⌈h/2⌉, ⌈w/2⌉, 2C)
            if (ReferenceEquals(layers, _stages[^1]))
                x = norm.call(x); // (B, h, w, C)
            maps.Add(x.permute(0, 3, 1, 2)); // (B, C, h, w)
        }

        return maps;
    }

    // torchvision's stem has a permutation between its convolution, 0, and its norm, 2.
    private static Module Folder(Module<Tensor, Tensor>[] layers, int index) =>
        new StateFolder($"{index}", layers.Select((layer, i) => ($"{(index == 0 ? 2 * i : i)}", (Module)layer)));
}
