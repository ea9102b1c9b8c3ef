namespace Sleap.MLNet;

/// <summary>How far off a network is on one validation sample.</summary>
/// <param name="Sample">Its index.</param>
/// <param name="Labelled">Labelled nodes of its animals.</param>
/// <param name="Seen">Those of them that the network sees somewhere.</param>
/// <param name="Sum">Sum of their distances in full-frame pixels.</param>
/// <param name="Nearest">Where each node is seen, in pixels of the network input; NaN = nowhere, or not
/// labelled.</param>
internal sealed record SampleError(int Sample, int Labelled, int Seen, double Sum, float[] Nearest)
{
    // What a node that is seen nowhere counts as when samples are ranked, in pixels.
    private const double PriceOfAMiss = 50;

    /// <summary>Mean distance of the nodes that are seen, pixels; NaN when none is.</summary>
    public double Mean => Seen == 0 ? double.NaN : Sum / Seen;

    /// <summary>Mean distance of all labelled nodes, those not seen at a price.</summary>
    public double Badness => Labelled == 0 ? 0 : (Sum + PriceOfAMiss * (Labelled - Seen)) / Labelled;

    /// <param name="sample">Its index.</param>
    /// <param name="scale">Pixels of the network input in one of the frame.</param>
    /// <param name="distances">Of each node in pixels of the input, NaN = not seen or not labelled.</param>
    /// <param name="nearest">x and y where each node is seen.</param>
    /// <param name="labels">x and y of each node.</param>
    public static SampleError Of(
        int sample,
        float scale,
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> nearest,
        ReadOnlySpan<float> labels
    )
    {
        var (labelled, seen, sum) = (0, 0, 0.0);
        for (var i = 0; i < distances.Length; i++)
        {
            if (!float.IsNaN(labels[2 * i]))
                labelled++;
            if (float.IsNaN(distances[i]))
                continue;
            sum += distances[i] / scale;
            seen++;
        }
        return new(sample, labelled, seen, sum, nearest.ToArray());
    }
}
