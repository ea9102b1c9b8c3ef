using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A folder with a trained network of SLEAP: <c>training_config.yaml</c> and <c>best.ckpt</c> of sleap-nn, or
/// <c>training_config.json</c> and <c>best_model.h5</c> of SLEAP before 1.5. Read without Python.
/// </summary>
internal sealed class ModelFolder
{
    private const string ConfigName = "training_config.yaml",
        CheckpointName = "best.ckpt",
        LegacyConfigName = "training_config.json",
        KerasName = "best_model.h5";
    private readonly string _weights;

    private ModelFolder(string path, SleapConfig config, string weights) =>
        (Path, Config, _weights) = (path, config, weights);

    public string Path { get; }

    public SleapConfig Config { get; }

    /// <summary>Reads a folder's configuration; the weights are read later, by <see cref="Load"/>.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="PoseFormatException">The configuration is invalid.</exception>
    public static ModelFolder Read(string path)
    {
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"There is no model folder '{path}'.");
        if (
            File.Exists(System.IO.Path.Combine(path, LegacyConfigName))
            && File.Exists(System.IO.Path.Combine(path, KerasName))
        )
        {
            var file = System.IO.Path.Combine(path, KerasName);
            using var weights = new KerasWeights(file);
            return new ModelFolder(
                path,
                SleapConfig
                    .ReadLegacy(System.IO.Path.Combine(path, LegacyConfigName), weights.InChannels)
                    .Trained(path),
                file
            );
        }
        return new ModelFolder(
            path,
            SleapConfig.Read(Require(path, ConfigName), trained: true),
            Require(path, CheckpointName)
        );
    }

    /// <summary>Whether a folder has the configuration of a network.</summary>
    public static bool Is(string path) =>
        File.Exists(System.IO.Path.Combine(path, ConfigName))
        || File.Exists(System.IO.Path.Combine(path, LegacyConfigName));

    /// <summary>
    /// Reads the folder of a file of weights, one of its several checkpoints for example; null: there is no
    /// configuration beside it, or it is no file of weights.
    /// </summary>
    /// <inheritdoc cref="Read"/>
    public static ModelFolder? OfWeights(string file)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        if (System.IO.Path.GetFileName(file) == KerasName)
            return Read(folder);
        var config = System.IO.Path.Combine(folder, ConfigName);
        return file.EndsWith(".ckpt", StringComparison.Ordinal) && File.Exists(config)
            ? new ModelFolder(folder, SleapConfig.Read(config, trained: true), file)
            : null;
    }

    /// <summary>Length of the file with the weights.</summary>
    public long WeightBytes => new FileInfo(_weights).Length;

    /// <summary>Loads the weights into a model.</summary>
    /// <returns>The parts of the file that were not used.</returns>
    /// <exception cref="PoseFormatException">
    /// The checkpoint is damaged, or its weights do not fit this network.
    /// </exception>
    public IReadOnlyList<string> Load(PoseNetwork network)
    {
        using var scope = NewDisposeScope();
        if (!_weights.EndsWith(KerasName, StringComparison.Ordinal))
        {
            NetworkState.Load(network, TorchCheckpoint.Read(_weights).ToTensors(), _weights);
            return [];
        }
        using var keras = new KerasWeights(_weights);
        NetworkState.Load(network, keras.For(network), _weights);
        return [.. keras.Unused(network).Select(layer => $"the layer {layer} has no counterpart")];
    }

    /// <summary>
    /// Writes a network in the format of sleap-nn: <c>training_config.yaml</c>, <c>best.ckpt</c> and the same weights
    /// as <c>best.safetensors</c>. Each file is written atomically.
    /// </summary>
    public static void Write(string path, PoseNetwork network, string config)
    {
        var folder = Directory.CreateDirectory(path).FullName;
        WriteWeights(System.IO.Path.Combine(folder, CheckpointName), network, 0, 0);
        AtomicFile.Write(
            System.IO.Path.Combine(folder, "best.safetensors"),
            stream => NetworkState.Save(network, stream)
        );
        WriteConfig(folder, config);
    }

    /// <summary>
    /// Writes <c>training_config.yaml</c>, beside which files of <see cref="WriteWeights"/> are models.
    /// </summary>
    public static void WriteConfig(string folder, string config) =>
        AtomicFile.WriteText(System.IO.Path.Combine(folder, ConfigName), config);

    /// <summary>Writes the weights of a network as a checkpoint of sleap-nn.</summary>
    /// <param name="path">A <c>.ckpt</c> file; replaced if it exists.</param>
    /// <param name="network">The network.</param>
    /// <param name="epoch">Number of completed epochs.</param>
    /// <param name="step">Number of optimizer steps.</param>
    public static void WriteWeights(string path, PoseNetwork network, int epoch, int step)
    {
        var state = network
            .state_dict()
            .Select(entry => KeyValuePair.Create("model." + entry.Key, entry.Value))
            .ToList();
        AtomicFile.Write(
            path,
            stream =>
                TorchCheckpointWriter.Write(
                    stream,
                    state,
                    new Dictionary<string, object>
                    {
                        ["epoch"] = epoch,
                        ["global_step"] = step,
                        ["pytorch-lightning_version"] = "2.5.0",
                    }
                )
        );
    }

    private static string Require(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"The model folder '{folder}' has no "
                    + $"{name}. A model of sleap-nn is a folder with {ConfigName} and {CheckpointName}; one of older "
                    + $"SLEAP "
                    + $"has {LegacyConfigName} and {KerasName}.",
                path
            );
    }
}
