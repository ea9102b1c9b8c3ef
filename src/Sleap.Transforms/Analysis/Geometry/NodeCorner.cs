namespace Sleap.Transforms;

/// <summary>Three nodes by name, which make an angle.</summary>
/// <param name="From">The end of the first side.</param>
/// <param name="At">Where the angle is.</param>
/// <param name="To">The end of the second side.</param>
public sealed record NodeCorner(string From, string At, string To);
