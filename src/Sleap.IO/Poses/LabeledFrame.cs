namespace Sleap.IO;

/// <summary>One frame of one video and the animals in it. Immutable.</summary>
public sealed class LabeledFrame
{
    private readonly int frameIndex;
    private readonly IReadOnlyList<Instance> instances = [];

    /// <summary>The video the frame belongs to.</summary>
    public required Video Video { get; init; }

    /// <summary>Zero-based frame number in the video.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public required int FrameIndex
    {
        get => frameIndex;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            frameIndex = value;
        }
    }

    /// <summary>The animals in the frame, people's and models' together, in the order of the file.</summary>
    public IReadOnlyList<Instance> Instances
    {
        get => instances;
        init => instances = value is null ? throw new ArgumentNullException(nameof(value)) : [.. value];
    }

    /// <summary>True when somebody marked the frame as holding no animal, which is more than having no instance yet.</summary>
    public bool IsNegative { get; init; }
}
