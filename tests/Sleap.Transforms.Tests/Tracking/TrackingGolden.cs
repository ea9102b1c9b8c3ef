using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.Transforms.Tests;

/// <summary>What sleap-nn 0.3.5 made of three sets of poses; see tests/golden/ops/tracking*.</summary>
internal static class TrackingGolden
{
    private static readonly string Folder = Path.Combine(TestFolder.Repository, "tests", "golden", "ops");

    public static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!;

    /// <summary>The frames of a set in order, each with its instances.</summary>
    public static List<(int Frame, List<TrackedInstance> Instances)> Inputs(string set)
    {
        var file = File.ReadAllBytes(Path.Combine(Folder, "tracking_inputs.safetensors"));
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var entries = JsonNode.Parse(file.AsSpan(8, header))!;
        var frames = Values<long>(file, header, entries, set + "/frame_idx");
        float[] points = Values<float>(file, header, entries, set + "/points"),
            scores = Values<float>(file, header, entries, set + "/instance_scores");
        var width = points.Length / frames.Length;
        List<(int Frame, List<TrackedInstance> Instances)> result = [];
        for (var i = 0; i < frames.Length; i++)
        {
            if (result.Count == 0 || result[^1].Frame != frames[i])
                result.Add(((int)frames[i], []));
            result[^1].Instances.Add(TrackedInstance.From(points.AsSpan(i * width, width), scores[i]));
        }
        return result;
    }

    /// <summary>sleap-nn's words for a setting as our options.</summary>
    public static TrackingOptions Options(JsonNode config) =>
        new TrackingOptions
        {
            Candidates =
                Text(config, "candidates_method") == "fixed_window"
                    ? TrackCandidates.FixedWindow
                    : TrackCandidates.LocalQueues,
            Features = Text(config, "features") switch
            {
                "centroids" => TrackFeatures.Centroids,
                "bboxes" => TrackFeatures.BoundingBoxes,
                _ => TrackFeatures.Keypoints,
            },
            Scoring = Text(config, "scoring_method") switch
            {
                "iou" => TrackScoring.Iou,
                "euclidean_dist" => TrackScoring.EuclideanDistance,
                _ => TrackScoring.Oks,
            },
            Reduction = Text(config, "scoring_reduction") switch
            {
                "max" => ScoreReduction.Max,
                "robust_quantile" => ScoreReduction.RobustQuantile,
                _ => ScoreReduction.Mean,
            },
            RobustQuantile = (double?)config["robust_best_instance"] ?? 1,
            Matching =
                Text(config, "track_matching_method") == "greedy" ? TrackMatching.Greedy : TrackMatching.Hungarian,
            MaxTracks = (int?)config["max_tracks"],
            WindowSize = (int)config["window_size"]!,
            OksStandardDeviation = (double?)config["oks_stddev"] ?? 0.025,
            MinNewTrackPoints = (int?)config["min_new_track_points"] ?? 0,
            MinMatchPoints = (int?)config["min_match_points"] ?? 0,
            PreCullCount =
                (int?)config["tracking_pre_cull_to_target"] > 0 ? (int)config["tracking_target_instance_count"]! : null,
            PreCullIou = (double?)config["tracking_pre_cull_iou_threshold"],
            CleanCount = (int?)config["tracking_clean_instance_count"],
            CleanIou = (double?)config["tracking_clean_iou_threshold"],
            ConnectSingleBreaks = (bool?)config["post_connect_single_breaks"] ?? false,
            Motion = (bool?)config["use_kalman"] == true ? TrackMotion.Kalman : TrackMotion.None,
        }.Checked();

    /// <summary>The tracks of all instances in input order.</summary>
    public static int[] Run(List<(int Frame, List<TrackedInstance> Instances)> frames, TrackingOptions options)
    {
        PoseTracker tracker = new(options);
        return [.. frames.SelectMany(frame => tracker.Next(frame.Instances, frame.Frame))];
    }

    private static string? Text(JsonNode config, string key) => (string?)config[key];

    private static T[] Values<T>(byte[] file, int header, JsonNode entries, string name)
        where T : struct
    {
        var place = entries[name]!["data_offsets"]!.AsArray();
        return MemoryMarshal
            .Cast<byte, T>(file.AsSpan((8 + header + (int)place[0]!)..(8 + header + (int)place[1]!)))
            .ToArray();
    }
}
