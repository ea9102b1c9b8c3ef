using System.Text.Json.Nodes;

namespace Sleap.Transforms;

/// <summary>One animal of a report. Lengths and speeds are in the units of the report.</summary>
/// <param name="Name">The track, or the place in the frame.</param>
/// <param name="Frames">Frames in which it is seen.</param>
/// <param name="FirstFrame">The first of them.</param>
/// <param name="LastFrame">The last of them.</param>
/// <param name="Gaps">How often it is not seen between these.</param>
/// <param name="LongestGap">The most frames in a row without it.</param>
/// <param name="MeanScore">Mean confidence of its nodes; NaN without scores.</param>
/// <param name="MissingNodes">Share of its nodes that are missing, 0 to 1.</param>
/// <param name="PathLength">The way it goes, gaps of more than 5 frames left out.</param>
/// <param name="MeanSpeed">Mean over frames; NaN without two frames to compare.</param>
/// <param name="TopSpeed">The speed that 95 % of the frames do not exceed.</param>
/// <param name="UpperHalf">Share of its frames in the upper half of the picture.</param>
public sealed record AnimalSummary(
    string Name,
    int Frames,
    int FirstFrame,
    int LastFrame,
    int Gaps,
    int LongestGap,
    double MeanScore,
    double MissingNodes,
    double PathLength,
    double MeanSpeed,
    double TopSpeed,
    double UpperHalf
)
{
    internal static AnimalSummary Of(AnimalPath path, PoseCharts charts)
    {
        (int First, int Last)[] stretches = [.. path.Stretches()];
        float[] scores = [.. path.Poses.SelectMany(pose => pose.Scores ?? []).Where(float.IsFinite)];
        double[] speeds = [.. path.Speeds.Where(double.IsFinite)];
        var nodes = path.Poses[0].Points.Length / 2;
        return new AnimalSummary(
            path.Name,
            path.Frames.Length,
            path.Frames[0],
            path.Frames[^1],
            stretches.Length - 1,
            stretches.Zip(stretches.Skip(1), (before, after) => after.First - before.Last - 1).DefaultIfEmpty(0).Max(),
            scores.Length == 0 ? double.NaN : scores.Average(),
            1
                - (
                    path.Poses.Sum(pose => Enumerable.Range(0, nodes).Count(pose.IsVisible))
                    / ((double)nodes * path.Poses.Length)
                ),
            charts.Length(path.Length),
            charts.Speed(speeds.Length == 0 ? double.NaN : speeds.Average()),
            charts.Speed(ErrorSummary.Of(speeds, speeds.Length, 1).P95),
            (double)path.Places.Count(place => place.Y < charts.ArenaHeight / 2) / path.Places.Length
        );
    }

    internal JsonObject ToJson()
    {
        static JsonNode? Number(double value) => double.IsFinite(value) ? Math.Round(value, 6) : null;
        return new JsonObject
        {
            ["name"] = Name,
            ["frames"] = Frames,
            ["first_frame"] = FirstFrame,
            ["last_frame"] = LastFrame,
            ["gaps"] = Gaps,
            ["longest_gap"] = LongestGap,
            ["mean_score"] = Number(MeanScore),
            ["missing_nodes"] = Number(MissingNodes),
            ["path_length"] = Number(PathLength),
            ["mean_speed"] = Number(MeanSpeed),
            ["top_speed"] = Number(TopSpeed),
            ["upper_half"] = Number(UpperHalf),
        };
    }
}
