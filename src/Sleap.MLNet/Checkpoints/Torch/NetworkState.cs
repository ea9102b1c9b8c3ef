using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Saves and loads a network's parameters, named as in sleap-nn's checkpoints: each name has the prefix <c>model.</c>.
/// </summary>
internal static class NetworkState
{
    private const string Prefix = "model.";
    private const string EncoderPrefix = "backbone.enc.";

    /// <summary>Writes all parameters as safetensors.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void Save(PoseNetwork network, Stream stream, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        var state = network.state_dict();
        // A file without weights would look like a saved network.
        ObjectDisposedException.ThrowIf(state.Count == 0, network);
        Safetensors.Write(
            stream,
            state.Select(entry => KeyValuePair.Create(Prefix + entry.Key, entry.Value)),
            metadata
        );
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="network">The network that gets the parameters; its layout and device do not change.</param>
    /// <param name="stream">A safetensors file.</param>
    /// <param name="name">Name of the file in error messages.</param>
    /// <exception cref="PoseFormatException">
    /// The file is damaged, or its parameters do not fit this network.
    /// </exception>
    public static void Load(PoseNetwork network, Stream stream, string name = "the saved network")
    {
        var file = Safetensors.Read(stream, name);
        using var scope = NewDisposeScope();
        Load(network, file.Entries.Keys.ToDictionary(key => key, file.ToTensor), name);
    }

    /// <summary>Copies tensors into a network's parameters.</summary>
    /// <param name="network">The network that gets the parameters.</param>
    /// <param name="tensors">Tensors by name, all with or all without the prefix <c>model.</c>.</param>
    /// <param name="name">Name of the source in error messages.</param>
    /// <exception cref="PoseFormatException">
    /// Names are missing or unknown, or shapes differ; nothing was copied.
    /// </exception>
    public static void Load(PoseNetwork network, IReadOnlyDictionary<string, Tensor> tensors, string name)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tensors);
        using var scope = NewDisposeScope();
        var own = network.state_dict();
        var given = tensors.ToDictionary(
            entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Key[Prefix.Length..] : entry.Key,
            entry => entry.Value
        );
        string[] missing = [.. own.Keys.Except(given.Keys)],
            unknown = [.. given.Keys.Except(own.Keys)];
        string[] misshaped =
        [
            .. own.Where(entry =>
                    given.TryGetValue(entry.Key, out var tensor) && !tensor.shape.SequenceEqual(entry.Value.shape)
                )
                .Select(entry =>
                    $"{entry.Key} has the shape ({string.Join(", ", given[entry.Key].shape)}), expected "
                    + $"({string.Join(", ", entry.Value.shape)})"
                ),
        ];
        if (missing.Length + unknown.Length + misshaped.Length > 0)
        {
            throw new PoseFormatException(
                name,
                null,
                $"Its parameters are not those of this network: "
                    + $"{missing.Length} are missing{Some(missing)}; {unknown.Length} are unknown{Some(unknown)}; "
                    + $"{misshaped.Length} have another shape{Some(misshaped)}."
            );
        }

        using var _ = no_grad();
        foreach ((var key, var parameter) in own)
            parameter.copy_(given[key]);
    }

    /// <summary>
    /// Copies the weights of a classifier, such as torchvision's for ImageNet, into the encoder of a ConvNeXt or Swin
    /// Transformer. The classifier's own layers are ignored.
    /// </summary>
    /// <param name="network">The network that gets the weights; its decoder and heads do not change.</param>
    /// <param name="tensors">torchvision's state dict.</param>
    /// <param name="name">Name of the source in error messages.</param>
    /// <exception cref="PoseFormatException">
    /// Weights of the encoder are missing or have another shape; nothing was copied.
    /// </exception>
    public static void LoadEncoder(PoseNetwork network, IReadOnlyDictionary<string, Tensor> tensors, string name)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tensors);
        using var scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] own =
        [
            .. network
                .state_dict()
                .Where(entry => entry.Key.StartsWith(EncoderPrefix, StringComparison.Ordinal))
                .Select(entry => KeyValuePair.Create(entry.Key[EncoderPrefix.Length..], entry.Value)),
        ];
        if (own.Length == 0)
        {
            throw new PoseFormatException(
                name,
                null,
                $"There are published weights for ConvNeXt and Swin "
                    + $"Transformer only, not for a backbone of {network.Backbone.GetType().Name}."
            );
        }

        string[] missing = [.. own.Select(entry => entry.Key).Where(key => !tensors.ContainsKey(key))];
        string[] misshaped =
        [
            .. own.Where(entry =>
                    tensors.TryGetValue(entry.Key, out var tensor) && !tensor.shape.SequenceEqual(entry.Value.shape)
                )
                .Select(entry =>
                    $"{entry.Key} has the shape ({string.Join(", ", tensors[entry.Key].shape)}), expected "
                    + $"({string.Join(", ", entry.Value.shape)})"
                ),
        ];
        if (missing.Length + misshaped.Length > 0)
        {
            throw new PoseFormatException(
                name,
                null,
                $"Its weights do not fit this encoder: {missing.Length} are "
                    + $"missing{Some(missing)}; {misshaped.Length} have another shape{Some(misshaped)}. Published "
                    + $"weights need InChannels 3."
            );
        }

        using var _ = no_grad();
        foreach ((var key, var parameter) in own)
            parameter.copy_(tensors[key]);
    }

    private static string Some(string[] faults) =>
        faults.Length == 0 ? "" : $" ({string.Join(", ", faults.Take(5))}{(faults.Length > 5 ? ", …" : "")})";
}
