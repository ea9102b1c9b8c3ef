using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>A network that a user has written, held to what its options say of it.</summary>
internal sealed class CustomBackbone : Backbone
{
    // The field's name is the state dict's.
    private readonly Module<Tensor, Tensor[]> network;
    private readonly CustomBackboneOptions _options;
    private readonly IReadOnlyList<int> _strides;

    public CustomBackbone(CustomBackboneOptions options, Module<Tensor, Tensor[]> network)
        : base(nameof(CustomBackbone))
    {
        (_options, _strides, this.network) = (
            options,
            options.Strides(),
            network
                ?? throw new ArgumentException(
                    $"The backbone '{options.Name}' was not built: what was registered gave null."
                )
        );
        string[] buffers =
        [
            .. network.state_dict().Keys.Except(network.named_parameters(true).Select(parameter => parameter.Item1)),
        ];
        if (buffers.Length > 0)
        {
            throw new ArgumentException(
                $"The backbone '{options.Name}' keeps numbers that are no parameters "
                    + $"({string.Join(", ", buffers.Take(3))}), as batch normalisation does. The weights of several "
                    + $"steps are averaged, which says nothing of those: use layers without, such as group "
                    + $"normalisation."
            );
        }

        RegisterComponents();
    }

    public override IReadOnlyDictionary<int, int> ChannelsAt => _options.ChannelsAt;

    public override BackboneFeatures Compute(Tensor images, int finestNeeded)
    {
        // Its layers have their weights in single precision and may not convert them.
        var maps = network.call(images.to(ScalarType.Float32));
        var (batch, height, width) = (images.size(0), images.size(2), images.size(3));
        long[][] expected =
        [
            .. _strides.Select(stride =>
                new[] { batch, ChannelsAt[stride], (height + stride - 1) / stride, (width + stride - 1) / stride }
            ),
        ];
        if (
            maps.Length != expected.Length
            || maps.Zip(expected).Any(pair => !pair.First.shape.SequenceEqual(pair.Second))
        )
        {
            throw new InvalidOperationException(
                $"The backbone '{_options.Name}' gave for images of "
                    + $"({string.Join(", ", images.shape)}) the maps {Text(maps.Select(map => map.shape))}, expected "
                    + $"by "
                    + $"ChannelsAt {Text(expected)}."
            );
        }

        return new(maps[^1], _strides.Zip(maps).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    private static string Text(IEnumerable<long[]> shapes) =>
        string.Join(" and ", shapes.Select(shape => $"({string.Join(", ", shape)})"));
}
