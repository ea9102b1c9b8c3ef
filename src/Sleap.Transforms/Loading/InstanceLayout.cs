namespace Sleap.Transforms;

/// <summary>How the animals of a frame lie in the Keypoints column.</summary>
public enum InstanceLayout
{
    /// <summary><see cref="Single"/> when no frame has more than one animal, else <see cref="Many"/>.</summary>
    Auto,

    /// <summary>
    /// Exactly one animal: Vector&lt;Single, nodes, 2&gt; with slot names, all NaN where there is none.
    /// </summary>
    Single,

    /// <summary>Any number of animals: Vector&lt;Single, *, nodes, 2&gt;.</summary>
    Many,
}
