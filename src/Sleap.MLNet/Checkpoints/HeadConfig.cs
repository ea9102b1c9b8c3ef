namespace Sleap.MLNet;

/// <summary>sleap-nn's <c>head_configs</c>: what a network finds, and how.</summary>
internal sealed class HeadConfig
{
    private static readonly Dictionary<string, ModelType> Types = new()
    {
        ["single_instance"] = ModelType.SingleInstance,
        ["centroid"] = ModelType.Centroid,
        ["centered_instance"] = ModelType.CenteredInstance,
        ["bottomup"] = ModelType.BottomUp,
        ["multi_class_topdown"] = ModelType.TopDownId,
        ["multi_class_bottomup"] = ModelType.BottomUpId,
    };

    public required ModelType Type { get; init; }

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
                    : $"has {heads.SectionsIn.Count} model types ({string.Join(", ", heads.SectionsIn)}), expected "
                        + $"one: "
                        + $"set the others to null."
            );
            return null;
        }
        if (!Types.TryGetValue(name, out var type))
        {
            heads.Fault(name, $"is no model type known here, expected one of {string.Join(", ", Types.Keys)}.");
            return null;
        }
        var section = heads.Section(name)!;
        if (section.Section("confmaps") is not { } maps)
        {
            section.Fault("confmaps", "is missing, expected the confidence maps' sigma and output_stride.");
            return null;
        }
        maps.Skip("part_names"); // the skeleton has them; sleap-nn's own files differ in their spelling
        return Of(type, section, maps);
    }

    /// <summary>The head of a type, once its section and that of its confidence maps are found.</summary>
    public static HeadConfig Of(ModelType type, ConfigSection section, ConfigSection maps)
    {
        var (pafs, classMaps, classVectors) = (
            section.Section("pafs"),
            section.Section("class_maps"),
            section.Section("class_vectors")
        );
        if (type == ModelType.BottomUp && pafs is null)
            section.Fault("pafs", "is missing, expected the part affinity fields of a bottom-up model.");
        if (type == ModelType.BottomUpId && classMaps is null)
            section.Fault("class_maps", "is missing, expected the class maps of a bottom-up ID model.");
        if (type == ModelType.TopDownId && classVectors is null)
            section.Fault("class_vectors", "is missing, expected the class vectors of a top-down ID model.");
        if (maps.Number("focal_loss_alpha", 0) == 0)
            maps.Skip("focal_loss_beta", "focal_loss_pos_threshold");
        // Weights of losses count against each other: that of the confidence maps is 1 here.
        var weight = maps.Single("loss_weight", 1);
        if (!(weight > 0))
        {
            maps.Fault("loss_weight", $"is {weight}, expected a number above 0.");
            weight = 1;
        }
        float Weight(ConfigSection head) => head.Single("loss_weight", 1) / weight;
        return new HeadConfig
        {
            Type = type,
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
                    LeastProbability = null,
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
        s.Skip("output_stride", "class_output"); // the head reads the deepest map whatever this says
        return new()
        {
            Layers = s.Whole("num_fc_layers", 1),
            Units = s.Whole("num_fc_units", 64),
            GlobalPool = s.Flag("global_pool", true),
        };
    }
}
