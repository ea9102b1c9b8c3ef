using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>What <c>sleap info</c> says of a model.</summary>
internal static class ModelInfo
{
    public static (JsonObject Report, IEnumerable<string> Lines) Of(string file)
    {
        using var model = PoseModel.Load(new MLContext(), file);
        var (type, nodes) = (PoseModel.TypeOf(model), model.Skeleton.Nodes);
        var stages = new JsonArray();
        List<string> lines = [$"{type} model of {nodes.Length} nodes: {string.Join(", ", nodes)}"];
        if (model.Classes.Count > 0) lines.Add($"tells apart: {string.Join(", ", model.Classes)}");
        foreach (var (name, options) in Stages(model))
        {
            stages.Add(new JsonObject
            {
                ["network"] = name,
                ["scale"] = options.Scale,
                ["crop_size"] = (options as CenteredInstanceOptions)?.CropSize,
                ["peak_threshold"] = options.PeakThreshold,
                ["refinement"] = options.Refinement.ToString().ToLowerInvariant(),
            });
            var crop = options is CenteredInstanceOptions { CropSize: { } size } ? $", crops of {size} px" : "";
            lines.Add($"{name}: {options.Backbone}");
            lines.Add($"  scale {options.Scale}{crop}, peak threshold {options.PeakThreshold}, refinement {options.Refinement}");
        }
        var report = new JsonObject
        {
            ["kind"] = "model",
            ["type"] = type,
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)n)]),
            ["classes"] = new JsonArray([.. model.Classes.Select(c => (JsonNode)c)]),
            ["networks"] = stages,
        };
        return (report, lines);
    }

    private static IEnumerable<(string Name, PoseModelOptions Options)> Stages(PoseModelTransformer model) => model switch
    {
        SingleInstanceTransformer m => [("single instance", m.Options)],
        CentroidTransformer m => [("centroid", m.Options)],
        CenteredInstanceTransformer m => [("centered instance", m.Options)],
        TopDownTransformer m => [("centroid", m.Options.Centroid), ("centered instance", m.Options.CenteredInstance)],
        TopDownIdTransformer m => [("centroid", m.Options.Centroid), ("centered instance", m.Options.CenteredInstance)],
        BottomUpTransformer m => [("bottom-up", m.Options)],
        BottomUpIdTransformer m => [("bottom-up ID", m.Options)],
        _ => [],
    };
}
