using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Writes the layers of a network with their weights into a graph. Layers are found by the names of their parameters,
/// which are those of checkpoints.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="network">The network.</param>
/// <param name="prefix">Start of the names of its weights in the graph.</param>
internal sealed class NetworkGraph(OnnxGraph graph, PoseNetwork network, string prefix = "")
{
    private const string Weight = ".weight",
        Bias = ".bias";
    private readonly IReadOnlyList<(string Name, Tensor Values)> _state =
    [
        .. network.state_dict().Select(entry => (entry.Key, entry.Value)),
    ];

    /// <summary>Adds the network.</summary>
    /// <param name="images">(B, InChannels, H, W), 0 to 1; H and W are multiples of MaxStride.</param>
    /// <returns>The output of each head.</returns>
    /// <exception cref="NotSupportedException">The backbone is a network of the user's own.</exception>
    public IReadOnlyList<OnnxValue> Outputs(OnnxValue images)
    {
        var deepest = network.Backbone.Strides()[^1];
        int StrideRead(HeadOptions head) => head.ReadsDeepest ? deepest : head.OutputStride;
        var finest = network.Heads.Min(StrideRead);
        var maps = network.Backbone switch
        {
            UNetOptions options => UNet(images, options, finest),
            StagedBackboneOptions options => Staged(images, options, finest),
            _ => throw new NotSupportedException(
                "A model with a network of your own (CustomBackboneOptions) cannot be exported: its layers are not "
                    + "known. U-Net, ConvNeXt and Swin Transformer can be exported."
            ),
        };
        return [.. network.Heads.Select((head, i) => Head(maps[StrideRead(head)], head, $"head_layers.{i}."))];
    }

