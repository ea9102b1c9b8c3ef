using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// One animal in one frame: a point for each node of its skeleton. Immutable; the object is its identity.
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

    /// <summary>The animal this is over time, or null when it is not tracked.</summary>
    public Track? Track { get; init; }

    /// <summary>True when a model found it, false when a person set it.</summary>
    public bool IsPredicted { get; init; }

    /// <summary>
    /// Confidence of a predicted instance, in the scale of the model that made it; 0 for user instances.
    /// </summary>
    public float Score { get; init; }

    /// <summary>Confidence of the track assignment; NaN or 0 when there is none.</summary>
    public float TrackingScore { get; init; }

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

    private void CheckCounts()
    {
        if (_skeleton is not null && !_points.IsDefault && _points.Length != _skeleton.Nodes.Length)
        {
            throw new ArgumentException(
                $"An instance of skeleton '{_skeleton.Name}' needs {_skeleton.Nodes.Length} "
                    + $"points, one a node, and {_points.Length} were given."
            );
        }
    }
}
