using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sleap.MLNet;

/// <summary>Writes what describes an exported model, with the keys that sleap-nn's export has, and no others.</summary>
internal static class OnnxMetadata
{
    /// <summary>The file of the description.</summary>
    public const string FileName = "export_metadata.json";

    /// <summary>Properties of the graph: the description, the training configurations, and our own options.</summary>
    public const string Property = "sleap_nn_metadata",
        ConfigProperty = "training_config",
        TypeProperty = "sleap_mlnet_type",
        ModelProperty = "sleap_mlnet_model";

    // The version of sleap-nn whose layout this is.
    private const string LayoutVersion = "0.3.5";
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>sleap-nn's name of an exported type.</summary>
    public static string TypeOf(PoseModelOptions options) =>
        options.Networks switch
        {
            [var one] => one.NetworkName,
            [_, CenteredInstanceOptions { ClassVectors: null }] => "topdown",
            [_, var crops] => crops.NetworkName + "_combined",
            _ => throw new NotSupportedException($"A {options.TypeName} model cannot be exported."),
        };

    /// <summary>The training configuration of each network, by the name of its file.</summary>
    public static IReadOnlyList<(string File, string Network, string Text)> Configs(PoseModelTransformer model) =>
        [
            .. model.Networks.Select(network =>
                (
                    model.Networks.Count == 1
                        ? "training_config.yaml"
                        : $"training_config_{network.Options.NetworkName}.yaml",
                    network.Options.NetworkName,
                    SleapConfigWriter.Write(network.Options, model.Subject, model.Frame)
                )
            ),
        ];

    /// <summary>The text of the graph's property with the configurations.</summary>
    public static string Embedded(IReadOnlyList<(string File, string Network, string Text)> configs) =>
        configs is [var one]
            ? one.Text
            : new JsonObject(
                configs.Select(config => KeyValuePair.Create(config.Network, (JsonNode?)config.Text))
            ).ToJsonString();

    /// <summary>The description.</summary>
    public static string Write(
        PoseModelTransformer model,
        OnnxExportOptions options,
        IReadOnlyList<(string File, string Network, string Text)> configs
    )
    {
        NetworkOptions[] networks = [.. model.Networks.Select(network => network.Options)];
        var (last, classes) = (networks[^1], model.Classes);
        var centroid = networks[0] as CentroidOptions;
        var crops = last as CenteredInstanceOptions;
        var any = model.Frame == PoseModelTransformer.AnySize;
        string Joined(Func<int, string> of) =>
            networks.Length == 1
                ? of(0)
                : string.Join(';', networks.Select((network, i) => $"{network.NetworkName}:{of(i)}"));
        var all = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["anchor_part"] = centroid?.AnchorPart,
            ["backbone"] = Joined(i => NameOf(networks[i].Backbone)),
            ["backbone_source"] = null,
            ["background_fill"] = null,
            ["burn_in"] = null,
            ["centroid_method"] = centroid is null ? null : MethodOf(centroid),
            ["checkpoint_path"] = Joined(_ => "best.ckpt"),
            ["class_names"] = classes.Count == 0 ? null : new JsonArray([.. classes.Select(name => (JsonNode)name)]),
            ["crop_centering"] = null,
            ["crop_size"] = crops?.CropSize is { } size ? new JsonArray(size, size) : null,
            ["edge_inds"] = new JsonArray([
                .. model.Skeleton.Edges.Select(edge => (JsonNode)new JsonArray(edge.Source, edge.Destination)),
            ]),
            ["embedding_dim"] = null,
            ["export_format"] = "onnx",
            ["export_timestamp"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
            ["input_channels"] = PipelineGraph.ChannelsOf(model),
            ["input_dtype"] = "uint8",
            ["input_scale"] = networks[0].Scale,
            ["max_batch_size"] = networks[0].BatchSize,
            ["max_height"] = any ? null : model.Frame.Height,
            ["max_instances"] = centroid is null ? null : PipelineGraph.InstancesOf(model, options),
            ["max_peaks_per_node"] = GroupsPeaks(model) ? options.MaxPeaksPerNode : null,
            ["max_width"] = any ? null : model.Frame.Width,
            ["model_name"] = string.Join('+', networks.Select(network => network.NetworkName)),
            ["model_type"] = TypeOf(model.ModelOptions),
            ["n_classes"] = classes.Count == 0 ? null : classes.Count,
            ["n_edges"] = model.Skeleton.Edges.Length,
            ["n_nodes"] = model.Skeleton.Nodes.Length,
            ["node_names"] = new JsonArray([.. model.Skeleton.Nodes.Select(name => (JsonNode)name)]),
            ["normalization"] = "0_to_1",
            ["normalize"] = null,
            ["output_stride"] = last.HeadStride,
            ["peak_threshold"] = last.PeakThreshold,
            ["precision"] = "fp32",
            ["sleap_nn_version"] = LayoutVersion,
            ["training_config_embedded"] = true,
            ["training_config_hash"] = Joined(i => Hash(configs[i].Text)),
        };
        return new JsonObject(all).ToJsonString(Indented);
    }

    private static bool GroupsPeaks(PoseModelTransformer model) =>
        model.Networks[0].Network.Heads[0] is ConfidenceMapHeadOptions { Kind: ConfidenceMapKind.MultiInstance };

    private static string NameOf(BackboneOptions backbone) =>
        backbone is StagedBackboneOptions staged ? staged.EncoderName : "unet";

    private static string MethodOf(CentroidOptions options) =>
        options.AnchorPart is null
            ? HeadConfig.CentroidMethods.Single(method => method.Value == options.CentroidMethod).Key
            : "anchor";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
