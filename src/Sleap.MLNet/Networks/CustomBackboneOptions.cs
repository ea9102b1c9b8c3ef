using System.Collections.Concurrent;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A network of your own. <see cref="Register"/> says how it is built, once in each program that trains or loads a
/// model with it; a saved model knows its backbone by <see cref="Name"/>, so no code is ever run that a file names.
/// <see cref="BackboneOptions.KernelSize"/> and the like mean what the network makes of them.
/// </summary>
public sealed record CustomBackboneOptions : BackboneOptions
{
    private static readonly ConcurrentDictionary<
        string,
        Func<CustomBackboneOptions, Module<Tensor, Tensor[]>>
    > Registered = new(StringComparer.Ordinal);

    /// <summary>The name that it was registered under.</summary>
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

    /// <summary>Says how the network of a name is built. A name that is there already gets the new way.</summary>
    /// <param name="name">The name.</param>
    /// <param name="create"> From the options to the network: from (B, InChannels, H, W), 0..1, H and W multiples of
    /// <see cref="MaxStride"/>, to the maps of <see cref="ChannelsAt"/>, finest first, (B, channels, H/stride,
    /// W/stride). It starts with the parameters that it comes with, drawn from torch's global generator or read from a
    /// file. All that it learns must be parameters: running statistics, as of batch normalisation, are refused.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static void Register(string name, Func<CustomBackboneOptions, Module<Tensor, Tensor[]>> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        Registered[name] = create;
    }

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        require(
            Name is not null && Registered.ContainsKey(Name),
            nameof(Name),
            $"'{Name}'",
            $"a name that this program has registered before "
                + $"({(Registered.IsEmpty ? "it has none" : string.Join(", ", Registered.Keys.Order(StringComparer.Ordinal)))}): "
                + $"CustomBackboneOptions.Register(\"{Name}\", options => …)"
        );
        var text = string.Join(", ", ChannelsAt.Select(map => $"{map.Key}: {map.Value}"));
        require(
            ChannelsAt.All(map => IsPowerOfTwo(map.Key) && map.Key <= MaxStride && map.Value >= 1),
            nameof(ChannelsAt),
            $"[{text}]",
            $"strides that are powers of two up to MaxStride ({MaxStride}), each with at least 1 channel"
        );
        require(
            ChannelsAt.ContainsKey(OutputStride),
            nameof(ChannelsAt),
            $"[{text}]",
            $"a map at OutputStride ({OutputStride})"
        );
    }

    internal override IReadOnlyList<int> Strides() => [.. ChannelsAt.Keys.Order()];

    internal override Backbone Build() => new CustomBackbone(this, Registered[Name](this));
}
