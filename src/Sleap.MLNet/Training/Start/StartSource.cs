using System.IO.Compression;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>A trained network that another one can start from.</summary>
/// <param name="Path">The file or folder, for messages.</param>
/// <param name="Options">Its options; null: a checkpoint without a configuration.</param>
/// <param name="Subject">Skeleton and classes; null: a checkpoint without a configuration.</param>
/// <param name="Weights">
/// Reads its state dict, named as <see cref="PoseNetwork"/> does; the caller's dispose scope owns the tensors.
/// </param>
internal sealed record StartNetwork(
    string Path,
    NetworkOptions? Options,
    PoseSubject? Subject,
    Func<IReadOnlyDictionary<string, Tensor>> Weights
);

/// <summary>A file or folder with one network or two that a training can start from.</summary>
internal sealed class StartSource : IDisposable
{
    private const string ModelPrefix = "model.";
    private const string SavedName = "model.zip";

    // Weights can hardly be compressed: a part that is much larger than its file is not one of a model.
    private const int MaxRatio = 200;
    private const int MinLimit = 1 << 24;
    private readonly PoseModelTransformer? _model;

    private StartSource(IReadOnlyList<StartNetwork> networks, PoseModelTransformer? model = null) =>
        (Networks, _model) = (networks, model);

    /// <summary>The networks, first stage first.</summary>
    public IReadOnlyList<StartNetwork> Networks { get; }

    /// <summary>Opens a source; the weights of folders and checkpoints are read later.</summary>
    /// <exception cref="FileNotFoundException">
    /// There is nothing at the path, or a file of a model folder is missing.
    /// </exception>
    /// <exception cref="PoseFormatException">It is no model, or it is damaged.</exception>
    public static StartSource Open(IHostEnvironment environment, string path)
    {
        if (Directory.Exists(path))
            return new([.. FoldersOf(path).Select(Of)]);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no model to start from at '{path}'.", path);
        if (ModelFolder.OfWeights(path) is { } folder)
            return new([Of(folder)]);
        try
        {
            if (ModelIn(path) is { } content)
            {
                return ModelFile.Read(environment, content) is PoseModelTransformer model
                    ? new([.. model.Networks.Select(network => Of(path, network, model.Subject))], model)
                    : throw new PoseFormatException(path, null, "It holds another transformer than a pose model.");
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or ArgumentException)
        {
            throw new PoseFormatException(
                path,
                null,
                $"It cannot be read as a model to start from: {fault.Message} Expected a saved model, a model "
                    + "folder of SLEAP, or a checkpoint of sleap-nn.",
                fault
            );
        }
        return new([new(path, null, null, () => WithoutPrefix(TorchCheckpoint.Read(path).ToTensors()))]);
    }

    /// <summary>Returns the options of the model in one source, or in one source for each stage.</summary>
    /// <exception cref="ArgumentException">The sources do not make one model.</exception>
    /// <inheritdoc cref="Open"/>
    public static PoseModelOptions OptionsOf(IHostEnvironment environment, IReadOnlyList<string> paths)
    {
        StartSource[] sources = [.. paths.Select(path => Open(environment, path))];
        try
        {
            if (sources is [{ _model: { } model }])
                return model.ModelOptions;
            NetworkOptions?[] networks = [.. sources.SelectMany(source => source.Networks).Select(one => one.Options)];
            return (networks.Contains(null) ? null : ModelTypes.Join([.. networks.OfType<NetworkOptions>()]))
                ?? throw new ArgumentException(
                    $"{string.Join(", ", paths.Select(path => $"'{path}'"))}: the type of the model is not known from "
                        + "this. Expected a saved model, a model folder of SLEAP, or a centroid model and "
                        + "then the model of its crops."
                );
        }
        finally
        {
            foreach (var source in sources)
                source.Dispose();
        }
    }

    /// <summary>
    /// Returns the network for another one: that of the same stage; if there is none, the last one.
    /// </summary>
    public StartNetwork For(NetworkOptions options) =>
        Networks.FirstOrDefault(network => network.Options?.NetworkName == options.NetworkName) ?? Networks[^1];

    public void Dispose() => _model?.Dispose();

    // A folder of a network, or of folders of both stages, as SaveSleap writes them.
    private static IEnumerable<ModelFolder> FoldersOf(string path)
    {
        if (ModelFolder.Is(path))
            return [ModelFolder.Read(path)];
        ModelFolder[] stages = [.. Directory.GetDirectories(path).Where(ModelFolder.Is).Select(ModelFolder.Read)];
        NetworkOptions[] ordered =
        [
            .. stages.Select(stage => stage.Config.Options).OrderBy(options => options is not CentroidOptions),
        ];
        var saved = File.Exists(System.IO.Path.Combine(path, SavedName)) ? $", but its {SavedName} is one" : "";
        return ordered.Length == 2 && ModelTypes.Join(ordered) is not null
            ? stages.OrderBy(stage => stage.Config.Options is not CentroidOptions)
            : throw new PoseFormatException(
                path,
                null,
                $"It is no model to start from{saved}. Expected a folder with training_config.yaml and best.ckpt, "
                    + "with training_config.json and best_model.h5, or with one such folder for each of two stages."
            );
    }

    private static StartNetwork Of(ModelFolder folder)
    {
        var subject = new PoseSubject(folder.Config.Skeleton!, folder.Config.Classes);
        return new(
            folder.Path,
            folder.Config.Options,
            subject,
            () =>
            {
                var faults = folder.Config.Options.Checked(subject);
                TrainedModel.CheckSizes(
                    faults,
                    folder.Config.Options,
                    subject,
                    PoseModelTransformer.AnySize,
                    folder.WeightBytes
                );
                if (faults.Found is [var fault, ..])
                    throw new PoseFormatException(folder.Path, null, $"{fault}.");
                using var model = folder.Config.Options.CreateModel(subject);
                folder.Load(model.Network);
                return Copies(model);
            }
        );
    }

    private static StartNetwork Of(string path, PoseModel model, PoseSubject subject) =>
        new(path, model.Options, subject, () => Copies(model));

    private static Dictionary<string, Tensor> Copies(PoseModel model) =>
        model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().cpu().clone());

    private static Dictionary<string, Tensor> WithoutPrefix(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(
            entry =>
                entry.Key.StartsWith(ModelPrefix, StringComparison.Ordinal)
                    ? entry.Key[ModelPrefix.Length..]
                    : entry.Key,
            entry => entry.Value
        );

    // ML.NET's own loading would create whatever class the file names.
    private static byte[]? ModelIn(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        ZipArchiveEntry[] entries =
        [
            .. archive.Entries.Where(entry => System.IO.Path.GetFileName(entry.FullName) == ModelFile.StreamName),
        ];
        if (entries.Length == 0)
            return null;
        if (entries.Length > 1)
        {
            throw new PoseFormatException(
                path,
                null,
                $"It is a chain of {entries.Length} transformers, expected a pose model alone."
            );
        }
        var limit = MinLimit + MaxRatio * new FileInfo(path).Length;
        if (entries[0].Length > Math.Min(limit, Array.MaxLength))
            throw new InvalidDataException($"its part declares {entries[0].Length} bytes, more than a model can have.");
        var content = new byte[entries[0].Length];
        using var stream = entries[0].Open();
        stream.ReadExactly(content);
        return content;
    }
}
