namespace Sleap.Transforms;

/// <summary>The distances of one node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Error">Its distances.</param>
public sealed record NodeError(string Node, ErrorSummary Error);
