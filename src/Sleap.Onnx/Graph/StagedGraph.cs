using static Onnx.TensorProto.Types;

namespace Sleap.MLNet;

/// <summary>Writes the encoders of ConvNeXt and Swin Transformer into a graph, for images of any size.</summary>
internal sealed class StagedGraph(OnnxGraph graph, NetworkGraph network)
{
    private const string Features = "backbone.enc.features.";
    private const double ConvNeXtEpsilon = 1e-6,
        SwinEpsilon = 1e-5;
    private const float MaskedScore = -100;
    private static readonly long[] StemPads = [1, 1, 1, 1],
        NoPads = [0, 0, 0, 0];

    /// <returns>The outputs of stem, stage, halving, stage …: eight maps (B, C, h, w).</returns>
    public IReadOnlyList<OnnxValue> ConvNeXt(OnnxValue images, ConvNeXtOptions options)
    {
        List<OnnxValue> maps = [];
        var x = images; // (B, InChannels, H, W)
        for (var stage = 0; stage < options.Architecture.Depths.Length; stage++)
        {
            var start = $"{Features}{2 * stage}.";
            x =
                stage == 0
                    ? NormalizePixels(
                        network.Convolution(x, start + "0", options.StemPatchStride, StemPads),
                        start + "1"
                    )
                    : network.Convolution(NormalizePixels(x, start + "0"), start + "1", stride: 2, NoPads);
            maps.Add(x);
            for (var block = 0; block < options.Architecture.Depths[stage]; block++)
                x = ConvNeXtBlock(x, $"{Features}{2 * stage + 1}.{block}.", options.Architecture.Channels[stage]);
            maps.Add(x);
        }

        return maps;
    }

    /// <returns>As <see cref="ConvNeXt"/>.</returns>
    public IReadOnlyList<OnnxValue> Swin(OnnxValue images, SwinTOptions options)
    {
        List<OnnxValue> maps = [];
        // (B, h, w, C)
        var x = ToLast(network.Convolution(images, Features + "0.0", options.StemPatchStride, StemPads));
        x = network.Normalize(x, Features + "0.2", SwinEpsilon);
        maps.Add(ToFirst(x));
        for (var stage = 0; stage < options.Architecture.Depths.Length; stage++)
        {
            if (stage > 0)
            {
                x = MergePatches(x, $"{Features}{2 * stage}.", options.StageChannels[stage - 1]);
                maps.Add(ToFirst(x));
            }

            var windows = new Windows(x, options.WindowSize);
            for (var block = 0; block < options.Architecture.Depths[stage]; block++)
            {
                var (start, heads) = ($"{Features}{2 * stage + 1}.{block}.", options.Architecture.Heads[stage]);
                var y = network.Normalize(x, start + "norm1", SwinEpsilon);
                x += Attention(y, start + "attn.", windows, options.StageChannels[stage], heads, block % 2 == 1);
                y = network.Normalize(x, start + "norm2", SwinEpsilon);
                x += network.Linear(Gelu(network.Linear(y, start + "mlp.0")), start + "mlp.3");
            }

            if (stage == options.Architecture.Depths.Length - 1)
                x = network.Normalize(x, "backbone.enc.norm", SwinEpsilon);
            maps.Add(ToFirst(x));
        }

        return maps;
    }

    private OnnxValue ConvNeXtBlock(OnnxValue x, string start, int channels)
    {
        var y = ToLast(network.Convolution(x, start + "block.0", groups: channels)); // (B, H, W, C)
        y = network.Normalize(y, start + "block.2", ConvNeXtEpsilon);
        y = Gelu(network.Linear(y, start + "block.3")); // (B, H, W, 4C)
        y = ToFirst(network.Linear(y, start + "block.5")); // (B, C, H, W)
        return x + y * network.Parameter(start + "layer_scale");
    }

    // (B, h, w, C) -> (B, ⌈h/2⌉, ⌈w/2⌉, 2C)
    private OnnxValue MergePatches(OnnxValue x, string start, int channels)
    {
        x = x.PadEnds(0, x.Size(1) % 2, x.Size(2) % 2, 0);
        var (batch, h, w) = (x.Size(0), x.Size(1) / 2, x.Size(2) / 2);
        x = x.Reshape(batch, h, 2, w, 2, channels).Transpose(0, 1, 3, 4, 2, 5); // (B, h/2, w/2, column, row, C)
        x = network.Normalize(x.Reshape(batch, h, w, 4 * channels), start + "norm", SwinEpsilon);
        return network.Linear(x, start + "reduction");
    }

