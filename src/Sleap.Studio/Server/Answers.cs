using System.Text.Json;
using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>How answers are written, and those that say what is open.</summary>
internal static class Answers
{
    private const int Decimals = 3;

    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
            MaxDepth = 16,
        };

    /// <summary>A number that JSON has; null for NaN and infinities.</summary>
    public static double? Number(double value) => double.IsFinite(value) ? Math.Round(value, Decimals) : null;

    /// <summary>A coordinate as it is; null for NaN and infinities.</summary>
    public static double? Exact(double value) => double.IsFinite(value) ? value : null;

    public static ProjectAnswer Project(OpenedProject project)
    {
        var view = project.View;
        return new ProjectAnswer(
            project.Name,
            view.State.Revision,
            [.. view.Videos.Select((video, i) => new VideoAnswer(i, NameOf(video), video.FoundPath is not null))],
            [
                .. view.Structure.Skeletons.Select(skeleton => new SkeletonAnswer(
                    skeleton.Name,
                    skeleton.Nodes,
                    skeleton.Edges.Select(edge => (int[])[edge.Source, edge.Destination]),
                    skeleton.Symmetries.Select(pair => (int[])[pair.First, pair.Second])
                )),
            ],
            view.TrackNames,
            view.State.Totals.Frames,
            view.Suggestions.Count
        );
    }

    /// <summary>A frame with its labels, or without.</summary>
    public static FrameAnswer Frame(ProjectView view, FrameKey key)
    {
        var frame = view.State.Frame(key);
        var instances = frame?.Instances ?? [];
        var corrected = instances.Select(one => one.FromPredicted).OfType<Instance>().ToHashSet();
        return new FrameAnswer(
            key.Video,
            key.Frame,
            view.State.RevisionOf(key),
            frame is not null,
            frame is { IsNegative: true },
            view.SuggestionAt(key) is not null,
            [
                .. instances.Select(one => new InstanceAnswer(
                    view.Structure.Skeletons.IndexOf(one.Skeleton),
                    view.NumberOf(one.Track),
                    one.IsPredicted,
                    corrected.Contains(one),
                    one.IsPredicted ? Number(one.Score) : null,
                    Number(one.TrackingScore),
                    one.Identity?.Name,
                    one.Points.Select(p =>
                        (double?[])[Exact(p.X), Exact(p.Y), p.Visible ? 1 : 0, Number(p.Score), p.Complete ? 1 : 0]
                    )
                )),
            ]
        );
    }

    /// <summary>A video's name as the page shows it: no folders.</summary>
    private static string NameOf(Video video)
    {
        var path = video.Text.Replace('\\', '/').TrimEnd('/');
        return path[(path.LastIndexOf('/') + 1)..];
    }
}

internal sealed record ProjectAnswer(
    string Name,
    long Revision,
    IReadOnlyList<VideoAnswer> Videos,
    IReadOnlyList<SkeletonAnswer> Skeletons,
    IReadOnlyList<string?> Tracks,
    int Labeled,
    int Suggested
);

internal sealed record VideoAnswer(int Id, string Name, bool IsFound);

internal sealed record SkeletonAnswer(
    string Name,
    IReadOnlyList<string> Nodes,
    IEnumerable<int[]> Edges,
    IEnumerable<int[]> Symmetries
);

/// <summary>The labels of a frame.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Number of the frame.</param>
/// <param name="Revision">Stands for what the frame holds; an edit of it says which one it was made for.</param>
/// <param name="IsLabeled">Whether the labels have the frame.</param>
/// <param name="IsEmpty">Whether a person marked it as empty.</param>
/// <param name="IsSuggested">Whether it is suggested.</param>
/// <param name="Instances">Its instances in order.</param>
internal sealed record FrameAnswer(
    int Video,
    int Frame,
    long Revision,
    bool IsLabeled,
    bool IsEmpty,
    bool IsSuggested,
    IReadOnlyList<InstanceAnswer> Instances
);

/// <summary>An instance.</summary>
/// <param name="Skeleton">Number of its skeleton.</param>
/// <param name="Track">Number of its track, or -1.</param>
/// <param name="IsPredicted">Whether a model made it.</param>
/// <param name="IsCorrected">Whether a person's instance of this frame was made of it.</param>
/// <param name="Score">Score of a prediction.</param>
/// <param name="TrackingScore">Score of the track.</param>
/// <param name="Identity">Name of the individual.</param>
/// <param name="Points">Of each node x and y in pixels (pixel centers are whole numbers; null when missing), 1 if
/// visible, its score, and 1 if a person marked it as done.</param>
internal sealed record InstanceAnswer(
    int Skeleton,
    int Track,
    bool IsPredicted,
    bool IsCorrected,
    double? Score,
    double? TrackingScore,
    string? Identity,
    IEnumerable<double?[]> Points
);
