using System.Globalization;
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
        var (kind, nodes) = (PoseModel.TypeOf(model), model.Skeleton.Nodes);
        var stages = new JsonArray();
        List<string> lines = [$"{kind} model of {nodes.Length} nodes: {string.Join(", ", nodes)}"];
        if (model.Frame != PoseModelTransformer.AnySize)
        {
            lines.Add(
                $"trained on frames of {model.Frame.Width} x {model.Frame.Height} px; others are matched to them"
            );
        }

        if (model.Classes.Count > 0)
            lines.Add($"tells apart: {string.Join(", ", model.Classes)}");
        foreach (var (type, options, part) in model.Stages)
        {
            var (name, parameters) = (NameOf(type), part.Network.parameters().Sum(weights => weights.numel()));
            stages.Add(
                new JsonObject
                {
                    ["network"] = name,
                    ["parameters"] = parameters,
                    ["scale"] = options.Scale,
                    ["crop_size"] = (options as CenteredInstanceOptions)?.CropSize,
                    ["peak_threshold"] = options.PeakThreshold,
                    ["refinement"] = options.Refinement.ToString().ToLowerInvariant(),
                }
            );
            var crop = options is CenteredInstanceOptions { CropSize: { } size } ? $", crops of {size} px" : "";
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {Words(options.Backbone)}, {(options.Backbone.InChannels == 1 ? "gray" : "colour")}, "
                        + $"{parameters:N0} parameters"
                )
            );
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  scale {options.Scale}{crop}, peak threshold {options.PeakThreshold}, refinement "
                        + $"{options.Refinement.ToString().ToLowerInvariant()}"
                )
            );
        }
        var report = new JsonObject
        {
            ["kind"] = "model",
            ["type"] = kind,
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)n)]),
            ["classes"] = new JsonArray([.. model.Classes.Select(c => (JsonNode)c)]),
            ["networks"] = stages,
        };
        return (report, lines);
    }

    private static string Words(BackboneOptions backbone) =>
        backbone switch
        {
            UNetOptions unet => string.Create(
                CultureInfo.InvariantCulture,
                $"{(unet.Stacks > 1 ? $"{unet.Stacks} stacked UNets" : "UNet")} of {unet.Filters} filters, "
                    + $"{unet.FiltersRate} times as many a level, strides {unet.OutputStride} to {unet.MaxStride}"
            ),
            ConvNeXtOptions next => $"ConvNeXt of {string.Join('-', next.Architecture.Depths)} blocks, "
                + $"{string.Join('-', next.Architecture.Channels)} channels, output stride {next.OutputStride}",
            SwinTOptions swin => $"Swin Transformer of {string.Join('-', swin.Architecture.Depths)} blocks, "
                + $"{swin.Architecture.EmbeddingDimensions} channels at first, output stride {swin.OutputStride}",
            CustomBackboneOptions own => $"a network of one's own, '{own.Name}', output stride {own.OutputStride}",
            _ => backbone.ToString(),
        };

    private static string NameOf(ModelType type) =>
        type switch
        {
            ModelType.SingleInstance => "single instance",
            ModelType.Centroid => "centroid",
            ModelType.CenteredInstance or ModelType.TopDownId => "centered instance",
            ModelType.BottomUp => "bottom-up",
            _ => "bottom-up ID",
        };
}
