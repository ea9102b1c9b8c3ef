using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>What labels say of the animals: how large they are, how many, and which nodes are seen.</summary>
internal sealed class LabelStatistics
{
    private readonly float[][] _animals;
    private readonly float[] _sides;

    public LabelStatistics(IReadOnlyList<LabeledRow> rows, Skeleton skeleton)
    {
        (Rows, Skeleton) = (rows, skeleton);
        _animals = [.. rows.SelectMany(row => row.Points.Chunk(2 * row.Nodes))];
        _sides = [.. _animals.Select(animal => CropSize.BoxSide(animal)).Where(side => side > 0).Order()];
    }

    public IReadOnlyList<LabeledRow> Rows { get; }

    public Skeleton Skeleton { get; }

    public IReadOnlyList<float[]> Animals => _animals;

    /// <summary>Frames with an animal.</summary>
    public int Frames => Rows.Count(row => row.Count > 0);

    /// <summary>Names of the animals' tracks.</summary>
    public IReadOnlyList<string> Tracks =>
        [.. Rows.SelectMany(row => row.Names).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Animals of the frame that has most.</summary>
    public int MostInAFrame => Rows.Count == 0 ? 0 : Rows.Max(row => row.Count);

    /// <summary>
    /// Longer side of the box around an animal, in frame pixels: the one that a share of the animals does not exceed; 0
    /// where none has two nodes.
    /// </summary>
    public float Side(double share) => _sides.Length == 0 ? 0 : _sides[(int)Math.Round(share * (_sides.Length - 1))];

    /// <summary>Animals of which a node is visible.</summary>
    public int Seen(int node) => _animals.Count(animal => float.IsFinite(animal[2 * node]));

    /// <summary>Side of the crop that each animal needs.</summary>
    public IEnumerable<float> CropSides(int? anchor) => _animals.Select(animal => CropSize.Required(animal, anchor));

    /// <summary>
    /// In how many of twelve directions animals look, going by the two nodes that are farthest apart on average; 0 with
    /// one node. One in which fewer than one of two hundred animals looks is a slip of the hand.
    /// </summary>
    public int Directions()
    {
        var (pair, farthest) = ((First: 0, Second: 0), 0.0);
        for (var a = 0; a < Skeleton.Nodes.Length; a++)
        {
            for (var b = a + 1; b < Skeleton.Nodes.Length; b++)
            {
                if (
                    Vectors(a, b).Select(v => double.Hypot(v.X, v.Y)).DefaultIfEmpty(0).Average() is var mean
                    && mean > farthest
                )
                {
                    (pair, farthest) = ((a, b), mean);
                }
            }
        }

        int[] directions =
        [
            .. Vectors(pair.First, pair.Second)
                .Where(v => v != (0, 0))
                .Select(v => ((int)Math.Floor(Math.Atan2(v.Y, v.X) / (Math.PI / 6)) + 6) % 12),
        ];
        return directions
            .CountBy(direction => direction)
            .Count(direction => 200 * direction.Value >= directions.Length);
    }

    /// <summary>
    /// Share of the animals whose box lies over that of another one in the frame, by a tenth of the smaller box or
    /// more.
    /// </summary>
    public double Overlapping()
    {
        var overlapping = 0;
        foreach (var row in Rows)
        {
            Box[] boxes = [.. row.Points.Chunk(2 * row.Nodes).Select(Box.Of)];
            overlapping += boxes
                .Where((one, i) => boxes.Where((other, k) => k != i && one.Covers(other)).Any())
                .Count();
        }
        return (double)overlapping / Math.Max(1, _animals.Length);
    }

    /// <summary>
    /// The node that lies nearest to the middle of the animals, of those seen in nearly all; with its mean distance in
    /// shares of the animal, and how often it is seen.
    /// </summary>
    public (int Node, double Distance, double Seen)? MiddleNode()
    {
        var best = default((int, double, double)?);
        for (var node = 0; node < Skeleton.Nodes.Length; node++)
        {
            var seen = (double)Seen(node) / Math.Max(1, _animals.Length);
            if (seen < 0.95)
                continue;
            var distance = _animals
                .Select(animal => Distance(animal, node))
                .Where(double.IsFinite)
                .DefaultIfEmpty(double.NaN)
                .Average();
            if (best is null || distance < best.Value.Item2)
                best = (node, distance, seen);
        }
        return best;
    }

    private IEnumerable<(double X, double Y)> Vectors(int a, int b) =>
        _animals
            .Where(animal => float.IsFinite(animal[2 * a]) && float.IsFinite(animal[2 * b]))
            .Select(animal => ((double)animal[2 * b] - animal[2 * a], (double)animal[2 * b + 1] - animal[2 * a + 1]));

    private static double Distance(float[] animal, int node)
    {
        var (x, y) = InstanceCentroids.Of(animal);
        return double.Hypot(animal[2 * node] - x, animal[2 * node + 1] - y) / CropSize.BoxSide(animal);
    }

    /// <summary>What holds an animal's visible nodes.</summary>
    private readonly record struct Box(float Left, float Top, float Right, float Bottom)
    {
        private float Area => (Right - Left) * (Bottom - Top);

        public static Box Of(float[] animal)
        {
            float[] x = [.. animal.Where((_, i) => i % 2 == 0).Where(float.IsFinite)],
                y = [.. animal.Where((_, i) => i % 2 == 1).Where(float.IsFinite)];
            return new(x.Min(), y.Min(), x.Max(), y.Max());
        }

        public bool Covers(Box other)
        {
            var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
            var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
            return width > 0 && height > 0 && width * height >= 0.1 * Math.Min(Area, other.Area);
        }
    }
}
