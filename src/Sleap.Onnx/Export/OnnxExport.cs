using Google.Protobuf;
using Onnx;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Writes an export beside its place, compares it with the model, and moves it there.</summary>
internal static class OnnxExport
{
    /// <summary>The file of the graph.</summary>
    public const string FileName = "model.onnx";

    // A file of protobuf's has at most 2 GB.
    private const long MaxWeightBytes = (1L << 31) - (64 << 20);

    /// <inheritdoc cref="OnnxCatalog.ExportOnnx"/>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="change">Changes the graph before it is written; null but in tests.</param>
    public static OnnxExportReport Write(
        PoseCatalog catalog,
        PoseModelTransformer model,
        string folder,
        OnnxExportOptions options,
        Action<ModelProto>? change = null
    )
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireReplaceable(target);
        var bytes = model.Networks.Sum(network => network.Network.parameters().Sum(weights => weights.numel() * 4));
        if (bytes > MaxWeightBytes)
            throw new NotSupportedException($"The weights have {bytes >> 20} MB; an ONNX file holds 2 GB.");
        using var plain = Plain(catalog, model, options);
        var configs = OnnxMetadata.Configs(plain);
        var metadata = OnnxMetadata.Write(plain, options, configs);
        var graph = PipelineGraph
            .Of(plain, options)
            .ToModel(
                (OnnxMetadata.Property, metadata),
                (OnnxMetadata.ConfigProperty, OnnxMetadata.Embedded(configs)),
                (OnnxMetadata.TypeProperty, model.ModelOptions.TypeName),
                (OnnxMetadata.ModelProperty, SavedModel.Describe(model.ModelOptions, model.Subject, model.Frame))
            );
        change?.Invoke(graph);

        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            using (var file = File.Create(Path.Combine(temporary, FileName)))
                graph.WriteTo(file);
            File.WriteAllText(Path.Combine(temporary, OnnxMetadata.FileName), metadata);
            foreach (var (file, _, text) in configs)
                File.WriteAllText(Path.Combine(temporary, file), text);
            var report = new OnnxGate(catalog, plain, options).Check(temporary) with { Folder = target };
            Replace(target, temporary);
            return report;
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    // The model as the graph computes it: in single precision, on whole frames, with as many instances, and unfiltered.
    private static PoseModelTransformer Plain(
        PoseCatalog catalog,
        PoseModelTransformer model,
        OnnxExportOptions options
    )
    {
        var networks = model.ModelOptions.Networks.Select(network =>
            network is CentroidOptions centroid
                ? centroid with
                {
                    MaxInstances = PipelineGraph.InstancesOf(model, options),
                }
                : network
        );
        var plain = model.ModelOptions.WithNetworks([
            .. networks.Select(network =>
                network with
                {
                    Precision = Precision.Single,
                    TileSize = null,
                    TileOverlap = null,
                    Device = "cpu",
                    Filter = new(),
                }
            ),
        ]);
        return TrainedModel.Share(
            catalog.Context,
            plain with
            {
                Device = "cpu",
                Filter = new(),
            },
            model.Subject,
            model.Frame,
            model.Networks
        );
    }

    private static void RequireReplaceable(string target)
    {
        if (File.Exists(target))
            throw new IOException($"'{target}' is a file; an export is a folder.");
        if (!Directory.Exists(target))
            return;
        var other = Directory
            .EnumerateFileSystemEntries(target)
            .Select(path => Path.GetFileName(path)!)
            .FirstOrDefault(name =>
                name is not (FileName or FileName + ".data" or OnnxMetadata.FileName)
                && !(
                    name.StartsWith("training_config", StringComparison.Ordinal)
                    && name.EndsWith(".yaml", StringComparison.Ordinal)
                )
            );
        if (other is not null)
        {
            throw new IOException(
                $"The folder '{target}' has other files in it than those of an export ('{other}'): give a new folder."
            );
        }
    }

    private static void Replace(string target, string by)
    {
        var old = $"{target}.{Guid.NewGuid():N}.old";
        var isThere = Directory.Exists(target);
        if (isThere)
            Directory.Move(target, old);
        Directory.Move(by, target);
        if (isThere)
            Directory.Delete(old, recursive: true);
    }
}
