using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>head_configs</c>: the model type, its heads and its losses.</summary>
internal sealed class HeadConfig
{
    public required ModelTypes.Network Network { get; init; }

    public required float Sigma { get; init; }

    public required int OutputStride { get; init; }

    public required bool Sigmoid { get; init; }

    public FocalLoss? FocalLoss { get; init; }

    /// <summary>The smallest stride of the heads that read the decoder.</summary>
    public int SmallestStride =>
        new[] { OutputStride, PartAffinity?.OutputStride, ClassMaps?.OutputStride }.OfType<int>().Min();

    public required string? AnchorPart { get; init; }

    public CentroidMethod CentroidMethod { get; init; }

    /// <summary>Whether centroids are those that a person placed; null: where there are any.</summary>
    public bool? UserCentroids { get; init; }

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
            var reason = ConfigKeys.Find(heads.PathOf(name)) is { Here: var here } ? $" ({here})" : "";
            heads.Fault(name, $"is no model type known here{reason}, expected one of {names}.");
            return null;
        }
        var section = heads.Section(name)!;
        if (section.Section("confmaps") is not { } maps)
        {
            section.Fault("confmaps", "is missing, expected the confidence maps' sigma and output_stride.");
            return null;
        }
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
            FocalLoss = FocalLossOf(maps),
            AnchorPart = maps.Text("anchor_part"),
            UserCentroids = UserCentroidsOf(maps),
            CentroidMethod = CentroidMethodOf(maps),
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
                    WritesIdentities = WritesIdentities(classMaps),
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

    /// <summary>sleap-nn's names of the centers of an instance.</summary>
    public static IReadOnlyDictionary<string, CentroidMethod> CentroidMethods { get; } =
        new Dictionary<string, CentroidMethod>
        {
            ["center_of_mass"] = CentroidMethod.Mean,
            ["bbox_center"] = CentroidMethod.BoxCenter,
            ["geometric_median"] = CentroidMethod.GeometricMedian,
        };

    /// <summary>sleap-nn's name of a method.</summary>
    public static string NameOf(CentroidMethod method) => CentroidMethods.Single(name => name.Value == method).Key;

    private static bool? UserCentroidsOf(ConfigSection maps) =>
        maps.Text("centroid_source") is null
            ? null
            : maps.OneOf("centroid_source", "user", "computed", "anchor") == "user";

    // With an anchor the method is that of instances whose anchor is missing.
    private static CentroidMethod CentroidMethodOf(ConfigSection maps)
    {
        const string key = "centroid_method";
        var hasAnchor = maps.Text("anchor_part") is not null;
        var method = maps.Text(key);
        if (hasAnchor && method is not (null or "anchor"))
            maps.Fault(key, $"is '{method}', but anchor_part says otherwise: set one of them to null.");
        var used = hasAnchor ? "centroid_fallback" : key;
        var name = maps.Text(used);
        if (name is null || CentroidMethods.ContainsKey(name))
            return CentroidMethods[name ?? "center_of_mass"];
        maps.Fault(used, $"is '{name}', expected one of {string.Join(", ", CentroidMethods.Keys)}.");
        return default;
    }

    private static FocalLoss? FocalLossOf(ConfigSection maps)
    {
        var (alpha, beta, least) = (
            maps.Single("focal_loss_alpha", 0),
            maps.Single("focal_loss_beta", 4),
            maps.Single("focal_loss_pos_threshold", 0.5f)
        );
        return alpha == 0
            ? null
            : new()
            {
                Alpha = alpha,
                Beta = beta,
                PositiveThreshold = least,
            };
    }

    /// <summary>Values of <c>class_output</c>: classes are written as tracks, or as identities too.</summary>
    public static string[] ClassOutputs { get; } = ["track", "identity"];

    private static bool WritesIdentities(ConfigSection head) =>
        head.OneOf("class_output", ClassOutputs) == ClassOutputs[1];

    private static ClassVectorOptions VectorsOf(ConfigSection s) =>
        new()
        {
            Layers = s.Whole("num_fc_layers", 1),
            Units = s.Whole("num_fc_units", 64),
            GlobalPool = s.Flag("global_pool", true),
            WritesIdentities = WritesIdentities(s),
        };
}
