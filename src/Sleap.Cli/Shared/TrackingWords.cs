using System.CommandLine;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>The options of tracking, with sleap-nn's names, for <c>sleap track</c> and <c>sleap predict</c>.</summary>
internal sealed class TrackingWords
{
    private static readonly TrackingOptions Defaults = new();

    private readonly Option<string?> _candidates = NamedOptions.Choice(
        "--candidates_method",
        "What a frame is compared with; else local_queues.",
        "fixed_window",
        "local_queues"
    );
    private readonly Option<int> _window = new("--tracking_window_size")
    {
        Description = "Frames, or instances of a track, to compare with.",
        DefaultValueFactory = _ => Defaults.WindowSize,
    };
    private readonly Option<string?> _features = NamedOptions.Choice(
        "--features",
        "Which part of an instance is compared; default keypoints.",
        "keypoints",
        "centroids",
        "bboxes"
    );
    private readonly Option<string?> _scoring = NamedOptions.Choice(
        "--scoring_method",
        "How it is compared; else as the features want it.",
        "weighted_oks",
        "oks",
        "iou",
        "euclidean_dist"
    );
    private readonly Option<double> _oksStddev = new("--oks_stddev")
    {
        Description = "Spread of a node for OKS.",
        DefaultValueFactory = _ => Defaults.OksStandardDeviation,
    };
    private readonly Option<string?> _reduction = NamedOptions.Choice(
        "--scoring_reduction",
        "How the scores of a track become one; else mean.",
        "mean",
        "max",
        "robust_quantile"
    );
    private readonly Option<double> _robust = new("--robust_best_instance")
    {
        Description = "The quantile of robust_quantile.",
        DefaultValueFactory = _ => Defaults.RobustQuantile,
    };
    private readonly Option<string?> _matching = NamedOptions.Choice(
        "--track_matching_method",
        "How instances and tracks are paired; default hungarian.",
        "hungarian",
        "greedy"
    );
    private readonly Option<int?> _maxTracks = new("--max_tracks")
    {
        Description = "The number of tracks that is never passed.",
    };
    private readonly Option<bool> _kalman = new("--use_kalman")
    {
        Description = "Predict the positions of instances with a Kalman filter.",
    };
    private readonly Option<bool> _flow = new("--use_flow")
    {
        Description = "Predict the positions of instances with optical flow; needs the video.",
    };
    private readonly Option<double> _flowScale = new("--of_img_scale")
    {
        Description = "What images are scaled by for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowScale,
    };
    private readonly Option<int> _flowWindow = new("--of_window_size")
    {
        Description = "Side of the window around a node for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowWindow,
    };
    private readonly Option<int> _flowLevels = new("--of_max_levels")
    {
        Description = "Smaller copies of the image for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowLevels,
    };
    private readonly Option<int> _newPoints = new("--min_new_track_points")
    {
        Description = "A new track needs more visible nodes than this.",
    };
    private readonly Option<int> _matchPoints = new("--min_match_points")
    {
        Description = "An instance to compare with needs more visible nodes than this.",
    };
    private readonly Option<int?> _target = new("--tracking_target_instance_count")
    {
        Description = "How many animals there are, for --tracking_pre_cull_to_target.",
    };
    private readonly Option<int> _preCull = new("--tracking_pre_cull_to_target")
    {
        Description = "1: keep only the best instances before tracking.",
    };
    private readonly Option<double?> _preCullIou = new("--tracking_pre_cull_iou_threshold")
    {
        Description = "Remove overlapping instances first.",
    };
    private readonly Option<int> _clean = new("--tracking_clean_instance_count")
    {
        Description = "Largest number of instances in a frame; only the best keep a track.",
    };
    private readonly Option<double?> _cleanIou = new("--tracking_clean_iou_threshold")
    {
        Description = "Remove overlapping instances first.",
    };
    private readonly Option<bool> _connect = new("--post_connect_single_breaks")
    {
        Description = "A new track goes on as the single missing one.",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
        [
            _candidates,
            _window,
            _features,
            _scoring,
            _oksStddev,
            _reduction,
            _robust,
            _matching,
            _maxTracks,
            _kalman,
            _flow,
            _flowScale,
            _flowWindow,
            _flowLevels,
            _newPoints,
            _matchPoints,
            _target,
            _preCull,
            _preCullIou,
            _clean,
            _cleanIou,
            _connect,
        ];

    /// <summary>Returns how to track.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="areCenters">Whether instances have one node, so that they have no size that OKS could compare with:
    /// unless the command line says otherwise, distances are compared.</param>
    /// <exception cref="ArgumentException">Options contradict each other.</exception>
    public TrackingOptions Read(ParseResult parsed, bool areCenters)
    {
        var preCull = parsed.GetValue(_preCull) != 0;
        if (preCull && parsed.GetValue(_target) is null)
            throw new ArgumentException("--tracking_pre_cull_to_target needs --tracking_target_instance_count.");
        if (parsed.GetValue(_kalman) && parsed.GetValue(_flow))
            throw new ArgumentException("--use_kalman and --use_flow are both given; tracks are expected in one way.");
        var features = parsed.GetValue(_features) switch
        {
            "centroids" => TrackFeatures.Centroids,
            "bboxes" => TrackFeatures.BoundingBoxes,
            "keypoints" => TrackFeatures.Keypoints,
            _ => areCenters && parsed.GetValue(_scoring) is null ? TrackFeatures.Centroids : Defaults.Features,
        };
        return Defaults with
        {
            Candidates = parsed.GetValue(_candidates) switch
            {
                "fixed_window" => TrackCandidates.FixedWindow,
                "local_queues" => TrackCandidates.LocalQueues,
                _ => Defaults.Candidates,
            },
            WindowSize = parsed.GetValue(_window),
            Features = features,
            Scoring = parsed.GetValue(_scoring) switch
            {
                "weighted_oks" => TrackScoring.WeightedOks,
                "oks" => TrackScoring.Oks,
                "iou" => TrackScoring.Iou,
                "euclidean_dist" => TrackScoring.EuclideanDistance,
                _ => features switch
                {
                    TrackFeatures.BoundingBoxes => TrackScoring.Iou,
                    TrackFeatures.Centroids => TrackScoring.EuclideanDistance,
                    _ => TrackScoring.WeightedOks,
                },
            },
            OksStandardDeviation = parsed.GetValue(_oksStddev),
            Reduction = parsed.GetValue(_reduction) switch
            {
                "max" => ScoreReduction.Max,
                "robust_quantile" => ScoreReduction.RobustQuantile,
                "mean" => ScoreReduction.Mean,
                _ => Defaults.Reduction,
            },
            RobustQuantile = parsed.GetValue(_robust),
            Matching = parsed.GetValue(_matching) switch
            {
                "greedy" => TrackMatching.Greedy,
                "hungarian" => TrackMatching.Hungarian,
                _ => Defaults.Matching,
            },
            MaxTracks = parsed.GetValue(_maxTracks),
            Motion =
                parsed.GetValue(_kalman) ? TrackMotion.Kalman
                : parsed.GetValue(_flow) ? TrackMotion.OpticalFlow
                : Defaults.Motion,
            FlowScale = parsed.GetValue(_flowScale),
            FlowWindow = parsed.GetValue(_flowWindow),
            FlowLevels = parsed.GetValue(_flowLevels),
            MinNewTrackPoints = parsed.GetValue(_newPoints),
            MinMatchPoints = parsed.GetValue(_matchPoints),
            PreCullCount = preCull ? parsed.GetValue(_target) : null,
            PreCullIou = parsed.GetValue(_preCullIou),
            CleanCount = parsed.GetValue(_clean) > 0 ? parsed.GetValue(_clean) : null,
            CleanIou = parsed.GetValue(_cleanIou),
            ConnectSingleBreaks = parsed.GetValue(_connect),
        };
    }
}