    // (B, height, width, C) -> the same
    private OnnxValue Attention(OnnxValue x, string start, Windows windows, int channels, int heads, bool isShifted)
    {
        var (side, cells, each) = (windows.Side, windows.Side * windows.Side, channels / heads);
        isShifted &= side >= 2; // a window of one cell is shifted by half of it, which is 0
        x = x.PadEnds(0, windows.Bottom, windows.Right, 0); // (B, h, w, C)
        if (isShifted)
            x = Roll(Roll(x, windows.ShiftY, 1), windows.ShiftX, 2);
        x = x.Reshape(windows.Batch, windows.Rows, side, windows.Columns, side, channels)
            .Transpose(0, 1, 3, 2, 4, 5)
            .Reshape(-1, cells, channels); // (B·windows, cells, C)
        // (3, B·windows, heads, cells, C/heads)
        var all = network.Linear(x, start + "qkv").Reshape(0, cells, 3, heads, each).Transpose(2, 0, 3, 1, 4);
        OnnxValue query = all.At(0, 0) * Math.Pow(each, -0.5),
            key = all.At(1, 0),
            value = all.At(2, 0);
        var score = query.MatMul(key.Transpose(0, 1, 3, 2)) + PositionBias(start, cells, heads);
        if (isShifted)
        {
            score = score.Reshape(-1, windows.Rows * windows.Columns, heads, cells, cells) + windows.Mask;
            score = score.Reshape(-1, heads, cells, cells);
        }

        x = score.Do("Softmax", ("axis", -1)).MatMul(value).Transpose(0, 2, 1, 3).Reshape(0, cells, channels);
        x = network
            .Linear(x, start + "proj")
            .Reshape(windows.Batch, windows.Rows, windows.Columns, side, side, channels)
            .Transpose(0, 1, 3, 2, 4, 5)
            .Reshape(windows.Batch, windows.PaddedHeight, windows.PaddedWidth, channels); // (B, h, w, C)
        if (isShifted)
        {
            x = Roll(x, windows.PaddedHeight - windows.ShiftY, 1);
            x = Roll(x, windows.PaddedWidth - windows.ShiftX, 2);
        }

        return x.Slice(graph.Vector(0L), windows.Height, 1).Slice(graph.Vector(0L), windows.Width, 2);
    }

    // (heads, cells, cells)
    private OnnxValue PositionBias(string start, int cells, int heads)
    {
        using var bias = network
            .Values(start + "relative_position_bias_table")
            .index_select(0, network.Values(start + "relative_position_index"))
            .view(cells, cells, heads)
            .permute(2, 0, 1);
        return network.Constant(start + "relative_position_bias", bias);
    }

    // Moves what lies before a number behind what lies from it on.
    private OnnxValue Roll(OnnxValue x, OnnxValue from, int axis) =>
        x.Slice(from, graph.Vector(long.MaxValue), axis).Concat(axis, x.Slice(graph.Vector(0L), from, axis));

    private OnnxValue NormalizePixels(OnnxValue x, string name) =>
        ToFirst(network.Normalize(ToLast(x), name, ConvNeXtEpsilon));

    private OnnxValue Gelu(OnnxValue x) => x * ((x / Math.Sqrt(2)).Do("Erf") + 1) * 0.5;

    private static OnnxValue ToLast(OnnxValue x) => x.Transpose(0, 2, 3, 1);

    private static OnnxValue ToFirst(OnnxValue x) => x.Transpose(0, 3, 1, 2);

    /// <summary>The windows of a stage's map (B, Height, Width, C), which its blocks share.</summary>
    private sealed class Windows
    {
        public Windows(OnnxValue map, int side)
        {
            Side = side;
            (Batch, Height, Width) = (map.Size(0), map.Size(1), map.Size(2));
            (Bottom, Right) = (Missing(Height), Missing(Width));
            (PaddedHeight, PaddedWidth) = (Height + Bottom, Width + Right);
            (Rows, Columns) = (PaddedHeight / side, PaddedWidth / side);
            (ShiftY, ShiftX) = (Shift(PaddedHeight), Shift(PaddedWidth));
            OnnxValue y = Regions(PaddedHeight, ShiftY),
                x = Regions(PaddedWidth, ShiftX);
            var regions = (y.Unsqueeze(1) * 3 + x.Unsqueeze(0)) // (h, w)
                .Reshape(Rows, side, Columns, side)
                .Transpose(0, 2, 1, 3)
                .Reshape(-1, side * side); // (windows, cells)
            var isOther = !regions.Unsqueeze(1).Is(regions.Unsqueeze(2)); // (windows, cells, cells)
            Mask = (isOther.As(DataType.Float) * MaskedScore).Unsqueeze(0, 2);
        }

        public int Side { get; }
        public OnnxValue Batch { get; }
        public OnnxValue Height { get; }
        public OnnxValue Width { get; }
        public OnnxValue Bottom { get; }
        public OnnxValue Right { get; }
        public OnnxValue PaddedHeight { get; }
        public OnnxValue PaddedWidth { get; }
        public OnnxValue Rows { get; }
        public OnnxValue Columns { get; }
        public OnnxValue ShiftY { get; }
        public OnnxValue ShiftX { get; }

        /// <summary>(1, windows, 1, cells, cells): −100 for cells of different regions of the shifted map.</summary>
        public OnnxValue Mask { get; }

        // How much is missing to whole windows.
        private OnnxValue Missing(OnnxValue size) => (size * -1 % Side + Side) % Side;

        // An axis that one window covers is not shifted.
        private OnnxValue Shift(OnnxValue size) => (size > Side).As(DataType.Int64) * (Side / 2);

        // 0, and along a shifted axis 1 from the last window on and 2 from where the map begins anew.
        private OnnxValue Regions(OnnxValue size, OnnxValue shift)
        {
            var place = size.Range();
            var region = (place >= size - Side).As(DataType.Int64) + (place >= size - shift).As(DataType.Int64);
            return region * (shift > 0).As(DataType.Int64);
        }
    }
}
