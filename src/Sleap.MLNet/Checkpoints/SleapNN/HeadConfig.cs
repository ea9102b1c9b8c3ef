using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>head_configs</c>: the model type, its heads and its losses.</summary>
internal sealed class HeadConfig
{
    public required ModelTypes.Network Network { get; init; }

    public required float Sigma { get; init; }

    public required int OutputStride { get; init; }

    public required bool Sigmoid { get; init; }

    public required string? AnchorPart { get; init; }

    public PartAffinityOptions? PartAffinity { get; init; }

    public IReadOnlyList<(string Source, string Destination)> Edges { get; init; } = [];

    public ClassMapOptions? ClassMaps { get; init; }

    public ClassVectorOptions? ClassVectors { get; init; }

    public IReadOnlyList<string> Classes { get; init; } = [];

    public static HeadConfig? Read(ConfigSection model)
    {
        var heads = model.Section("head_configs");
        if (heads?.SectionsIn is not [var name])
        {
            model.Fault(
                "head_configs",
                heads is null
                    ? "is missing, expected a section with one model type."
                    : $"has {heads.SectionsIn.Count} model types ({OneLine.Some(heads.SectionsIn)}), expected "
                        + $"one: "
                        + $"set the others to null."
            );
            return null;
        }
        if (ModelTypes.Networks.FirstOrDefault(known => known.SleapNN == name) is not { } network)
        {
            var names = string.Join(", ", ModelTypes.Networks.Select(known => known.SleapNN));
            heads.Fault(name, $"is no model type known here, expected one of {names}.");
            return null;
        }
        var section = heads.Section(name)!;
        if (section.Section("confmaps") is not { } maps)
        {
            section.Fault("confmaps", "is missing, expected the confidence maps' sigma and output_stride.");
            return null;
        }
        maps.Ignore("part_names"); // the skeleton has them; in sleap-nn's own files the spelling differs
        return Of(network, section, maps);
    }

    /// <summary>Reads the head of a type from its section and that of its confidence maps.</summary>
    public static HeadConfig Of(ModelTypes.Network network, ConfigSection section, ConfigSection maps)
    {
        var (pafs, classMaps, classVectors) = (
            section.Section("pafs"),
            section.Section("class_maps"),
            section.Section("class_vectors")
        );
        if (network.Head is { } head && section.Section(head.Name) is null)
            section.Fault(head.Name, $"is missing, expected {head.Meaning}.");
        if (maps.Number("focal_loss_alpha", 0) == 0)
            maps.Ignore("focal_loss_beta", "focal_loss_pos_threshold");
        // Only the ratios of the loss weights matter: the weight of the confidence maps is 1 here.
        var weight = maps.Single("loss_weight", 1);
        if (!(weight > 0))
        {
            maps.Fault("loss_weight", $"is {weight}, expected a number above 0.");
            weight = 1;
        }
        float Weight(ConfigSection head) => head.Single("loss_weight", 1) / weight;
        return new HeadConfig
        {
            Network = network,
            Sigma = maps.Single("sigma", 5),
            OutputStride = maps.Whole("output_stride", 1),
            Sigmoid = maps.Flag("use_sigmoid_activation", false),
            AnchorPart = maps.Text("anchor_part"),
            PartAffinity = pafs is null
                ? null
                : new()
                {
                    Grouping = GroupingRule.SleapNN,
                    Sigma = pafs.Single("sigma", 15),
                    OutputStride = pafs.Whole("output_stride", 1),
                    LossWeight = Weight(pafs),
                },
            Edges = pafs?.Pairs("edges") ?? [],
            ClassMaps = classMaps is null
                ? null
                : new()
                {
                    Sigma = classMaps.Single("sigma", 5),
                    OutputStride = classMaps.Whole("output_stride", 1),
                    LossWeight = Weight(classMaps),
                    MinClassProbability = null,
                },
            ClassVectors = classVectors is null
                ? null
                : VectorsOf(classVectors) with
                {
                    LossWeight = Weight(classVectors),
                },
            Classes = [.. (classMaps ?? classVectors)?.Texts("classes") ?? []],
        };
    }

    private static ClassVectorOptions VectorsOf(ConfigSection s)
    {
        s.Ignore("output_stride", "class_output"); // the head always reads the deepest map
        return new()
        {
            Layers = s.Whole("num_fc_layers", 1),
            Units = s.Whole("num_fc_units", 64),
            GlobalPool = s.Flag("global_pool", true),
        };
    }
}
