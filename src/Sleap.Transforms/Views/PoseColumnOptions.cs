namespace Sleap.Transforms;

/// <summary>The names of the pose columns of a data view: none is empty, and no two are the same.</summary>
public sealed record PoseColumnOptions
{
    /// <summary>The video: its path, or a name (text). Default "Video".</summary>
    public string Video { get; init; } = "Video";

    /// <summary>Zero-based frame number (Int32). Default "FrameIndex".</summary>
    public string FrameIndex { get; init; } = "FrameIndex";

    /// <summary>The frame (MLImage). Default "Image".</summary>
    public string Image { get; init; } = "Image";

    /// <summary>
    /// Why the frame could not be read (text); empty where it could. A cursor that asks for it reads the frames.
    /// Default "FrameError".
    /// </summary>
    public string FrameError { get; init; } = "FrameError";

    /// <summary>
    /// Labeled keypoints, x and y in pixels of the full frame, NaN = missing: Vector&lt;Single, nodes, 2&gt; for one
    /// instance, Vector&lt;Single, *, nodes, 2&gt; for any number. Default "Keypoints".
    /// </summary>
    public string Keypoints { get; init; } = "Keypoints";

    /// <summary>
    /// The track of each labeled instance: a key (UInt32, 0 = none), or a vector of keys for any number of instances.
    /// Default "Track".
    /// </summary>
    public string Track { get; init; } = "Track";

    /// <summary>Predicted keypoints, as <see cref="Keypoints"/>. Default "PredictedKeypoints".</summary>
    public string PredictedKeypoints { get; init; } = "PredictedKeypoints";

    /// <summary>
    /// Score of each predicted keypoint (Single), instances × nodes, about 0 to 1. Default "KeypointScore".
    /// </summary>
    public string KeypointScore { get; init; } = "KeypointScore";

    /// <summary>Score of each predicted instance (Single). Default "InstanceScore".</summary>
    public string InstanceScore { get; init; } = "InstanceScore";

    /// <summary>The track of each predicted instance, as <see cref="Track"/>. Default "PredictedTrack".</summary>
    public string PredictedTrack { get; init; } = "PredictedTrack";

    /// <summary>
    /// The center of each predicted instance, instances × 2 (x, y; Single), in pixels of the full frame. Default
    /// "PredictedCentroid".
    /// </summary>
    public string PredictedCentroid { get; init; } = "PredictedCentroid";

    /// <summary>Score of each predicted center (Single), about 0 to 1. Default "CentroidScore".</summary>
    public string CentroidScore { get; init; } = "CentroidScore";

    /// <summary>
    /// The class of each predicted instance (key with the classes' names; 0 = none). Default "PredictedIdentity".
    /// </summary>
    public string PredictedIdentity { get; init; } = "PredictedIdentity";

    /// <summary>
    /// The probability of each class for each predicted instance (Single), instances × classes, 0 to 1. Default
    /// "IdentityScore".
    /// </summary>
    public string IdentityScore { get; init; } = "IdentityScore";

    /// <summary>All faults of the names: empty ones, and names used twice.</summary>
    internal IReadOnlyList<string> Faults()
    {
        (string Property, string Name)[] names =
        [
            (nameof(Video), Video),
            (nameof(FrameIndex), FrameIndex),
            (nameof(Image), Image),
            (nameof(FrameError), FrameError),
            (nameof(Keypoints), Keypoints),
            (nameof(Track), Track),
            (nameof(PredictedKeypoints), PredictedKeypoints),
            (nameof(KeypointScore), KeypointScore),
            (nameof(InstanceScore), InstanceScore),
            (nameof(PredictedTrack), PredictedTrack),
            (nameof(PredictedCentroid), PredictedCentroid),
            (nameof(CentroidScore), CentroidScore),
            (nameof(PredictedIdentity), PredictedIdentity),
            (nameof(IdentityScore), IdentityScore),
        ];
        var empty = names.Where(n => string.IsNullOrWhiteSpace(n.Name)).Select(n => $"{n.Property} is empty");
        var twice = names
            .Where(n => !string.IsNullOrWhiteSpace(n.Name))
            .GroupBy(n => n.Name, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"'{g.Key}' names {string.Join(" and ", g.Select(n => n.Property))}");
        return [.. empty, .. twice];
    }

    /// <summary>Throws one exception with every fault: empty names, and names used twice.</summary>
    internal PoseColumnOptions Checked()
    {
        var faults = Faults();
        return faults.Count == 0 ? this : throw new ArgumentException($"Column names: {string.Join("; ", faults)}.");
    }
}
