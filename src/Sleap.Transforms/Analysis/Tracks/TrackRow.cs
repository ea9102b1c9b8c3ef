namespace Sleap.Transforms;

/// <summary>
/// One row of a view as an analysis sees it: the animals of a frame, who they are, and what was computed for them.
/// </summary>
internal sealed class TrackRow
{
    /// <summary>
    /// The identity of an animal that cannot be followed: it shares its track with another of the row, or several have
    /// none.
    /// </summary>
    public const int Nobody = -1;

    /// <summary>Where the pass keeps its outputs.</summary>
    public required int Slot { get; init; }

    /// <summary>
    /// Changes with each new video, and where the frames of one begin again: nothing is followed from one segment to
    /// the next.
    /// </summary>
    public required int Segment { get; init; }

    public required int FrameIndex { get; init; }

    /// <summary>Values of one animal.</summary>
    public required int Width { get; init; }

    /// <summary>Values of all animals, one after the other.</summary>
    public required float[] Values { get; init; }

    /// <summary>
    /// Who each animal is: its track's key, 0 for the only one without a track, or <see cref="Nobody"/>.
    /// </summary>
    public required int[] Identities { get; init; }

    /// <summary>Scores of the nodes of each animal, where the analysis asked for them.</summary>
    public float[]? Scores { get; init; }

    /// <summary>The score of each animal, where the analysis asked for it and the view has it.</summary>
    public float[]? InstanceScores { get; init; }

    public int Count => Identities.Length;

    public ReadOnlySpan<float> Of(int animal) => Values.AsSpan(animal * Width, Width);

    /// <summary>The position of an animal in this row; −1 when it is not in it, and for <see cref="Nobody"/>.</summary>
    public int Find(int identity) => identity == Nobody ? -1 : Array.IndexOf(Identities, identity);

    /// <summary>Who the animals with these keys are.</summary>
    public static int[] Identify(ReadOnlySpan<uint> keys)
    {
        var identities = new int[keys.Length];
        for (var animal = 0; animal < keys.Length; animal++)
            identities[animal] = keys.Count(keys[animal]) == 1 ? checked((int)keys[animal]) : Nobody;
        return identities;
    }
}
