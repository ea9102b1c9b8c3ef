using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// A labeled or predicted pose of one animal in one frame: one point for each node of its skeleton. Immutable; compared
/// by reference.
/// </summary>
public sealed class Instance
{
    private readonly Skeleton _skeleton = null!;
    private readonly ImmutableArray<Point> _points;
    private readonly Instance? _fromPredicted;

    /// <summary>The skeleton whose nodes the points are.</summary>
    /// <exception cref="ArgumentException">The points are not one for each node.</exception>
    public required Skeleton Skeleton
    {
        get => _skeleton;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _skeleton = value;
            CheckCounts();
        }
    }

    /// <summary>
    /// One point for each node, in the order of <see cref="Skeleton.Nodes"/>; missing ones are
    /// <see cref="Point.Missing"/> or not visible.
    /// </summary>
    /// <exception cref="ArgumentException">The points are not one for each node.</exception>
    public required ImmutableArray<Point> Points
    {
        get => _points;
        init
        {
            if (value.IsDefault)
                throw new ArgumentException("Points must be given; use Point.Missing for nodes that were not found.");
            _points = value;
            CheckCounts();
        }
    }

    /// <summary>The track that the instance belongs to, or null when it is not tracked.</summary>
    public Track? Track { get; init; }

    /// <summary>True for a prediction of a model, false for an instance that a person labeled (a user
    /// instance).</summary>
    public bool IsPredicted { get; init; }

    /// <summary>
    /// Confidence of a predicted instance, in the scale of the model that made it (often 0 to 1). Default 0, as for
    /// user instances.
    /// </summary>
    public float Score { get; init; }

    /// <summary>Confidence of the track assignment; NaN or 0 when there is none.</summary>
    public float TrackingScore { get; init; }

    /// <summary>The individual that the instance shows, or null when that is not known.</summary>
    public Identity? Identity { get; init; }

    /// <summary>Confidence of the identity; NaN when there is none.</summary>
    public float IdentityScore { get; init; } = float.NaN;

    /// <summary>The prediction that a person corrected to make this instance, or null.</summary>
    /// <exception cref="ArgumentException">The other instance is not predicted.</exception>
    public Instance? FromPredicted
    {
        get => _fromPredicted;
        init =>
            _fromPredicted =
                value is null || value.IsPredicted
                    ? value
                    : throw new ArgumentException(
                        "FromPredicted must be a predicted instance, and the one given is a user instance."
                    );
    }

    /// <summary>Where the instance lies in a .slp that holds more than poses, which refers to it; else null.</summary>
    internal SlpPlace? Place { get; init; }

    /// <summary>Mean of the scores that points have; null when none has one.</summary>
    internal static float? MeanPointScore(IEnumerable<Point> points) =>
        points.Where(p => !float.IsNaN(p.Score)).Select(p => (float?)p.Score).Average();

    /// <summary>Whether another instance is the same in all that a file holds of it, but for its source.</summary>
    internal bool HasValuesOf(Instance other) =>
        IsPredicted == other.IsPredicted
        && ReferenceEquals(Track, other.Track)
        && ReferenceEquals(Identity, other.Identity)
        && IdentityScore.Equals(other.IdentityScore)
        && Score.Equals(other.Score)
        && TrackingScore.Equals(other.TrackingScore)
        && Skeleton.Equals(other.Skeleton)
        && Points.SequenceEqual(other.Points);

    /// <summary>This instance with another track and another source.</summary>
    internal Instance With(Track? track, Instance? fromPredicted) => With(track, fromPredicted, Identity, Points);

    /// <summary>This instance with other references and points.</summary>
    internal Instance With(Track? track, Instance? fromPredicted, Identity? identity, ImmutableArray<Point> points) =>
        new()
        {
            Skeleton = Skeleton,
            Points = points,
            Track = track,
            IsPredicted = IsPredicted,
            Score = Score,
            TrackingScore = TrackingScore,
            Identity = identity,
            IdentityScore = IdentityScore,
            FromPredicted = fromPredicted,
            Place = Place,
        };

    private void CheckCounts()
    {
        if (_skeleton is not null && !_points.IsDefault && _points.Length != _skeleton.Nodes.Length)
        {
            throw new ArgumentException(
                $"An instance of skeleton '{_skeleton.Name}' needs {_skeleton.Nodes.Length} points, one a node, and "
                    + $"{_points.Length} were given."
            );
        }
    }
}

/// <summary>
/// The position of one node of an instance, in pixels of the full frame. Pixel centers are whole numbers: (0, 0) is the
/// center of the top left pixel.
/// </summary>
/// <param name="X">Pixels to the right; NaN when missing.</param>
/// <param name="Y">Pixels down; NaN when missing.</param>
/// <param name="Visible">False when the node was marked as not seen; coordinates may be stored all the same.</param>
/// <param name="Complete">Whether a person marked the point as done, as SLEAP's labeling program stores it; false for
/// predictions.</param>
/// <param name="Score">Confidence of a predicted point, usually 0 to 1; NaN for points that a person set.</param>
public readonly record struct Point(double X, double Y, bool Visible, bool Complete, float Score)
{
    /// <summary>A missing point: NaN coordinates, not visible, no score.</summary>
    public static Point Missing { get; } = new(double.NaN, double.NaN, false, false, float.NaN);

    /// <summary>A visible point that a person labeled, without a score.</summary>
    /// <param name="x">Pixels to the right.</param>
    /// <param name="y">Pixels down.</param>
    public Point(double x, double y)
        : this(x, y, true, false, float.NaN) { }

    /// <summary>Whether the point counts as missing: not visible, or without coordinates.</summary>
    public bool IsMissing => !Visible || double.IsNaN(X) || double.IsNaN(Y);
}

/// <summary>
/// The path of one instance through a video. Compared by reference: two tracks with the same name are two paths,
/// because files hold such pairs.
/// </summary>
public sealed class Track
{
    /// <summary>Makes a track.</summary>
    /// <param name="name">Name of the track, of one line without control characters; names need not be unique.</param>
    /// <exception cref="ArgumentException">The name has a line break or a control character.</exception>
    public Track(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        OneLine.Require("a track", name);
        Name = name;
    }

    /// <summary>Name of the track.</summary>
    public string Name { get; }

    /// <summary>Makes a track that a file names.</summary>
    /// <exception cref="PoseFormatException">The name cannot be used; the place in the file is named.</exception>
    internal static Track FromFile(string file, string? place, string name) =>
        PoseFormatException.Naming(file, place, () => new Track(name));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
