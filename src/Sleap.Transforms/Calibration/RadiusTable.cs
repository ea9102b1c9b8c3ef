namespace Sleap.Transforms;

/// <summary>
/// How far a predicted node is from the true place, by node and score: the radius that holds the true place with a given
/// probability.
/// </summary>
/// <remarks>
/// Split-conformal prediction with a scaled error (Papadopoulos et al., 2002; Lei et al., 2018): the radius is
/// q · a(node) · g(score). a is the median error of the node, drawn to that of all nodes where there are few; g falls
/// with the score, from the quantiles of the errors in groups of equal scores (pool adjacent violators). q is the
/// quantile of errors divided by a · g that were learned without the errors' own frames, so that it holds for new ones.
/// </remarks>
internal sealed class RadiusTable
{
    /// <summary>The fewest errors that a table is made of.</summary>
    public const int MinErrors = 30;

    private const int Folds = 5;
    private const int MinInGroup = 40,
        MaxGroups = 8;

    // A node's own median counts as much as all others' where it has this many errors.
    private const double PriorErrors = 10;

    // Errors below this, in pixels, are those of the labels.
    private const double LeastError = 0.05;

    private readonly double[] _nodes;
    private readonly double[] _scores;
    private readonly double[] _factors;
    private double _quantile = 1;

    private RadiusTable(double[] nodes, double[] scores, double[] factors) =>
        (_nodes, _scores, _factors) = (nodes, scores, factors);

    /// <summary>Number of nodes.</summary>
    public int Nodes => _nodes.Length;

    /// <summary>Learns a table.</summary>
    /// <param name="errors">At least <see cref="MinErrors"/>.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="coverage">The probability that the radius holds the true place.</param>
    public static RadiusTable Learn(IReadOnlyList<NodeDistance> errors, int nodes, double coverage)
    {
        var ratios = new List<double>(errors.Count);
        for (var fold = 0; fold < Folds; fold++)
        {
            NodeDistance[] others = [.. errors.Where(error => error.Frame % Folds != fold)];
            if (others.Length == 0 || others.Length == errors.Count)
                continue;
            var table = Shape(others, nodes, coverage);
            ratios.AddRange(
                errors
                    .Where(error => error.Frame % Folds == fold)
                    .Select(error => error.Pixels / table.Radius(error.Node, error.Score))
            );
        }
        var all = Shape(errors, nodes, coverage);
        // All errors are of one frame, or of every fifth.
        if (ratios.Count == 0)
            ratios.AddRange(errors.Select(error => error.Pixels / all.Radius(error.Node, error.Score)));
        all._quantile = Conformal(ratios, coverage);
        return all;
    }

