using Sleap.Transforms;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A backbone with one or more heads, from images to one tensor a head. Parameters are named as in sleap-nn's
/// checkpoints, without their leading <c>model.</c>.
/// </summary>
internal sealed class PoseNetwork : Module<Tensor, Tensor[]>
{
    private const long MaxKeptBytes = 256L << 20,
        PixelsAtOnce = 110_000;

    // The names of these fields are part of the keys of the state dict.
    private readonly Backbone backbone;
    private readonly ModuleList<Module<Tensor, Tensor>> head_layers = new();
    private readonly int _finestNeeded;
    private ScalarType _precision = ScalarType.Float32;

    /// <summary>
    /// Builds the network with fresh parameters, drawn from torch's global generator (<c>torch.manual_seed</c>).
    /// </summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="heads">The heads, in the order of the outputs.</param>
    /// <param name="initialization">How the parameters are drawn.</param>
    /// <exception cref="ArgumentException">No network can be built from the options; the message lists every
    /// fault.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public PoseNetwork(
        BackboneOptions backbone,
        IReadOnlyList<HeadOptions> heads,
        Initialization initialization = Initialization.Default
    )
        : base(NameOnceLoaded())
    {
        var faults = new OptionFaults("Network");
        Check(faults, backbone, heads);
        faults.Throw();
        Backbone = backbone;
        Heads = [.. heads];
        this.backbone = backbone.Build();
        foreach (var head in Heads)
            head_layers.Add(head.Build(this.backbone.ChannelsAt[StrideRead(head)]));
        _finestNeeded = Heads.Min(StrideRead);
        RegisterComponents();
        NetworkInitializer.Initialize(this, initialization);
    }

    /// <summary>What the backbone was built from.</summary>
    public BackboneOptions Backbone { get; }

    /// <summary>The heads, in the order of the outputs.</summary>
    public IReadOnlyList<HeadOptions> Heads { get; }

    /// <summary>
    /// Type that the backbone computes with: <see cref="ScalarType.Float32"/> (the default) or
    /// <see cref="ScalarType.BFloat16"/>. Parameters, heads and outputs stay in single precision; so do the maps of a
    /// UNet on a CPU with <see cref="BFloat16Products"/> where no gradient is needed.
    /// </summary>
    /// <exception cref="ArgumentException">Another type.</exception>
    public ScalarType Precision
    {
        get => _precision;
        set
        {
            _precision = value is ScalarType.Float32 or ScalarType.BFloat16
                ? value
                : throw new ArgumentException(
                    $"The precision is {value}, expected {ScalarType.Float32} or {ScalarType.BFloat16}."
                );
            foreach (var layer in ConvolutionLayers)
                layer.RoundsProducts = RoundsProducts;
        }
    }

    /// <summary>Whether there are normalizations, see <see cref="Normalize"/>.</summary>
    public bool IsNormalized { get; private set; }

    /// <summary>Whether a name in the state dict is one of the backbone, not of the heads.</summary>
    public static bool IsBackbone(string name) => name.StartsWith("backbone.", StringComparison.Ordinal);

    /// <summary>Adds the faults of the options; without any the network can be built.</summary>
    public static void Check(OptionFaults faults, BackboneOptions backbone, IReadOnlyList<HeadOptions> heads)
    {
        var before = faults.Found.Count;
        backbone.Check(faults.In("Backbone"));
        foreach (var head in heads)
            head.Check(faults);
        faults.If(heads.Count == 0, "There is no head, expected at least one");
        foreach (var same in heads.GroupBy(head => head.Name).Where(group => group.Count() > 1))
            faults.If(true, $"{same.Key} is there {same.Count()} times, expected once");
        if (faults.Found.Count > before)
            return;
        var strides = backbone.Strides();
        foreach (var head in heads.Where(head => !head.ReadsDeepest && !strides.Contains(head.OutputStride)))
        {
            faults.Expect(
                false,
                $"{head.Name}.{nameof(head.OutputStride)}",
                head.OutputStride,
                $"one of the strides of the backbone's maps, {string.Join(", ", strides)}, which follow from an "
                    + $"OutputStride of {backbone.OutputStride} and a MaxStride of {backbone.MaxStride}"
            );
        }
    }

    /// <summary>Runs the network.</summary>
    /// <param name="images">(B, 1 or 3, H, W), 0..1. Gray is repeated for a backbone of three channels; RGB becomes
    /// 0.2989 R + 0.587 G + 0.114 B for one of one channel.</param>
    /// <returns>One tensor a head, for maps (B, channels, ⌈H/stride⌉, ⌈W/stride⌉). They belong to the caller's dispose
    /// scope.</returns>
    /// <exception cref="ArgumentException">The images have neither the backbone's number of channels nor 1 or
    /// 3.</exception>
    public override Tensor[] forward(Tensor images)
    {
        if (images.dim() != 4)
        {
            throw new ArgumentException(
                $"Images have the shape ({string.Join(", ", images.shape)}), expected four dimensions: batch, "
                    + $"channels, height, width."
            );
        }

        // A batch whose statistics are needed, and training in bfloat16, take it at once.
        var (count, atOnce) = (images.size(0), ImagesAtOnce(Backbone, images.device, images.size(2), images.size(3)));
        if (count <= atOnce || IsNormalized || (Precision != ScalarType.Float32 && is_grad_enabled()))
            return Compute(images);
        using var scope = NewDisposeScope();
        var parts = new List<Tensor[]>();
        for (long first = 0; first < count; first += atOnce)
            parts.Add(Compute(images.narrow(0, first, Math.Min(atOnce, count - first))));
        return [.. Heads.Select((_, head) => cat([.. parts.Select(part => part[head])], 0).MoveToOuterDisposeScope())];
    }

    /// <summary>
    /// Number of images that are computed together. On a CPU the maps of more images would not fit into the caches:
    /// 512×512 is fastest one by one, 160×160 four by four.
    /// </summary>
    public static long ImagesAtOnce(BackboneOptions backbone, Device device, long height, long width) =>
        device.type == DeviceType.CPU && backbone is UNetOptions
            ? Math.Max(1, PixelsAtOnce / (height * width))
            : long.MaxValue;

    /// <summary>
    /// Converts the convolutions' weights to channels-last, in place, which makes convolutions faster on CPU and GPU,
    /// and their outputs channels-last. Call it before the optimizer is made.
    /// </summary>
    public void UseChannelsLast() => ChannelsLast.ConvertWeights(this);

    /// <summary>
    /// Puts a batch normalization behind each convolution of a UNet's blocks whose weights are trained. The network can
    /// then only be trained; <see cref="Fold"/> gives the one that predicts.
    /// </summary>
    public void Normalize()
    {
        IsNormalized = true;
        foreach (var block in modules().ToList())
        {
            if (block.parameters().Any(one => !one.requires_grad))
                continue;
            (block as ConvBlock)?.Normalize();
            (block as UpBlock)?.Normalize();
        }
    }

    /// <summary>
    /// Sets the normalizations, after <see cref="Normalize"/>, so that they change nothing on a batch: the folded
    /// network is the one before.
    /// </summary>
    /// <param name="images">(B, C, H, W), 0..1.</param>
    public void KeepOutputs(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        BatchNorm[] norms = [.. modules().OfType<BatchNorm>()];
        Array.ForEach(norms, norm => norm.KeepsOutput = true);
        call(images);
        Array.ForEach(norms, norm => norm.KeepsOutput = false);
    }

    /// <summary>
    /// Writes into a network without normalizations the weights with which it gives what this one gives with the
    /// statistics that it keeps.
    /// </summary>
    public void Fold(PoseNetwork plain)
    {
        using var _ = no_grad();
        var weights = plain.named_parameters().ToDictionary(one => one.name, one => one.parameter);
        foreach (var (name, parameter) in named_parameters())
        {
            if (weights.TryGetValue(name, out var to))
                to.copy_(parameter);
        }

        foreach (var (name, module) in named_modules())
        {
            if (module is not BatchNorm norm)
                continue;
            var convolution = name.Replace(BatchNorm.Suffix, "_conv", StringComparison.Ordinal);
            norm.Fold(
                weights[$"{convolution}.weight"],
                weights[$"{convolution}.bias"],
                isTransposed: convolution.EndsWith("_trans_conv", StringComparison.Ordinal)
            );
        }
    }

    /// <summary>
    /// Keeps the transformed weights from one call to the next, up to 256 MB. Call it when the parameters do not change
    /// any more, and again if they did.
    /// </summary>
    public void Freeze()
    {
        var layers = ConvolutionLayers;
        if (layers.Sum(layer => layer.FactorBytes) > MaxKeptBytes)
            return;
        foreach (var layer in layers)
            layer.KeepFactors();
    }

    /// <summary>The backbone's maps, for tests.</summary>
    public BackboneFeatures Features(Tensor images) => backbone.Compute(Input(images), 1);

    /// <summary>The maps of the encoder of a ConvNeXt or Swin Transformer, for tests.</summary>
    public IReadOnlyList<Tensor> Encoded(Tensor images) => ((StagedBackbone)backbone).Encode(Input(images));

    /// <summary>
    /// Whether predictions in <see cref="ScalarType.BFloat16"/> keep maps in single precision on a device, so that only
    /// the factors of products are rounded.
    /// </summary>
    public bool KeepsMapsOn(Device device) => RoundsProducts && device.type == DeviceType.CPU;

    // Runs before the constructor of the base class, which needs libtorch.
    private static string NameOnceLoaded()
    {
        LibTorchLibrary.Load();
        return nameof(PoseNetwork);
    }

    private Tensor[] Compute(Tensor images)
    {
        using var scope = NewDisposeScope();
        var keepsMaps = KeepsMapsOn(images.device) && !is_grad_enabled();
        var x = Input(images).to(keepsMaps ? ScalarType.Float32 : Precision); // (B, InChannels, H, W)
        var features = backbone.Compute(x, _finestNeeded); // stride -> (B, C, H/stride, W/stride)
        var outputs = new Tensor[Heads.Count];
        for (var head = 0; head < outputs.Length; head++)
            outputs[head] = head_layers[head].call(features.At[StrideRead(Heads[head])]).MoveToOuterDisposeScope();
        return outputs;
    }

    private bool RoundsProducts =>
        _precision == ScalarType.BFloat16 && Backbone is UNetOptions && BFloat16Products.IsSupported;

    private ConvRelu[] ConvolutionLayers =>
        [
            .. modules().OfType<ConvBlock>().Select(block => block.Layers),
            .. modules().OfType<UpBlock>().Select(block => block.Layers),
        ];

    private Tensor Input(Tensor images) => NetworkInput.WithChannels(images, Backbone.InChannels);

    private int StrideRead(HeadOptions head) => head.ReadsDeepest ? backbone.DeepestStride : head.OutputStride;
}
