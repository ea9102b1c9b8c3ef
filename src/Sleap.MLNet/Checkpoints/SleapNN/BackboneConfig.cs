using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>backbone_config</c> as options. Defaults are sleap-nn's.</summary>
internal static class BackboneConfig
{
    /// <summary>The name of an architecture that sleap-nn has no name for.</summary>
    public const string Custom = "custom";

    public static BackboneOptions? Read(ConfigSection model)
    {
        var backbones = model.Section("backbone_config");
        if (backbones is null)
        {
            model.Fault("backbone_config", "is missing, expected a section with one of unet, convnext and swint.");
            return null;
        }
        if (backbones.SectionsIn is not [var kind])
        {
            model.Fault(
                "backbone_config",
                $"has {backbones.SectionsIn.Count} backbones "
                    + $"({OneLine.Some(backbones.SectionsIn)}), expected one: set the others to null."
            );
            return null;
        }
        var section = backbones.Section(kind)!;
        switch (kind)
        {
            case "unet":
                return UNet(section);
            case "convnext":
                return ConvNeXt(section);
            case "swint":
                return SwinT(section);
            default:
                var reason = ConfigKeys.Find(backbones.PathOf(kind)) is { Here: var here } ? $" ({here})" : "";
                backbones.Fault(kind, $"is no backbone known here{reason}, expected unet, convnext or swint.");
                return null;
        }
    }

    private static UNetOptions UNet(ConfigSection s) =>
        new()
        {
            InChannels = s.Whole("in_channels", 1),
            KernelSize = s.Whole("kernel_size", 3),
            Filters = s.Whole("filters", 32),
            FiltersRate = s.Single("filters_rate", 1.5f),
            MaxStride = s.Whole("max_stride", 16),
            StemStride = s.Whole("stem_stride"),
            MiddleBlock = s.Flag("middle_block", true),
            UpInterpolate = s.Flag("up_interpolate", true),
            Stacks = s.Whole("stacks", 1),
            ConvsPerBlock = s.Whole("convs_per_block", 2),
            OutputStride = s.Whole("output_stride", 1),
        };

    private static ConvNeXtOptions ConvNeXt(ConfigSection s) =>
        Staged(
            s,
            new ConvNeXtOptions
            {
                Architecture = s.Text("model_type") switch
                {
                    "tiny" => ConvNeXtArchitecture.Tiny,
                    "small" => ConvNeXtArchitecture.Small,
                    "base" => ConvNeXtArchitecture.Base,
                    "large" => ConvNeXtArchitecture.Large,
                    _ when s.Section("arch") is { } arch => new(
                        arch.Wholes("depths") ?? ConvNeXtArchitecture.Tiny.Depths,
                        arch.Wholes("channels") ?? ConvNeXtArchitecture.Tiny.Channels
                    ),
                    var other => Unknown(s, other, ConvNeXtArchitecture.Tiny, "tiny, small, base or large"),
                },
                StemPatchKernel = s.Whole("stem_patch_kernel", 4),
            }
        );

    private static SwinTOptions SwinT(ConfigSection s) =>
        Staged(
            s,
            new SwinTOptions
            {
                Architecture = s.Text("model_type") switch
                {
                    "tiny" => SwinArchitecture.Tiny,
                    "small" => SwinArchitecture.Small,
                    "base" => SwinArchitecture.Base,
                    _ when s.Section("arch") is { } arch => new(
                        arch.Whole("embed", 96),
                        arch.Wholes("depths") ?? SwinArchitecture.Tiny.Depths,
                        arch.Wholes("num_heads") ?? SwinArchitecture.Tiny.Heads
                    ),
                    var other => Unknown(s, other, SwinArchitecture.Tiny, "tiny, small or base"),
                },
                PatchSize = s.Whole("patch_size", 4),
                WindowSize = s.Whole("window_size", 7),
            }
        );

    /// <summary>Reads the keys that ConvNeXt and Swin Transformer share.</summary>
    private static T Staged<T>(ConfigSection s, T backbone)
        where T : StagedBackboneOptions =>
        (T)(
            backbone with
            {
                StemPatchStride = s.Whole("stem_patch_stride", 2),
                PretrainedWeights = s.Text("pre_trained_weights") is null ? null : PretrainedWeights.ImageNet,
                InChannels = s.Whole("in_channels", 1),
                KernelSize = s.Whole("kernel_size", 3),
                FiltersRate = s.Single("filters_rate", 2),
                ConvsPerBlock = s.Whole("convs_per_block", 2),
                UpInterpolate = s.Flag("up_interpolate", true),
                OutputStride = s.Whole("output_stride", 1),
                MaxStride = s.Whole("max_stride", 32),
            }
        );

    private static T Unknown<T>(ConfigSection section, string? name, T other, string expected)
    {
        if (name is not null)
            section.Fault("model_type", $"is '{OneLine.Short(name)}', expected {expected}, or another name with arch.");
        return other;
    }

    /// <summary>Returns the name of a known architecture, or <see cref="Custom"/>; null for none.</summary>
    /// <remarks>sleap-nn uses tiny if there is no name, and reads arch only if it does not know the name.</remarks>
    public static string? NameOf(ConvNeXtArchitecture? architecture)
    {
        (string, ConvNeXtArchitecture)[] known =
        [
            ("tiny", ConvNeXtArchitecture.Tiny),
            ("small", ConvNeXtArchitecture.Small),
            ("base", ConvNeXtArchitecture.Base),
            ("large", ConvNeXtArchitecture.Large),
        ];
        if (architecture is null)
            return null;
        return known
                .FirstOrDefault(one =>
                    one.Item2.Depths.SequenceEqual(architecture.Depths)
                    && one.Item2.Channels.SequenceEqual(architecture.Channels)
                )
                .Item1
            ?? Custom;
    }

    /// <inheritdoc cref="NameOf(ConvNeXtArchitecture?)"/>
    public static string? NameOf(SwinArchitecture? architecture)
    {
        (string, SwinArchitecture)[] known =
        [
            ("tiny", SwinArchitecture.Tiny),
            ("small", SwinArchitecture.Small),
            ("base", SwinArchitecture.Base),
        ];
        if (architecture is null)
            return null;
        return known
                .FirstOrDefault(one =>
                    one.Item2.EmbeddingDimensions == architecture.EmbeddingDimensions
                    && one.Item2.Depths.SequenceEqual(architecture.Depths)
                    && one.Item2.Heads.SequenceEqual(architecture.Heads)
                )
                .Item1
            ?? Custom;
    }
}
