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

    public static ProjectAnswer Project(OpenedProject project)
    {
        var labels = project.Labels;
        return new ProjectAnswer(
            project.Name,
            project.Revision,
            [.. labels.Videos.Select((video, i) => new VideoAnswer(i, NameOf(video), video.FoundPath is not null))],
            [
                .. labels.Skeletons.Select(skeleton => new SkeletonAnswer(
                    skeleton.Name,
                    skeleton.Nodes,
                    skeleton.Edges.Select(edge => (int[])[edge.Source, edge.Destination]),
                    skeleton.Symmetries.Select(pair => (int[])[pair.First, pair.Second])
                )),
            ],
            [.. labels.Tracks.Select(track => track.Name)],
            labels.Frames.Count,
            project.Suggestions.Count,
            labels.Remarks
        );
    }

    /// <summary>A frame's labels; null stands for a frame without.</summary>
    public static FrameAnswer Frame(OpenedProject project, int video, int number)
    {
        var frame = project.Find(video, number);
        var instances = frame?.Instances ?? [];
        var corrected = instances.Select(one => one.FromPredicted).OfType<Instance>().ToHashSet();
        return new FrameAnswer(
            video,
            number,
            project.Revision,
            frame is not null,
            frame is { IsNegative: true },
            project.SuggestionAt(new FramePlace(video, number)) is not null,
            [
                .. instances.Select(one => new InstanceAnswer(
                    SkeletonOf(project.Labels, one),
                    project.NumberOf(one.Track),
                    one.IsPredicted,
                    corrected.Contains(one),
                    one.IsPredicted ? Number(one.Score) : null,
                    Number(one.TrackingScore),
                    one.Identity?.Name,
                    one.Points.Select(p => (double?[])[Number(p.X), Number(p.Y), p.Visible ? 1 : 0, Number(p.Score)])
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

    private static int SkeletonOf(Labels labels, Instance instance)
    {
        for (var i = 0; i < labels.Skeletons.Count; i++)
        {
            if (labels.Skeletons[i].Equals(instance.Skeleton))
                return i;
        }
        return -1;
    }
}

internal sealed record ProjectAnswer(
    string Name,
    long Revision,
    IReadOnlyList<VideoAnswer> Videos,
    IReadOnlyList<SkeletonAnswer> Skeletons,
    IReadOnlyList<string> Tracks,
    int Labeled,
    int Suggested,
    IReadOnlyList<string> Remarks
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
/// <param name="Revision">The labels' revision that this is of.</param>
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
/// visible, and its score.</param>
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
