namespace Sleap.Transforms;

/// <summary>What <see cref="GeometryCatalog.Social"/> measures.</summary>
public sealed record SocialOptions
{
    /// <summary>
    /// The node that an animal's heading starts at. Null (default), as <see cref="HeadingTo"/>: no facing angle.
    /// </summary>
    public string? HeadingFrom { get; init; }

    /// <summary>The node that the heading points at. Default null.</summary>
    public string? HeadingTo { get; init; }

    /// <summary>Nodes of two animals at most so far apart touch; in units. Default 10.</summary>
    public double ContactDistance { get; init; } = 10;

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>
    /// Output: from the animal's centroid to the nearest other one's, in units. Default "AnimalDistance".
    /// </summary>
    public string Distance { get; init; } = "AnimalDistance";

    /// <summary>
    /// Output: the least distance of one of its nodes to one of another animal, in units. Default "NodeDistance".
    /// </summary>
    public string NodeDistance { get; init; } = "NodeDistance";

    /// <summary>
    /// Output: from its heading to the nearest other animal's centroid, radians in (−π, π], clockwise on the screen.
    /// Default "FacingAngle".
    /// </summary>
    public string FacingAngle { get; init; } = "FacingAngle";

    /// <summary>Output: 1 when it touches another, else 0. Default "Contact".</summary>
    public string Contact { get; init; } = "Contact";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal SocialOptions Checked()
    {
        new OptionFaults("Social")
            .Columns(Columns)
            .NodePair(nameof(HeadingFrom), HeadingFrom, nameof(HeadingTo), HeadingTo)
            .Positive(nameof(ContactDistance), ContactDistance)
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .OutputNames(Distance, NodeDistance, FacingAngle, Contact)
            .Throw();
        return this;
    }
}
