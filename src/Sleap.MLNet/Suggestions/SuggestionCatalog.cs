using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

public static partial class ModelCatalog
{
    /// <summary>
    /// Chooses frames to label next: with poses that it is often unsure about, where it
    /// contradicts itself when the image is turned or jumps to the next frame, and of which few are labeled; spread over
    /// time and videos.
    /// </summary>
    /// <remarks>
    /// <see cref="Labels.WithSuggestions"/> stores them as SLEAP's suggestions, with the predictions as a start for the
    /// person who corrects them. docs/labeling.md has the measurement against random frames.
    /// </remarks>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model, not a centered-instance model alone.</param>
    /// <param name="videos">The videos to choose from.</param>
    /// <param name="count">Number of frames, at least 1.</param>
    /// <param name="options">Known labels and number of candidates; null for the defaults.</param>
    /// <returns>The frames, the most useful first; fewer where the videos have no more.</returns>
    /// <exception cref="ArgumentException">An option is invalid, or the model needs the instances' centers.</exception>
    /// <exception cref="FileNotFoundException">A video is not found.</exception>
    /// <exception cref="PoseFormatException">A video cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<FrameSuggestion> Suggest(
        this PoseCatalog pose,
        PoseModelTransformer model,
        IEnumerable<Video> videos,
        int count,
        SuggestionOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(videos);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (model is CenteredInstanceTransformer)
        {
            throw new ArgumentException(
                "A centered-instance model must be told where the instances are. Join it with a centroid model: "
                    + "pose.TopDown(centroid, centeredInstance).",
                nameof(model)
            );
        }
        var chosen = (options ?? new()).Checked();
        var candidates = new CandidateReader(model, chosen).Read([.. videos], count);
        return new SuggestionSearch(candidates, chosen.Labels, model.Skeleton).Choose(count);
    }

    /// <summary>Writes report.html with a picture of each suggested frame, and why it was suggested.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="suggestions">What <see cref="Suggest"/> returned.</param>
    /// <param name="folder">The folder to write to; created if it does not exist.</param>
    /// <param name="report">Title, drawing, the video; null for the defaults.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="ArgumentException">There is no suggestion, or the options are wrong.</exception>
    public static string SuggestionReport(
        this PoseCatalog pose,
        IReadOnlyList<FrameSuggestion> suggestions,
        string folder,
        ReportOptions? report = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(suggestions);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (suggestions.Count == 0)
            throw new ArgumentException("There is no suggestion to show.", nameof(suggestions));
        var skeleton = suggestions.SelectMany(one => one.Predicted).FirstOrDefault()?.Skeleton ?? new("", []);
        var page = new FrameListPage(
            "Frames to label next",
            string.Join(
                ", ",
                suggestions
                    .CountBy(one => PosedVideo.FileName(one.Video.Path))
                    .Select(video => $"{video.Key}: {video.Value} {(video.Value == 1 ? "frame" : "frames")}")
            ),
            "The most useful first, with what the model sees there. The number is its doubt among the frames that were "
                + "looked at, 0 to 1."
        );
        var reader = new InstanceReader();
        foreach (var one in suggestions)
        {
            page.Add(
                new(
                    one.Video,
                    one.FrameIndex,
                    null,
                    reader.Read(one.Predicted, skeleton),
                    null,
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"{PosedVideo.FileName(one.Video.Path)}, frame {one.FrameIndex}: {one.Value:0.00}, {one.Reason}"
                    )
                )
            );
        }

        Directory.CreateDirectory(folder);
        return ReportCatalog.Save(folder, "report.html", page.Write(skeleton, (report ?? new()).Checked()));
    }
}

/// <summary>Options of <see cref="ModelCatalog.Suggest"/>.</summary>
public sealed record SuggestionOptions
{
    /// <summary>
    /// What is labeled so far: its frames are not suggested, and what looks like them is less useful. Null (default):
    /// nothing.
    /// </summary>
    public Labels? Labels { get; init; }

    /// <summary>
    /// Number of frames that are looked at, evenly spaced over the videos, at least 1. Default 600. Each takes the time
    /// of three predictions.
    /// </summary>
    public int Candidates { get; init; } = 600;

    /// <summary>
    /// Zero-based numbers of the frames of each video to choose from; numbers that a video does not have are left out.
    /// Null (default): all.
    /// </summary>
    public IReadOnlyCollection<int>? Frames { get; init; }

    /// <summary>Receives progress, at most twice a second and at the end. Default null: no reports.</summary>
    public IProgress<PredictionProgress>? Progress { get; init; }

    /// <summary>Stops the search.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal SuggestionOptions Checked()
    {
        new OptionFaults("Suggest").AtLeast(nameof(Candidates), Candidates, 1).Throw();
        return this;
    }
}

/// <summary>A frame that is worth to be labeled.</summary>
/// <param name="Video">The video.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Value">How much the model is in doubt about the frame, among the candidates: 0 to 1.</param>
/// <param name="Reason">Why it was chosen, in words.</param>
/// <param name="Predicted">What the model predicts there, as a start for the person who corrects it.</param>
public sealed record FrameSuggestion(
    Video Video,
    int FrameIndex,
    double Value,
    string Reason,
    IReadOnlyList<Instance> Predicted
);
