namespace Sleap.Transforms;

/// <summary>Two nodes by name.</summary>
/// <param name="From">One.</param>
/// <param name="To">The other.</param>
public sealed record NodePair(string From, string To);
