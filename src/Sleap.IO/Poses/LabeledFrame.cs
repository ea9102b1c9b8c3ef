namespace Sleap.IO;

/// <summary>One frame of a video and the instances in it. Immutable.</summary>
public sealed class LabeledFrame
{
    private readonly int _frameIndex;
    private readonly IReadOnlyList<Instance> _instances = [];

    /// <summary>The video the frame belongs to.</summary>
    public required Video Video { get; init; }

    /// <summary>Zero-based frame number in the video.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public required int FrameIndex
    {
        get => _frameIndex;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _frameIndex = value;
        }
    }

    /// <summary>User instances and predicted instances, in the order of the file. Default: none.</summary>
    public IReadOnlyList<Instance> Instances
    {
        get => _instances;
        init => _instances = value is null ? throw new ArgumentNullException(nameof(value)) : [.. value];
    }

    /// <summary>
    /// True when a person marked the frame as one without any instance. A frame that is not labeled yet is not
    /// negative.
    /// </summary>
    public bool IsNegative { get; init; }
}

/// <summary>A frame suggested for labeling.</summary>
/// <param name="Video">The video of the frame.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Group">Number of the group the suggestion was made in, or null.</param>
public sealed record SuggestedFrame(Video Video, int FrameIndex, int? Group = null);
