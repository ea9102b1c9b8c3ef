using System.Collections.Concurrent;
using Sleap.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A network of your own. Each program that trains or loads a model with it calls <see cref="Register"/> once, which
/// says how it is built. A saved model has only its <see cref="Name"/>, so that a file never decides which code runs.
/// Your network decides what <see cref="BackboneOptions.KernelSize"/> and similar options mean.
/// </summary>
public sealed record CustomBackboneOptions : BackboneOptions
{
    private static readonly ConcurrentDictionary<
        string,
        Func<CustomBackboneOptions, Module<Tensor, Tensor[]>>
    > Registered = new(StringComparer.Ordinal);

    /// <summary>The name that it is registered under.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Channels of each map that the network gives, by the map's stride in pixels of the network's input, a power of
    /// two. <see cref="BackboneOptions.OutputStride"/> is one of them; heads read these and no others.
    /// </summary>
    public required IReadOnlyDictionary<int, int> ChannelsAt { get; init; }

    /// <summary>Numbers for the network, by name; they are saved with the model. Default none.</summary>
    public IReadOnlyDictionary<string, double> Settings { get; init; } = new Dictionary<string, double>();

    /// <inheritdoc/>
    /// <remarks>Default 1.</remarks>
    public override float FiltersRate { get; init; } = 1;

    /// <inheritdoc/>
    /// <remarks>Default 16.</remarks>
    public override int MaxStride { get; init; } = 16;

    /// <summary>Registers how the network of a name is built, in the place of an earlier registration.</summary>
    /// <param name="name">The name.</param>
    /// <param name="create">Makes the network from the options. The network maps images (B, InChannels, H, W), 0..1, H
    /// and W multiples of <see cref="MaxStride"/>, to the maps of <see cref="ChannelsAt"/>, finest first, (B, channels,
    /// H/stride, W/stride). Its initial parameters stay as they are, drawn from torch's global generator or read from a
    /// file. Everything that it learns must be a parameter: running statistics, as of batch normalization, are
    /// refused.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static void Register(string name, Func<CustomBackboneOptions, Module<Tensor, Tensor[]>> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        Registered[name] = create;
    }

    internal override void Check(OptionFaults faults)
    {
        base.Check(faults);
        var names = Registered.IsEmpty
            ? "it has none"
            : string.Join(", ", Registered.Keys.Order(StringComparer.Ordinal));
        faults.Expect(
            Name is not null && Registered.ContainsKey(Name),
            nameof(Name),
            $"'{Name}'",
            $"a name that this program has registered before ({names}): "
                + $"CustomBackboneOptions.Register(\"{Name}\", options => …)"
        );
        var text = string.Join(", ", ChannelsAt.Select(map => $"{map.Key}: {map.Value}"));
        faults.Expect(
            ChannelsAt.All(map => IsPowerOfTwo(map.Key) && map.Key <= MaxStride && map.Value >= 1),
            nameof(ChannelsAt),
            $"[{text}]",
            $"strides that are powers of two up to MaxStride ({MaxStride}), each with at least 1 channel"
        );
        faults.Expect(
            ChannelsAt.ContainsKey(OutputStride),
            nameof(ChannelsAt),
            $"[{text}]",
            $"a map at OutputStride ({OutputStride})"
        );
    }

    internal override IReadOnlyList<int> Strides() => [.. ChannelsAt.Keys.Order()];

    internal override Backbone Build() => new CustomBackbone(this, Registered[Name](this));
}

/// <summary>A network that a user has written. It checks the network's output against the options.</summary>
internal sealed class CustomBackbone : Backbone
{
    // The field's name is part of the keys of the state dict.
    private readonly Module<Tensor, Tensor[]> network;
    private readonly CustomBackboneOptions _options;
    private readonly IReadOnlyList<int> _strides;

    public CustomBackbone(CustomBackboneOptions options, Module<Tensor, Tensor[]> network)
        : base(nameof(CustomBackbone))
    {
        (_options, _strides) = (options, options.Strides());
        this.network =
            network
            ?? throw new ArgumentException(
                $"The backbone '{options.Name}' was not built: what was registered gave null."
            );
        string[] buffers =
        [
            .. network.state_dict().Keys.Except(network.named_parameters(true).Select(parameter => parameter.Item1)),
        ];
        if (buffers.Length > 0)
        {
            throw new ArgumentException(
                $"The backbone '{options.Name}' keeps numbers that are not parameters "
                    + $"({string.Join(", ", buffers.Take(3))}), as batch normalization does. The weights of several "
                    + "steps are averaged, which is undefined for these: use layers without, such as group "
                    + "normalization."
            );
        }

        RegisterComponents();
    }

    public override IReadOnlyDictionary<int, int> ChannelsAt => _options.ChannelsAt;

    public override BackboneFeatures Compute(Tensor images, int finestNeeded)
    {
        // In single precision: its layers may not convert their weights.
        var maps = network.call(images.to(ScalarType.Float32)); // (B, channels, H/stride, W/stride) for each stride
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
                    + $"by ChannelsAt {Text(expected)}."
            );
        }

        return new(maps[^1], _strides.Zip(maps).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    private static string Text(IEnumerable<long[]> shapes) =>
        string.Join(" and ", shapes.Select(shape => $"({string.Join(", ", shape)})"));
}
