namespace Sleap.Transforms;

/// <summary>
/// One row of a view as an analysis reads it: the instances of a frame, and which track each belongs to.
/// </summary>
internal sealed class AnalysisRow
{
    /// <summary>
    /// The identity of an instance that cannot be followed: it shares its track with another of the row, or several
    /// have none.
    /// </summary>
    public const int Unknown = -1;

    /// <summary>Where the pass keeps its outputs.</summary>
    public required int Slot { get; init; }

    /// <summary>
    /// A number that changes with each new video, and where the frames of one go back. Nothing is followed from one
    /// segment to the next.
    /// </summary>
    public required int Segment { get; init; }

    public required int FrameIndex { get; init; }

    /// <summary>Values of one instance.</summary>
    public required int Width { get; init; }

    /// <summary>Values of all instances, one after the other.</summary>
    public required float[] Values { get; init; }

    /// <summary>
    /// The identity of each instance: its track's key, 0 for the only one without a track, or <see cref="Unknown"/>.
    /// </summary>
    public required int[] Identities { get; init; }

    /// <summary>Scores of the nodes of each instance, where the analysis needs them.</summary>
    public float[]? Scores { get; init; }

    /// <summary>The score of each instance, where the analysis needs scores and the view has them.</summary>
    public float[]? InstanceScores { get; init; }

    /// <summary>The number of instances.</summary>
    public int Count => Identities.Length;

    public ReadOnlySpan<float> ValuesOf(int instance) => Values.AsSpan(instance * Width, Width);

    /// <summary>The instance of an identity; −1 when it is not in this row, and for <see cref="Unknown"/>.</summary>
    public int Find(int identity) => identity == Unknown ? -1 : Array.IndexOf(Identities, identity);

    /// <summary>The identities of instances with these track keys.</summary>
    public static int[] Identify(ReadOnlySpan<uint> keys)
    {
        var identities = new int[keys.Length];
        for (var instance = 0; instance < keys.Length; instance++)
            identities[instance] = keys.Count(keys[instance]) == 1 ? checked((int)keys[instance]) : Unknown;
        return identities;
    }
}