    /// <summary>Whether there are layers whose names begin like this.</summary>
    public bool Has(string start) => _state.Any(entry => entry.Name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>A parameter or a buffer.</summary>
    public Tensor Values(string name) => _state.Single(entry => entry.Name == name).Values;

    public OnnxValue Parameter(string name) => Constant(name, Values(name));

    /// <summary>Adds numbers that are made of parameters.</summary>
    public OnnxValue Constant(string name, Tensor values) => graph.Weight(prefix + name, values);

    /// <summary>A convolution.</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="name">Name of the layer.</param>
    /// <param name="stride">Its stride.</param>
    /// <param name="pads">Top, left, bottom, right; null: as much as keeps the size.</param>
    /// <param name="groups">Groups of channels.</param>
    public OnnxValue Convolution(OnnxValue x, string name, long stride = 1, long[]? pads = null, long groups = 1)
    {
        var kernel = Values(name + Weight).size(2);
        return graph.Call(
            "Conv",
            DataType.Float,
            [x, Parameter(name + Weight), Parameter(name + Bias)],
            ("kernel_shape", new[] { kernel, kernel }),
            ("strides", new[] { stride, stride }),
            ("pads", pads ?? [(kernel - 1) / 2, (kernel - 1) / 2, kernel / 2, kernel / 2]),
            ("group", groups)
        );
    }

    /// <summary>A fully connected layer on the last axis.</summary>
    public OnnxValue Linear(OnnxValue x, string name)
    {
        using var transposed = Values(name + Weight).t();
        var y = x.MatMul(Constant(name + Weight, transposed));
        return Has(name + Bias) ? y + Parameter(name + Bias) : y;
    }

    /// <summary>Layer normalization of the last axis.</summary>
    public OnnxValue Normalize(OnnxValue x, string name, double epsilon) =>
        graph.Call(
            "LayerNormalization",
            DataType.Float,
            [x, Parameter(name + Weight), Parameter(name + Bias)],
            ("axis", -1),
            ("epsilon", epsilon)
        );

    private Dictionary<int, OnnxValue> UNet(OnnxValue images, UNetOptions options, int finest)
    {
        var hasStem = options.StemBlocks > 0;
        var first = hasStem ? Encode(images, "backbone.stem.stem_stack.", false, []) : images;
        var (x, middles) = (first, options.MiddleBlock ? Math.Min(options.ConvsPerBlock, 2) : 0);
        Dictionary<int, OnnxValue> maps = [];
        for (var stack = 0; stack < options.Stacks; stack++)
        {
            List<OnnxValue> skips = [];
            var deepest = Encode(x, $"backbone.encoders.{stack}.encoder_stack.", hasStem, skips);
            for (var middle = stack * middles; middle < (stack + 1) * middles; middle++)
                deepest = Block(deepest, $"backbone.middle_blocks.{middle}.");
            skips.Reverse();
            if (hasStem)
                skips.Add(first);
            maps = Decode(
                deepest,
                $"backbone.decoders.{stack}.",
                options.DeepestStride,
                skips,
                stack == options.Stacks - 1 ? finest : 1,
                // With a stem the deepest map has twice the stride that images are padded to.
                isEven: !hasStem,
                options.KerasUpsampling
            );
            x = maps[maps.Keys.Min()];
        }

        return maps;
    }

    // Blocks of convolutions with a pooling before each but the first, and one more pooling. The maps are not negative,
    // so that it does not matter whether an odd size is padded with zeros.
    private OnnxValue Encode(OnnxValue x, string list, bool poolFirst, List<OnnxValue> skips)
    {
        for (var block = 0; Has($"{list}{block}."); block++)
        {
            if (poolFirst || block > 0)
                x = x.MaxPool(2, 2, 0, coverAll: true);
            x = Block(x, $"{list}{block}.");
            skips.Add(x);
        }

        return x.MaxPool(2, 2, 0, coverAll: true);
    }

    private Dictionary<int, OnnxValue> Staged(OnnxValue images, StagedBackboneOptions options, int finest)
    {
        var encoder = new StagedGraph(graph, this);
        var encoded = options switch
        {
            ConvNeXtOptions convNeXt => encoder.ConvNeXt(images, convNeXt),
            SwinTOptions swin => encoder.Swin(images, swin),
            _ => throw new NotSupportedException($"A backbone of {options.GetType().Name} cannot be exported."),
        };
        var kernel = options is SwinTOptions { PatchSize: var patch }
            ? patch
            : ((ConvNeXtOptions)options).StemPatchKernel;
        var isEven =
            options.MaxStride % options.DeepestStride == 0 && kernel >= 3 && kernel <= options.StemPatchStride + 2;
        var deepest = encoded[7];
        if (!isEven)
            deepest = WithZeros(WithZeros(deepest, 2), 3);
        deepest = deepest.MaxPool(2, 2, 0);
        for (var middle = 0; Has($"backbone.middle_blocks.{middle}."); middle++)
            deepest = Block(deepest, $"backbone.middle_blocks.{middle}.");
        OnnxValue[] skips = [encoded[6], encoded[4], encoded[2], encoded[0]];
        return Decode(deepest, "backbone.dec.", options.DeepestStride, skips, finest, isEven);
    }

    // An odd axis gets one zero more. Not by Pad, which ONNX Runtime joins with the pooling that follows, and then pads
    // with something less than zero.
    private OnnxValue WithZeros(OnnxValue x, int axis)
    {
        object[] sizes = [x.Size(0), x.Size(1), x.Size(2), x.Size(3)];
        sizes[axis] = x.Size(axis) % 2;
        return x.Concat(axis, graph.Scalar(0, DataType.Float).Expand(sizes));
    }

    // Maps by stride, from the deepest to the finest that is needed.
    private Dictionary<int, OnnxValue> Decode(
        OnnxValue deepest,
        string start,
        int stride,
        IReadOnlyList<OnnxValue> skips,
        int finest,
        bool isEven,
        bool keras = false
    )
    {
        var (x, maps) = (deepest, new Dictionary<int, OnnxValue> { [stride] = deepest });
        for (var block = 0; stride > finest && Has($"{start}decoder_stack.{block}."); block++)
        {
            var layers = Layers($"{start}decoder_stack.{block}.");
            if (layers[0].EndsWith("_trans_conv", StringComparison.Ordinal))
            {
                x = Double(x, layers[0], keras).Relu();
                layers = layers[1..];
            }
            else
            {
                x = Resize(x, null);
            }

            if (block < skips.Count)
                x = skips[block].Concat(1, isEven ? x : Resize(x, skips[block]));
            x = Block(x, layers);
            maps[stride /= 2] = x;
        }

        return maps;
    }

    // Bilinear interpolation, to twice the size or to that of another map.
    private OnnxValue Resize(OnnxValue x, OnnxValue? like) =>
        graph.Call(
            "Resize",
            DataType.Float,
            like is { } map
                ? [x, null, null, x.Shape().Slice(0, 2, 0).Concat(0, map.Size(2), map.Size(3))]
                : [x, null, graph.Vector(1f, 1f, 2f, 2f)],
            ("mode", "linear"),
            ("coordinate_transformation_mode", "half_pixel")
        );

    // Keras keeps the first ones of the 2h + 1 rows and columns, torch the last ones.
    private OnnxValue Double(OnnxValue x, string name, bool keras) =>
        graph.Call(
            "ConvTranspose",
            DataType.Float,
            [x, Parameter(name + Weight), Parameter(name + Bias)],
            ("kernel_shape", new long[] { 3, 3 }),
            ("strides", new long[] { 2, 2 }),
            ("pads", keras ? [0, 0, 1, 1] : new long[] { 1, 1, 1, 1 }),
            ("output_padding", keras ? [0, 0] : new long[] { 1, 1 })
        );

    private OnnxValue Block(OnnxValue x, string start) => Block(x, Layers(start));

    private OnnxValue Block(OnnxValue x, string[] layers) =>
        layers.Aggregate(x, (map, layer) => Convolution(map, layer).Relu());

    private string[] Layers(string start) =>
        [
            .. _state
                .Select(entry => entry.Name)
                .Where(name =>
                    name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(Weight, StringComparison.Ordinal)
                )
                .Select(name => name[..^Weight.Length]),
        ];

    private OnnxValue Head(OnnxValue x, HeadOptions head, string start)
    {
        if (head is not ClassVectorHeadOptions vectors)
        {
            var maps = Convolution(x, $"{start}{head.Name}.0");
            // Not ONNX Runtime's own sigmoid, whose rounding near 1 changes which of two certain classes is larger.
            return head is ClassMapHeadOptions or ConfidenceMapHeadOptions { Sigmoid: true }
                ? ((maps * -1).Do("Exp") + 1).Do("Reciprocal")
                : maps;
        }

        x = vectors.GlobalPool ? x.Largest(2, 3) : x.Reshape(0, -1);
        for (var layer = 0; layer < vectors.Layers; layer++)
            x = Linear(x, $"{start}pre_classification{layer}_fc").Relu();
        return Linear(x, start + head.Name).Do("Softmax", ("axis", -1));
    }
}
