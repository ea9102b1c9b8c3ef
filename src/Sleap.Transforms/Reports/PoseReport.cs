using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.Transforms;

/// <summary>A report that was written, and its figures.</summary>
/// <param name="Page">The path of report.html.</param>
/// <param name="Videos">The figures of each video.</param>
public sealed record PoseReport(string Page, ImmutableArray<VideoSummary> Videos);

/// <summary>One video of a report.</summary>
/// <param name="Name">Its path, as the labels have it.</param>
/// <param name="Frames">Number of frames that the labels have.</param>
/// <param name="EmptyFrames">Number of these frames without an instance.</param>
/// <param name="Instances">Number of instances in all frames together.</param>
/// <param name="MeanScore">Mean score of the nodes found, usually 0 to 1; NaN without scores.</param>
/// <param name="MissingNodes">Share of the instances' nodes that are missing, 0 to 1; NaN without an instance.</param>
/// <param name="Untracked">Instances without a track; 0 for a video without any track.</param>
/// <param name="Animals">The animals: the tracks; without tracks, the first, second … instance of each frame.</param>
/// <param name="WorstFrames">Frames that a person should look at, the worst first.</param>
public sealed record VideoSummary(
    string Name,
    int Frames,
    int EmptyFrames,
    int Instances,
    double MeanScore,
    double MissingNodes,
    int Untracked,
    ImmutableArray<AnimalSummary> Animals,
    ImmutableArray<SuspectFrame> WorstFrames
)
{
    internal JsonObject ToJson()
    {
        static JsonNode? Number(double value) => double.IsFinite(value) ? Math.Round(value, 6) : null;
        return new JsonObject
        {
            ["video"] = Name,
            ["frames"] = Frames,
            ["empty_frames"] = EmptyFrames,
            ["instances"] = Instances,
            ["mean_score"] = Number(MeanScore),
            ["missing_nodes"] = Number(MissingNodes),
            ["untracked"] = Untracked,
            ["animals"] = new JsonArray([.. Animals.Select(animal => animal.ToJson())]),
            ["worst_frames"] = new JsonArray([
                .. WorstFrames.Select(frame => new JsonObject
                {
                    ["frame"] = frame.FrameIndex,
                    ["animal"] = frame.Animal,
                    ["reason"] = frame.Reason,
                }),
            ]),
        };
    }
}

/// <summary>
/// One animal of a report. Lengths are in <see cref="PlotOptions.Unit"/> or pixels, and speeds in these per second or
/// per frame, see <see cref="PlotOptions"/>.
/// </summary>
/// <param name="Name">The track; without tracks "animal 1" and so on, by the number of the instance in its
/// frame.</param>
/// <param name="Frames">Number of frames in which it is seen.</param>
/// <param name="FirstFrame">The first of these frames, zero-based.</param>
/// <param name="LastFrame">The last of these frames, zero-based.</param>
/// <param name="Gaps">How often it is not seen for one frame or more between these.</param>
/// <param name="LongestGap">The most frames in a row without it; 0 without a gap.</param>
/// <param name="MeanScore">Mean score of its nodes, usually 0 to 1; NaN without scores.</param>
/// <param name="MissingNodes">Share of its nodes that are missing, 0 to 1.</param>
/// <param name="PathLength">Length of its path, without gaps of more than 5 frames.</param>
/// <param name="MeanSpeed">Mean speed over its frames; NaN without two frames to compare.</param>
/// <param name="TopSpeed">The speed that 95 % of its frames do not exceed; NaN without two frames to compare.</param>
/// <param name="UpperHalf">Share of its frames in which it is in the upper half of the image, 0 to 1.</param>
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
        float[] scores = [.. path.Poses.SelectMany(pose => pose.PeakScores.ToArray()).Where(float.IsFinite)];
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
            1 - (path.Poses.Sum(pose => pose.VisibleNodes.Count()) / ((double)nodes * path.Poses.Length)),
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

/// <summary>A frame in which an animal's pose looks wrong.</summary>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Animal">The animal, as <see cref="AnimalSummary.Name"/>.</param>
/// <param name="Reason">What looks wrong, in words.</param>
public sealed record SuspectFrame(int FrameIndex, string Animal, string Reason);
