using System.Text.Json.Nodes;

namespace Sleap.MLNet.Tests;

/// <summary>sleap-nn's model_config as JSON, as our options.</summary>
internal static class ModelConfig
{
    public static BackboneOptions Backbone(JsonNode config)
    {
        var backbones = config["backbone_config"]!;
        if (backbones["unet"] is { } unet)
        {
            return new UNetOptions
            {
                InChannels = (int)unet["in_channels"]!,
                KernelSize = (int)unet["kernel_size"]!,
                Filters = (int)unet["filters"]!,
                FiltersRate = (float)unet["filters_rate"]!,
                MaxStride = (int)unet["max_stride"]!,
                StemStride = (int?)unet["stem_stride"],
                MiddleBlock = (bool)unet["middle_block"]!,
                UpInterpolate = (bool)unet["up_interpolate"]!,
                Stacks = (int)unet["stacks"]!,
                ConvsPerBlock = (int)unet["convs_per_block"]!,
                OutputStride = (int)unet["output_stride"]!,
            };
        }

        if (backbones["convnext"] is { } convnext)
        {
            return new ConvNeXtOptions
            {
                Architecture = (string?)convnext["model_type"] switch
                {
                    "tiny" => ConvNeXtArchitecture.Tiny,
                    "small" => ConvNeXtArchitecture.Small,
                    "base" => ConvNeXtArchitecture.Base,
                    "large" => ConvNeXtArchitecture.Large,
                    _ => new(Numbers(convnext["arch"]!["depths"]!), Numbers(convnext["arch"]!["channels"]!)),
                },
                StemPatchKernel = (int)convnext["stem_patch_kernel"]!,
                StemPatchStride = (int)convnext["stem_patch_stride"]!,
                InChannels = (int)convnext["in_channels"]!,
                KernelSize = (int)convnext["kernel_size"]!,
                FiltersRate = (float)convnext["filters_rate"]!,
                ConvsPerBlock = (int)convnext["convs_per_block"]!,
                UpInterpolate = (bool)convnext["up_interpolate"]!,
                OutputStride = (int)convnext["output_stride"]!,
                MaxStride = (int)convnext["max_stride"]!,
            };
        }

        if (backbones["swint"] is { } swint)
        {
            return new SwinTOptions
            {
                Architecture = (string?)swint["model_type"] switch
                {
                    "tiny" => SwinArchitecture.Tiny,
                    "small" => SwinArchitecture.Small,
                    "base" => SwinArchitecture.Base,
                    _ => new(
                        (int)swint["arch"]!["embed"]!,
                        Numbers(swint["arch"]!["depths"]!),
                        Numbers(swint["arch"]!["num_heads"]!)
                    ),
                },
                PatchSize = (int)swint["patch_size"]!,
                WindowSize = (int)swint["window_size"]!,
                StemPatchStride = (int)swint["stem_patch_stride"]!,
                InChannels = (int)swint["in_channels"]!,
                KernelSize = (int)swint["kernel_size"]!,
                FiltersRate = (float)swint["filters_rate"]!,
                ConvsPerBlock = (int)swint["convs_per_block"]!,
                UpInterpolate = (bool)swint["up_interpolate"]!,
                OutputStride = (int)swint["output_stride"]!,
                MaxStride = (int)swint["max_stride"]!,
            };
        }

        throw new NotSupportedException($"No backbone that this test knows: {backbones}");
    }

    private static System.Collections.Immutable.ImmutableArray<int> Numbers(JsonNode array) =>
        [.. array.AsArray().Select(number => (int)number!)];

    public static IReadOnlyList<HeadOptions> Heads(JsonNode config)
    {
        (var type, var heads) = config["head_configs"]!
            .AsObject()
            .Where(head => head.Value is not null)
            .Select(head => (head.Key, head.Value!))
            .Single();
        return [.. heads.AsObject().Select(head => Head(type, head.Key, head.Value!))];
    }

    private static HeadOptions Head(string type, string name, JsonNode head)
    {
        var stride = (int)head["output_stride"]!;
        var weight = (float?)head["loss_weight"] ?? 1;
        return name switch
        {
            "confmaps" => new ConfidenceMapHeadOptions
            {
                Kind = type switch
                {
                    "single_instance" => ConfidenceMapKind.SingleInstance,
                    "centroid" => ConfidenceMapKind.Centroid,
                    "centered_instance" or "multi_class_topdown" => ConfidenceMapKind.CenteredInstance,
                    _ => ConfidenceMapKind.MultiInstance,
                },
                Nodes = (head["part_names"] as JsonArray)?.Count ?? 1,
                Sigmoid = (bool?)head["use_sigmoid_activation"] ?? false,
                OutputStride = stride,
                LossWeight = weight,
            },
            "pafs" => new PartAffinityHeadOptions
            {
                Edges = head["edges"]!.AsArray().Count,
                OutputStride = stride,
                LossWeight = weight,
            },
            "class_maps" => new ClassMapHeadOptions
            {
                Classes = head["classes"]!.AsArray().Count,
                OutputStride = stride,
                LossWeight = weight,
            },
            "class_vectors" => new ClassVectorHeadOptions
            {
                Classes = head["classes"]!.AsArray().Count,
                Layers = (int)head["num_fc_layers"]!,
                Units = (int)head["num_fc_units"]!,
                GlobalPool = (bool)head["global_pool"]!,
                OutputStride = stride,
                LossWeight = weight,
            },
            _ => throw new NotSupportedException($"No head that this test knows: {name}"),
        };
    }
}