    /// <summary>The radius around a predicted node, in pixels.</summary>
    /// <param name="node">Number of the node.</param>
    /// <param name="score">Its score; NaN counts as the lowest.</param>
    public double Radius(int node, double score)
    {
        var above = Array.FindIndex(_scores, known => !(known < score));
        var factor = above switch
        {
            _ when double.IsNaN(score) => _factors[0],
            0 => _factors[0],
            < 0 => _factors[^1],
            _ => double.Lerp(
                _factors[above - 1],
                _factors[above],
                (score - _scores[above - 1]) / (_scores[above] - _scores[above - 1])
            ),
        };
        return _quantile * _nodes[node] * factor;
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var values in new[] { _nodes, _scores, _factors, [_quantile] })
        {
            writer.Write(values.Length);
            foreach (var value in values)
                writer.Write(value);
        }
    }

    /// <summary>The reverse of <see cref="Save"/>.</summary>
    /// <exception cref="InvalidDataException">A value is out of its range.</exception>
    public static RadiusTable Load(BinaryReader reader)
    {
        var (nodes, scores, factors, quantile) = (Read(), Read(), Read(), Read());
        if (
            nodes.Length == 0
            || scores.Length == 0
            || scores.Length != factors.Length
            || quantile.Length != 1
            || scores.Zip(scores.Skip(1)).Any(pair => !(pair.First < pair.Second))
            || nodes.Concat(factors).Concat(quantile).Any(value => !double.IsFinite(value) || value < 0)
        )
        {
            throw new InvalidDataException("The keypoint radius in the model has values that cannot be.");
        }

        return new(nodes, scores, factors) { _quantile = quantile[0] };

        double[] Read()
        {
            var count = reader.ReadInt32();
            var left = (reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(double);
            return count >= 0 && count <= left
                ? [.. Enumerable.Range(0, count).Select(_ => reader.ReadDouble())]
                : throw new InvalidDataException($"The keypoint radius in the model has {count} values.");
        }
    }

    private static RadiusTable Shape(IReadOnlyList<NodeDistance> errors, int nodes, double coverage)
    {
        var middle = LogMedian(errors);
        double[] perNode =
        [
            .. Enumerable
                .Range(0, nodes)
                .Select(node =>
                {
                    NodeDistance[] own = [.. errors.Where(error => error.Node == node)];
                    var sum = own.Length * (own.Length == 0 ? 0 : LogMedian(own)) + PriorErrors * middle;
                    return Math.Exp(sum / (own.Length + PriorErrors));
                }),
        ];
        (double Score, double Ratio)[] ratios =
        [
            .. errors
                .Select(error =>
                    (
                        double.IsNaN(error.Score) ? double.NegativeInfinity : error.Score,
                        error.Pixels / perNode[error.Node]
                    )
                )
                .OrderBy(error => error.Item1),
        ];
        var groups = Math.Clamp(ratios.Length / MinInGroup, 1, MaxGroups);
        List<(double Score, double Factor, double Weight)> falling = [];
        for (var group = 0; group < groups; group++)
        {
            var part = ratios[(group * ratios.Length / groups)..((group + 1) * ratios.Length / groups)];
            var scores = part.Select(one => one.Score).Where(double.IsFinite).DefaultIfEmpty(0).Average();
            falling.Add((scores, Quantile([.. part.Select(one => one.Ratio)], coverage), part.Length));
            // A higher score has no larger radius, and groups of one score are one group.
            while (
                falling.Count > 1 && (falling[^1].Factor > falling[^2].Factor || falling[^1].Score <= falling[^2].Score)
            )
            {
                var (low, high) = (falling[^2], falling[^1]);
                var weight = low.Weight + high.Weight;
                falling.RemoveAt(falling.Count - 1);
                falling[^1] = (
                    (low.Score * low.Weight + high.Score * high.Weight) / weight,
                    (low.Factor * low.Weight + high.Factor * high.Weight) / weight,
                    weight
                );
            }
        }
        return new(
            perNode,
            [.. falling.Select(one => one.Score)],
            [.. falling.Select(one => Math.Max(1e-6, one.Factor))]
        );
    }

    private static double LogMedian(IReadOnlyCollection<NodeDistance> errors)
    {
        double[] sorted = [.. errors.Select(error => error.Pixels).Order()];
        return Math.Log(Math.Max(LeastError, sorted[sorted.Length / 2]));
    }

    private static double Quantile(double[] values, double share)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(share * values.Length) - 1, 0, values.Length - 1)];
    }

    // One more than there are, so that the coverage holds for a new one.
    private static double Conformal(List<double> ratios, double coverage)
    {
        ratios.Sort();
        return ratios[Math.Clamp((int)Math.Ceiling(coverage * (ratios.Count + 1)) - 1, 0, ratios.Count - 1)];
    }
}

/// <summary>How far a predicted node is from the true place.</summary>
/// <param name="Frame">Number of the frame in the data, from 0.</param>
/// <param name="Node">Number of the node.</param>
/// <param name="Score">Score of the node.</param>
/// <param name="Pixels">The distance.</param>
internal readonly record struct NodeDistance(int Frame, int Node, double Score, double Pixels);
