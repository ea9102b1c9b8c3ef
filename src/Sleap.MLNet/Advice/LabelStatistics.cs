using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Statistics of labeled instances: size, number per frame and visible nodes.</summary>
internal sealed class LabelStatistics
{
    private readonly float[][] _instances;
    private readonly float[] _sides;

    public LabelStatistics(IReadOnlyList<LabeledRow> rows, Skeleton skeleton)
    {
        (Rows, Skeleton) = (rows, skeleton);
        _instances = [.. rows.SelectMany(row => row.Points.Chunk(2 * row.Nodes))];
        _sides = [.. _instances.Select(instance => CropSize.BoxSide(instance)).Where(side => side > 0).Order()];
    }

    public IReadOnlyList<LabeledRow> Rows { get; }

    public Skeleton Skeleton { get; }

    public IReadOnlyList<float[]> Instances => _instances;

    /// <summary>Number of frames with instances.</summary>
    public int Frames => Rows.Count(row => row.Count > 0);

    /// <summary>Names of the instances' tracks.</summary>
    public IReadOnlyList<string> Tracks =>
        [.. Rows.SelectMany(row => row.Names).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Maximum number of instances in a frame.</summary>
    public int MostInAFrame => Rows.Count == 0 ? 0 : Rows.Max(row => row.Count);

    /// <summary>
    /// Returns a quantile of the longer side of the box around an instance, in frame pixels; 0 if no instance has two
    /// nodes.
    /// </summary>
    public float Side(double share) => _sides.Length == 0 ? 0 : _sides[(int)Math.Round(share * (_sides.Length - 1))];

    /// <summary>Returns the number of instances in which a node is visible.</summary>
    public int VisibleCount(int node) => _instances.Count(instance => float.IsFinite(instance[2 * node]));

    /// <summary>Returns the crop side that each instance needs.</summary>
    public IEnumerable<float> CropSides(int? anchor) =>
        _instances.Select(instance => CropSize.Required(instance, anchor));

    /// <summary>
    /// Returns the number of directions, of twelve, in which instances are oriented, by the two nodes with the largest
    /// mean distance; 0 with a single node. A direction with fewer than one in two hundred instances counts as labeling
    /// error.
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
    /// Returns the fraction of instances whose box overlaps that of another instance in the frame by at least a tenth
    /// of the smaller box.
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
        return (double)overlapping / Math.Max(1, _instances.Length);
    }

    /// <summary>
    /// Returns the node nearest to the center of the instances, among those visible in nearly all, with its mean
    /// distance as a fraction of the instance's size, and the fraction of instances in which it is visible.
    /// </summary>
    public (int Node, double Distance, double VisibleShare)? MiddleNode()
    {
        var best = default((int, double, double)?);
        for (var node = 0; node < Skeleton.Nodes.Length; node++)
        {
            var visible = (double)VisibleCount(node) / Math.Max(1, _instances.Length);
            if (visible < 0.95)
                continue;
            var distance = _instances
                .Select(instance => Distance(instance, node))
                .Where(double.IsFinite)
                .DefaultIfEmpty(double.NaN)
                .Average();
            if (best is null || distance < best.Value.Item2)
                best = (node, distance, visible);
        }
        return best;
    }

    private IEnumerable<(double X, double Y)> Vectors(int a, int b) =>
        _instances
            .Where(instance => float.IsFinite(instance[2 * a]) && float.IsFinite(instance[2 * b]))
            .Select(instance =>
                ((double)instance[2 * b] - instance[2 * a], (double)instance[2 * b + 1] - instance[2 * a + 1])
            );

    private static double Distance(float[] instance, int node)
    {
        var (x, y) = InstanceCentroids.Of(instance);
        return double.Hypot(instance[2 * node] - x, instance[2 * node + 1] - y) / CropSize.BoxSide(instance);
    }

    /// <summary>Bounding box of an instance's visible nodes.</summary>
    private readonly record struct Box(float Left, float Top, float Right, float Bottom)
    {
        private float Area => (Right - Left) * (Bottom - Top);

        public static Box Of(float[] instance)
        {
            float[] x = [.. instance.Where((_, i) => i % 2 == 0).Where(float.IsFinite)],
                y = [.. instance.Where((_, i) => i % 2 == 1).Where(float.IsFinite)];
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
