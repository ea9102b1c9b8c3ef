using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>A folder in which sleap-nn keeps a trained network: <c>training_config.yaml</c> and <c>best.ckpt</c>. Read without Python.</summary>
internal sealed class ModelFolder
{
    private const string ConfigName = "training_config.yaml", CheckpointName = "best.ckpt";
    private readonly string _weights;

    private ModelFolder(string path, SleapConfig config, string weights) => (Path, Config, _weights) = (path, config, weights);

    public string Path { get; }

    public SleapConfig Config { get; }

    /// <summary>Reads a folder's configuration; the weights are read when a network asks for them.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It lacks one of the files.</exception>
    /// <exception cref="PoseFormatException">The configuration cannot be used.</exception>
    public static ModelFolder Read(string path)
    {
        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"There is no model folder '{path}'.");
        return new ModelFolder(path, SleapConfig.Read(Require(path, ConfigName)), Require(path, CheckpointName));
    }

    /// <summary>Whether a path is such a folder.</summary>
    public static bool Is(string path) => File.Exists(System.IO.Path.Combine(path, ConfigName));

    /// <summary>Gives a model its weights.</summary>
    /// <exception cref="PoseFormatException">The checkpoint is damaged, or its weights are not of this network.</exception>
    public TModel Load<TModel>(TModel model)
        where TModel : PoseModel
    {
        using var scope = NewDisposeScope();
        NetworkState.Load(model.Network, TorchCheckpoint.Read(_weights).ToTensors(), _weights);
        return model;
    }

    private static string Require(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The model folder '{folder}' has no {name}. A model of sleap-nn is a folder with {ConfigName} and {CheckpointName}.", path);
    }
}
