using Sleap.Transforms;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>One output of a network: its name, channels and stride, and the weight of its loss.</summary>
internal abstract record HeadOptions
{
    /// <summary>sleap-nn's name of the head, which is part of its parameters' names.</summary>
    public abstract string Name { get; }

    /// <summary>Channels of the output.</summary>
    public abstract int Channels { get; }

    /// <summary>Input pixels between neighboring cells of the output, a power of two.</summary>
    public int OutputStride { get; init; } = 1;

    /// <summary>Factor of this head's loss in the sum of all heads' losses.</summary>
    public float LossWeight { get; init; } = 1;

    /// <summary>Whether the head reads the deepest map, whatever its stride.</summary>
    public virtual bool ReadsDeepest => false;

    /// <summary>What each channel of the output is of: the name of a node, an edge or a class.</summary>
    public abstract IReadOnlyList<string> ChannelNames(PoseSubject subject);

    /// <summary>Adds the faults of the options, under the head's name.</summary>
    public void Check(OptionFaults faults) =>
        faults
            .In(Name)
            .AtLeast(nameof(Channels), Channels, 1)
            .PowerOfTwo(nameof(OutputStride), OutputStride)
            .NotNegative(nameof(LossWeight), LossWeight);

    /// <summary>Builds the layers from a map (B, <paramref name="inChannels"/>, h, w) to the output.</summary>
    public abstract Module<Tensor, Tensor> Build(int inChannels);
}

/// <summary>Which of sleap-nn's heads a confidence-map head is; it decides the head's name in state dicts.</summary>
internal enum ConfidenceMapKind
{
    /// <summary>The nodes of the only instance in the image.</summary>
    SingleInstance,

    /// <summary>The centroid of every instance in the image.</summary>
    Centroid,

    /// <summary>The nodes of the instance in the middle of a crop.</summary>
    CenteredInstance,

    /// <summary>The nodes of all instances in the image.</summary>
    MultiInstance,
}

/// <summary>
/// A confidence map for each node: about 1 at the node, falling off as a Gaussian around it, 0 elsewhere.
/// </summary>
internal sealed record ConfidenceMapHeadOptions : HeadOptions
{
    /// <summary>Whose nodes the maps show.</summary>
    public required ConfidenceMapKind Kind { get; init; }

    /// <summary>Number of nodes, which is the number of channels; 1 for centroids.</summary>
    public required int Nodes { get; init; }

    /// <summary>Whether the output goes through a sigmoid; in sleap-nn an option of centroids.</summary>
    public bool Sigmoid { get; init; }

    public override string Name => $"{Kind}ConfmapsHead";

    public override int Channels => Nodes;

    public override IReadOnlyList<string> ChannelNames(PoseSubject subject) =>
        Kind == ConfidenceMapKind.Centroid ? ["center"] : subject.Skeleton.Nodes;

    public override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, Sigmoid);
}

/// <summary>
/// A part affinity field for each edge: the edge's unit vector near the edge, zero elsewhere. Channels are x and y of
/// the first edge, then of the second.
/// </summary>
internal sealed record PartAffinityHeadOptions : HeadOptions
{
    /// <summary>Number of edges of the skeleton.</summary>
    public required int Edges { get; init; }

    public override string Name => "PartAffinityFieldsHead";

    public override int Channels => 2 * Edges;

    public override IReadOnlyList<string> ChannelNames(PoseSubject subject) =>
        [
            .. subject.Skeleton.Edges.SelectMany(edge =>
            {
                var name = $"{subject.Skeleton.Nodes[edge.Source]} → {subject.Skeleton.Nodes[edge.Destination]}";
                return new[] { $"{name}, x", $"{name}, y" };
            }),
        ];

    public override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, false);
}

/// <summary>A map for each class: the probability that an instance near a place is of the class.</summary>
internal sealed record ClassMapHeadOptions : HeadOptions
{
    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    public override string Name => "ClassMapsHead";

    public override int Channels => Classes;

    public override IReadOnlyList<string> ChannelNames(PoseSubject subject) => subject.Classes;

    public override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, true);
}

/// <summary>The probability of each class for a whole crop, from the backbone's deepest map.</summary>
internal sealed record ClassVectorHeadOptions : HeadOptions
{
    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Fully connected layers before the one that gives the classes.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Units of each of these layers.</summary>
    public int Units { get; init; } = 64;

    /// <summary>
    /// Take the maximum of each channel first. Without it the deepest map must be a single cell.
    /// </summary>
    public bool GlobalPool { get; init; } = true;

    public override string Name => "ClassVectorsHead";

    public override int Channels => Classes;

    public override bool ReadsDeepest => true;

    public override IReadOnlyList<string> ChannelNames(PoseSubject subject) => subject.Classes;

    public override Module<Tensor, Tensor> Build(int inChannels) => new ClassVectorHead(Name, inChannels, this);
}

/// <summary>A 1×1 convolution from features to maps, with an optional sigmoid.</summary>
internal sealed class MapHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] _convolution; // in an array: registered by hand under the head's name
    private readonly bool _sigmoid;

    public MapHead(string name, int inChannels, int channels, bool sigmoid)
        : base(name)
    {
        _sigmoid = sigmoid;
        _convolution = [Conv2d(inChannels, channels, 1)];
        register_module(name, new ModuleList<Module<Tensor, Tensor>>(_convolution));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // In single precision, whatever the backbone's: sub-pixel peaks depend on small differences between cells.
        var maps = _convolution[0].call(x.to(ScalarType.Float32)); // (B, C, h, w) -> (B, channels, h, w)
        return (_sigmoid ? maps.sigmoid() : maps).MoveToOuterDisposeScope(); // (B, channels, h, w)
    }
}

/// <summary>Fully connected layers from the deepest map to class probabilities.</summary>
internal sealed class ClassVectorHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] _layers; // in an array: registered by hand under sleap-nn's names
    private readonly bool _globalPool;

    public ClassVectorHead(string name, int inChannels, ClassVectorHeadOptions options)
        : base(name)
    {
        _globalPool = options.GlobalPool;
        _layers = new Module<Tensor, Tensor>[options.Layers + 1];
        for (var i = 0; i < _layers.Length; i++)
        {
            var last = i == options.Layers;
            _layers[i] = Linear(i == 0 ? inChannels : options.Units, last ? options.Classes : options.Units);
            register_module(last ? name : $"pre_classification{i}_fc", _layers[i]);
        }
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (!_globalPool && (x.size(2) != 1 || x.size(3) != 1))
        {
            throw new ArgumentException(
                $"The deepest map has {x.size(2)}×{x.size(3)} cells, expected 1×1, since GlobalPool is false: set it, "
                    + "or make the crop as large as the backbone's deepest stride."
            );
        }

        x = x.to(ScalarType.Float32);
        x = _globalPool
            ? x.amax([2, 3], false) // (B, C, h, w) -> (B, C)
            : x.flatten(1); // (B, C, 1, 1) -> (B, C)
        for (var i = 0; i < _layers.Length - 1; i++)
            x = ConvRelu.Relu(_layers[i].call(x)); // (B, units)
        return _layers[^1].call(x).softmax(1).MoveToOuterDisposeScope(); // (B, classes)
    }
}
