namespace Sleap.Transforms;

/// <summary>The animals of one frame by the numbers of their tracks, and how alike they are.</summary>
/// <param name="Truth">The true tracks; no two alike.</param>
/// <param name="Predicted">The predicted tracks; no two alike.</param>
/// <param name="Similarity">True × predicted, 0 to 1.</param>
internal sealed record TrackedFrame(int[] Truth, int[] Predicted, double[,] Similarity);
