using System.CommandLine;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>The options of <c>sleap predict</c> that change the settings of the model.</summary>
internal sealed class PredictionWords
{
    private const float DefaultOverlap = 0.8f; // sleap-nn's

    private readonly Option<float?> _threshold = new("--peak-threshold")
    {
        Description = "Peaks lower than this are missing nodes; else the model's.",
    };
    private readonly Option<float?> _centroids = new("--centroid-threshold")
    {
        Description = "Top-down: centers of lower peaks are not looked at; else the model's.",
    };
    private readonly Option<int?> _most = new("--max-instances")
    {
        Description =
            "Instances that are looked for in a frame at most, before the filters; else the model's. Top-down, "
            + "bottom-up and centroid.",
    };
    private readonly Option<string?> _refinement = NamedOptions.Choice(
        "--refinement",
        "gaussian, integral or none; else the model's.",
        "gaussian",
        "integral",
        "none"
    );
    private readonly Option<int?> _batch = new("--batch-size")
    {
        Description = "Frames that the network sees at once; else the model's.",
    };
    private readonly Option<float?> _scale = new("--input-scale")
    {
        Description =
            "Scale of the network's input, for instances that have another size in pixels than in training; else the "
            + "model's. Top-down: of both stages.",
    };
    private readonly Option<int?> _crop = new("--crop-size")
    {
        Description = "Top-down: side of the crops in pixels of the frame; else the model's.",
    };
    private readonly Option<float?> _lineScore = new("--min-line-scores")
    {
        Description = "Bottom-up: least score of a connection, -1 to 1; else the model's.",
    };
    private readonly Option<int?> _linePoints = new("--n-points")
    {
        Description = "Bottom-up: points at which a connection is measured; else the model's.",
    };
    private readonly Option<float?> _edgeLength = new("--max-edge-length-ratio")
    {
        Description =
            "Bottom-up: longest edge without a penalty, as a fraction of the network input's longest side; else the "
            + "model's.",
    };
    private readonly Option<float?> _penalty = new("--dist-penalty-weight")
    {
        Description = "Bottom-up: weight of the penalty for longer edges; else the model's.",
    };
    private readonly Option<float?> _peaks = new("--min-instance-peaks")
    {
        Description = "Bottom-up: nodes that an instance has at least, below 1 a fraction; else the model's.",
    };
    private readonly Option<float?> _minPeak = new("--filter-min-peak-value")
    {
        Description = "Nodes of lower peaks become missing, before the other filters.",
    };
    private readonly Option<int?> _minNodes = new("--filter-min-visible-nodes")
    {
        Description = "Instances with fewer visible nodes are left out.",
    };
    private readonly Option<float?> _minFraction = new("--filter-min-visible-node-fraction")
    {
        Description = "Instances with a smaller share of visible nodes are left out, 0 to 1.",
    };
    private readonly Option<float?> _minNodeScore = new("--filter-min-mean-node-score")
    {
        Description = "Instances whose visible nodes have a lower mean score are left out.",
    };
    private readonly Option<float?> _minScore = new("--filter-min-instance-score")
    {
        Description = "Instances of a lower score are left out.",
    };
    private readonly Option<bool> _overlapping = new("--filter-overlapping")
    {
        Description = "Of two instances that overlap the one of the lower score is left out.",
    };
    private readonly Option<string?> _overlapMethod = NamedOptions.Choice(
        "--filter-overlapping-method",
        "How overlap is measured for --filter-overlapping: iou of boxes, or oks of nodes; else the model's, or iou.",
        "iou",
        "oks"
    );
    private readonly Option<float?> _overlap = new("--filter-overlapping-threshold")
    {
        Description = "Overlap that --filter-overlapping allows, 0 to 1; else the model's, or 0.8.",
    };
    private readonly Option<float?> _distance = new("--filter-min-centroid-distance")
    {
        Description =
            "Of two instances whose centers are closer, in pixels, the one of the lower score is left out. The filter of "
            + "overlap for a centroid model, whose instances are points.",
    };
    private readonly Option<int?> _filterMost = new("--filter-max-instances")
    {
        Description =
            "Instances that are kept in a frame at most, those of the highest scores, after the other filters.",
    };
    private readonly Option<int?> _tile = new("--tile")
    {
        Description =
            "Side in pixels of the network input of the tiles that large frames are cut into; else whole frames, "
            + "unless the memory forbids it.",
    };
    private readonly Option<int?> _tileOverlap = new("--tile-overlap")
    {
        Description =
            "Pixels that neighboring tiles share; else so many that a U-Net's peaks are those of whole frames.",
    };
    private readonly Option<bool> _keepSize = new("--keep-frame-size")
    {
        Description =
            "Frames keep their size; else they are matched to the size of those that the model was trained on.",
    };
    private readonly Option<string?> _precision = NamedOptions.Choice(
        "--precision",
        "single, or bfloat16: twice as fast on CPUs that compute it, 3 times with AMX ('sleap doctor' says), "
            + "and places move by some hundredths of a pixel. Else the model's.",
        "single",
        "bfloat16"
    );
    private readonly Option<string> _device = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<bool> _fallback = new("--fallback-to-cpu")
    {
        Description = "Where the machine has no such --device, the CPU predicts, with a warning; else it is an error.",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
        [
            _threshold,
            _centroids,
            _most,
            _refinement,
            _batch,
            _scale,
            _crop,
            .. Grouping,
            _minPeak,
            _minNodes,
            _minFraction,
            _minNodeScore,
            _minScore,
            _overlapping,
            _overlapMethod,
            _overlap,
            _distance,
            _filterMost,
            _tile,
            _tileOverlap,
            _keepSize,
            _precision,
            _device,
            _fallback,
        ];

    private IReadOnlyList<Option> Grouping => [_lineScore, _linePoints, _edgeLength, _penalty, _peaks];

    /// <summary>Whether the device is the CPU and the precision is not said.</summary>
    public bool MayBeFaster(ParseResult parsed) =>
        parsed.GetValue(_precision) is null
        && parsed.GetRequiredValue(_device) is var device
        && (device == "cpu" || (device == "auto" && !TorchDevice.HasCuda));

    /// <summary>Returns the model with the settings of a command line.</summary>
    /// <exception cref="ArgumentException">A setting is wrong, or is of another type of model.</exception>
    public PoseModelTransformer Apply(ParseResult parsed, PoseModelTransformer model)
    {
        Require<CenteredInstanceOptions>(parsed, model, "models with crops", [_crop]);
        Require<BottomUpOptions>(parsed, model, "bottom-up models", Grouping);
        return model.With(
            new PredictionOptions
            {
                PeakThreshold = parsed.GetValue(_threshold),
                CentroidThreshold = parsed.GetValue(_centroids),
                MaxInstances = parsed.GetValue(_most),
                Refinement = parsed.GetValue(_refinement) is { } name
                    ? Enum.Parse<PeakRefinement>(name, ignoreCase: true)
                    : null,
                BatchSize = parsed.GetValue(_batch),
                Scale = parsed.GetValue(_scale),
                CropSize = parsed.GetValue(_crop),
                MinLineScore = parsed.GetValue(_lineScore),
                LinePoints = parsed.GetValue(_linePoints),
                MaxEdgeLengthRatio = parsed.GetValue(_edgeLength),
                DistancePenaltyWeight = parsed.GetValue(_penalty),
                MinInstancePeaks = parsed.GetValue(_peaks),
                Filter = Filter(parsed, model.ModelOptions.Filter),
                TileSize = parsed.GetValue(_tile),
                TileOverlap = parsed.GetValue(_tileOverlap),
                KeepFrameSize = parsed.GetValue(_keepSize),
                Precision = parsed.GetValue(_precision) is { } numbers
                    ? Enum.Parse<Precision>(numbers, ignoreCase: true)
                    : null,
                Device = parsed.GetRequiredValue(_device),
                FallbackToCpu = parsed.GetValue(_fallback),
            }
        );
    }

    /// <summary>The model's filter with the parts that the command line says.</summary>
    private InstanceFilterOptions Filter(ParseResult parsed, InstanceFilterOptions model)
    {
        var isOverlapping = parsed.GetValue(_overlapping);
        if (!isOverlapping && parsed.Given([_overlapMethod, _overlap]) is [var word, ..])
            throw new ArgumentException($"{word.Name} needs --filter-overlapping.");
        return model with
        {
            MinPeakValue = parsed.GetValue(_minPeak) ?? model.MinPeakValue,
            MinVisibleNodes = parsed.GetValue(_minNodes) ?? model.MinVisibleNodes,
            MinVisibleNodeFraction = parsed.GetValue(_minFraction) ?? model.MinVisibleNodeFraction,
            MinMeanNodeScore = parsed.GetValue(_minNodeScore) ?? model.MinMeanNodeScore,
            MinInstanceScore = parsed.GetValue(_minScore) ?? model.MinInstanceScore,
            OverlapThreshold =
                parsed.GetValue(_overlap) ?? model.OverlapThreshold ?? (isOverlapping ? DefaultOverlap : null),
            OverlapMethod = parsed.GetValue(_overlapMethod) is { } method
                ? Enum.Parse<InstanceSimilarity>(method, ignoreCase: true)
                : model.OverlapMethod,
            MinCentroidDistance = parsed.GetValue(_distance) ?? model.MinCentroidDistance,
            MaxInstances = parsed.GetValue(_filterMost) ?? model.MaxInstances,
        };
    }

    private static void Require<TNetwork>(
        ParseResult parsed,
        PoseModelTransformer model,
        string kind,
        IEnumerable<Option> words
    )
    {
        if (parsed.Given(words) is [var word, ..] && !model.ModelOptions.Networks.OfType<TNetwork>().Any())
            throw new ArgumentException($"{word.Name} is for {kind}, and this one is {ModelLoader.TypeOf(model)}.");
    }
}
