using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.Transforms;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>What made a file of predictions: models with all their settings, and the versions of everything.</summary>
internal static class PredictionProvenance
{
    public static Dictionary<string, JsonNode?> Of(
        IReadOnlyList<PoseModelTransformer> models,
        PredictionReport report,
        DateTimeOffset started,
        PredictionRunOptions options
    )
    {
        var provenance = new Dictionary<string, JsonNode?>
        {
            ["created_by"] = LabelsBuilder.CreatedBy,
            ["created_at"] = started.ToString(
                "yyyy-MM-dd'T'HH:mm:ssK",
                System.Globalization.CultureInfo.InvariantCulture
            ),
            ["frames"] = report.ToJson(),
            ["models"] = new JsonArray([.. models.Select(Model)]),
            ["versions"] = Versions(),
        };
        foreach (var (key, value) in options.Provenance)
            provenance[key] = value?.DeepClone();
        return provenance;
    }

    private static JsonObject Model(PoseModelTransformer model) =>
        new()
        {
            ["type"] = model.GetType().Name.Replace("Transformer", "", StringComparison.Ordinal),
            ["device"] = model.DeviceName,
            ["options"] = JsonObject.Create(SavedModel.OptionsOf(model)),
        };

    private static JsonObject Versions() =>
        new()
        {
            ["Sleap.MLNet"] = VersionOf(typeof(PredictionProvenance)),
            ["Microsoft.ML"] = VersionOf(typeof(MLContext)),
            ["TorchSharp"] = VersionOf(typeof(torch)),
            ["libtorch"] = torch.__version__,
            ["threads"] = torch.get_num_threads(),
            [".NET"] = Environment.Version.ToString(),
            ["system"] = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        };

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? type.Assembly.GetName().Version?.ToString()
        ?? "";
}
