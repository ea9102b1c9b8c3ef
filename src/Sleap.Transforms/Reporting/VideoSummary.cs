using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.Transforms;

/// <summary>One video of a report.</summary>
/// <param name="Name">Its path, as the labels have it.</param>
/// <param name="Frames">Frames that the labels have.</param>
/// <param name="EmptyFrames">Those of them without an animal.</param>
/// <param name="Instances">Animals in all frames together.</param>
/// <param name="MeanScore">Mean confidence of the nodes found; NaN without scores.</param>
/// <param name="MissingNodes">Share of the animals' nodes that are missing, 0 to 1.</param>
/// <param name="Untracked">Animals without a track, where others have one.</param>
/// <param name="Animals">The animals: tracks, or places in the frame.</param>
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
