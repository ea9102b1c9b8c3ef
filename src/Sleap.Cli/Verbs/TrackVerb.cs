using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap track IN --out OUT</c>: gives the animals of predictions their tracks. The options have sleap-nn's names.
/// </summary>
internal static class TrackVerb
{
    private static readonly TrackingOptions Defaults = new();

    private static readonly Argument<string> In = new("in") { Description = "Predictions of any format that is read." };
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where to write; the ending says the format.",
        Required = true,
    };
    private static readonly Option<string?> Candidates = Choice(
        "--candidates_method",
        "What a frame is compared with; else local_queues.",
        "fixed_window",
        "local_queues"
    );
    private static readonly Option<int> Window = new("--tracking_window_size")
    {
        Description = "Frames, or instances of a track, to compare with.",
        DefaultValueFactory = _ => Defaults.WindowSize,
    };
    private static readonly Option<string?> Features = Choice(
        "--features",
        "Which part of an instance is compared; default keypoints.",
        "keypoints",
        "centroids",
        "bboxes"
    );
    private static readonly Option<string?> Scoring = Choice(
        "--scoring_method",
        "How it is compared; else as the features want it.",
        "weighted_oks",
        "oks",
        "iou",
        "euclidean_dist"
    );
    private static readonly Option<double> OksStddev = new("--oks_stddev")
    {
        Description = "Spread of a node for OKS.",
        DefaultValueFactory = _ => Defaults.OksStandardDeviation,
    };
    private static readonly Option<string?> Reduction = Choice(
        "--scoring_reduction",
        "How the scores of a track become one; else mean.",
        "mean",
        "max",
        "robust_quantile"
    );
    private static readonly Option<double> Robust = new("--robust_best_instance")
    {
        Description = "The quantile of robust_quantile.",
        DefaultValueFactory = _ => Defaults.RobustQuantile,
    };
    private static readonly Option<string?> Matching = Choice(
        "--track_matching_method",
        "How instances and tracks are paired; default hungarian.",
        "hungarian",
        "greedy"
    );
    private static readonly Option<int?> MaxTracks = new("--max_tracks")
    {
        Description = "The number of tracks that is never passed.",
    };
    private static readonly Option<bool> Kalman = new("--use_kalman")
    {
        Description = "Predict the positions of instances with a Kalman filter.",
    };
    private static readonly Option<bool> Flow = new("--use_flow")
    {
        Description = "Predict the positions of instances with optical flow; needs the video.",
    };
    private static readonly Option<double> FlowScale = new("--of_img_scale")
    {
        Description = "What images are scaled by for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowScale,
    };
    private static readonly Option<int> FlowWindow = new("--of_window_size")
    {
        Description = "Side of the window around a node for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowWindow,
    };
    private static readonly Option<int> FlowLevels = new("--of_max_levels")
    {
        Description = "Smaller copies of the image for --use_flow.",
        DefaultValueFactory = _ => Defaults.FlowLevels,
    };
    private static readonly Option<int> NewPoints = new("--min_new_track_points")
    {
        Description = "A new track needs more visible nodes than this.",
    };
    private static readonly Option<int> MatchPoints = new("--min_match_points")
    {
        Description = "An instance to compare with needs more visible nodes than this.",
    };
    private static readonly Option<int?> Target = new("--tracking_target_instance_count")
    {
        Description = "How many animals there are, for --tracking_pre_cull_to_target.",
    };
    private static readonly Option<int> PreCull = new("--tracking_pre_cull_to_target")
    {
        Description = "1: keep only the best instances before tracking.",
    };
    private static readonly Option<double?> PreCullIou = new("--tracking_pre_cull_iou_threshold")
    {
        Description = "Remove overlapping instances first.",
    };
    private static readonly Option<int> Clean = new("--tracking_clean_instance_count")
    {
        Description = "Largest number of instances in a frame; only the best keep a track.",
    };
    private static readonly Option<double?> CleanIou = new("--tracking_clean_iou_threshold")
    {
        Description = "Remove overlapping instances first.",
    };
    private static readonly Option<bool> Connect = new("--post_connect_single_breaks")
    {
        Description = "A new track goes on as the single missing one.",
    };

    public static Command Create()
    {
        var json = VerbOutput.Json();
        var verb = new Command(
            "track",
            "Assigns tracks to predicted instances.\n"
                + "Example: sleap track session.slp --max_tracks 2 --out session.tracked.slp"
        )
        {
            In,
            Out,
            Candidates,
            Window,
            Features,
            Scoring,
            OksStddev,
            Reduction,
            Robust,
            Matching,
            MaxTracks,
            Kalman,
            Flow,
            FlowScale,
            FlowWindow,
            FlowLevels,
            NewPoints,
            MatchPoints,
            Target,
            PreCull,
            PreCullIou,
            Clean,
            CleanIou,
            Connect,
            json,
        };
        verb.SetAction(parsed =>
        {
            var output = parsed.GetRequiredValue(Out);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var labels = VerbOutput.Context().Pose().Track(Labels.Load(parsed.GetRequiredValue(In)), Options(parsed));
            var seconds = clock.Elapsed.TotalSeconds;
            foreach (var remark in labels.Save(output))
                Terminal.Say(remark);
            var instances = labels.Frames.SelectMany(frame => frame.Instances).ToList();
            var untracked = instances.Count(instance => instance.Track is null);
            var used = instances.Select(instance => instance.Track).ToHashSet();
            if (labels.Tracks.Where(track => !used.Contains(track)).ToList() is [_, ..] former)
            {
                Terminal.Say(
                    $"{string.Join(", ", former.Select(track => track.Name))}: former tracks, which have no instances "
                        + "now, stay because events, boxes or other data of the file refer to them"
                );
            }

            var result = new JsonObject
            {
                ["out"] = output,
                ["frames"] = labels.Frames.Count,
                ["instances"] = instances.Count,
                ["untracked"] = untracked,
                ["tracks"] = labels.Tracks.Count,
                ["frames_per_second"] = VerbOutput.Number(labels.Frames.Count / seconds),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                result,
                [
                    $"{labels.Frames.Count} frames, {instances.Count} instances, {untracked} of them without a track, "
                        + $"{labels.Tracks.Count} tracks → {output}",
                ]
            );
            return 0;
        });
        return verb;
    }

    private static TrackingOptions Options(ParseResult parsed)
    {
        var preCull = parsed.GetValue(PreCull) != 0;
        if (preCull && parsed.GetValue(Target) is null)
            throw new ArgumentException("--tracking_pre_cull_to_target needs --tracking_target_instance_count.");
        if (parsed.GetValue(Kalman) && parsed.GetValue(Flow))
            throw new ArgumentException("--use_kalman and --use_flow are both given; tracks are expected in one way.");
        var features = parsed.GetValue(Features) switch
        {
            "centroids" => TrackFeatures.Centroids,
            "bboxes" => TrackFeatures.BoundingBoxes,
            "keypoints" => TrackFeatures.Keypoints,
            _ => Defaults.Features,
        };
        return Defaults with
        {
            Candidates = parsed.GetValue(Candidates) switch
            {
                "fixed_window" => TrackCandidates.FixedWindow,
                "local_queues" => TrackCandidates.LocalQueues,
                _ => Defaults.Candidates,
            },
            WindowSize = parsed.GetValue(Window),
            Features = features,
            Scoring = parsed.GetValue(Scoring) switch
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
            OksStandardDeviation = parsed.GetValue(OksStddev),
            Reduction = parsed.GetValue(Reduction) switch
            {
                "max" => ScoreReduction.Max,
                "robust_quantile" => ScoreReduction.RobustQuantile,
                "mean" => ScoreReduction.Mean,
                _ => Defaults.Reduction,
            },
            RobustQuantile = parsed.GetValue(Robust),
            Matching = parsed.GetValue(Matching) switch
            {
                "greedy" => TrackMatching.Greedy,
                "hungarian" => TrackMatching.Hungarian,
                _ => Defaults.Matching,
            },
            MaxTracks = parsed.GetValue(MaxTracks),
            Motion =
                parsed.GetValue(Kalman) ? TrackMotion.Kalman
                : parsed.GetValue(Flow) ? TrackMotion.OpticalFlow
                : Defaults.Motion,
            FlowScale = parsed.GetValue(FlowScale),
            FlowWindow = parsed.GetValue(FlowWindow),
            FlowLevels = parsed.GetValue(FlowLevels),
            MinNewTrackPoints = parsed.GetValue(NewPoints),
            MinMatchPoints = parsed.GetValue(MatchPoints),
            PreCullCount = preCull ? parsed.GetValue(Target) : null,
            PreCullIou = parsed.GetValue(PreCullIou),
            CleanCount = parsed.GetValue(Clean) > 0 ? parsed.GetValue(Clean) : null,
            CleanIou = parsed.GetValue(CleanIou),
            ConnectSingleBreaks = parsed.GetValue(Connect),
        };
    }

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
