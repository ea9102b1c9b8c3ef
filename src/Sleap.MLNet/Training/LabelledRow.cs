namespace Sleap.MLNet;

/// <summary>The labelled animals of one row, those with a visible node.</summary>
/// <param name="Position">Of the row in its view.</param>
/// <param name="Points">x and y of each node of each animal in frame pixels; NaN = missing, both or none.</param>
/// <param name="Tracks">Key of each animal's track, 0 = none.</param>
/// <param name="Names">Name of each animal's track, null = none.</param>
/// <param name="Nodes">Nodes of an animal.</param>
internal sealed record LabelledRow(long Position, float[] Points, uint[] Tracks, string?[] Names, int Nodes)
{
    /// <summary>The frame that the row is of.</summary>
    public FrameSource Source { get; init; } = new("", (int)Position);

    public int Count => Points.Length / (2 * Nodes);

    public ReadOnlySpan<float> Animal(int index) => Points.AsSpan(index * 2 * Nodes, 2 * Nodes);

    /// <summary>Leaves out animals of which nothing is visible.</summary>
    public static LabelledRow Of(long position, float[] points, uint[] tracks, int nodes)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            if (float.IsNaN(points[i]) || float.IsNaN(points[i + 1]))
                points[i] = points[i + 1] = float.NaN;
        }

        var size = 2 * nodes;
        int[] visible =
        [
            .. Enumerable
                .Range(0, points.Length / size)
                .Where(animal => points.AsSpan(animal * size, size).ContainsAnyExcept(float.NaN)),
        ];
        return new(
            position,
            [.. visible.SelectMany(animal => points[(animal * size)..((animal + 1) * size)])],
            [.. visible.Select(animal => animal < tracks.Length ? tracks[animal] : 0)],
            [],
            nodes
        );
    }

    public LabelledRow Named(IReadOnlyList<string> tracks) =>
        this with
        {
            Names = [.. Tracks.Select(key => key == 0 || key > tracks.Count ? null : tracks[(int)key - 1])],
        };

    /// <summary>No class for any of the animals, for models that tell none apart.</summary>
    public static int[] NoClasses(LabelledRow row) => [.. Enumerable.Repeat(-1, row.Count)];

    /// <summary>The class of each animal, −1 = none.</summary>
    public int[] ClassesOf(PoseSubject subject) =>
        [.. Names.Select(name => name is null ? -1 : PositionOf(name, subject.Classes))];

    private static int PositionOf(string name, IReadOnlyList<string> classes)
    {
        for (var i = 0; i < classes.Count; i++)
        {
            if (classes[i] == name)
                return i;
        }

        return -1;
    }
}
