using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// How well part affinity fields agree with the line between two peaks: the mean over places on the line of field ·
/// direction, minus a penalty for long lines.
/// </summary>
/// <remarks>
/// On the CPU pairs are scored one by one. As tensor operations they need index tensors of pairs × places: with 40
/// animals of 24 nodes that is five to ten times slower than the same sums in a loop. On other devices fields stay
/// where they are, and only the scores are copied.
/// </remarks>
internal sealed class LineScores
{
    private const float MachineEpsilon = 1.1920929e-7f;
    private const long MaxNumbers = int.MaxValue / sizeof(float); // in one span of bytes
    private static readonly int Lanes = Vector256<float>.Count;

    private readonly int _stride;
    private readonly float _weight,
        _maxRatio;
    private readonly float[] _fractions; // where the places are on the line, 0 to 1

    /// <param name="stride">Input pixels between neighboring cells.</param>
    /// <param name="places">Number of places on a line, ends included.</param>
    /// <param name="maxRatio">
    /// Longest edge without a penalty, as a fraction of the largest dimension of the field, channels included.
    /// </param>
    /// <param name="weight">Weight of the penalty.</param>
    public LineScores(int stride, int places, float maxRatio, float weight)
    {
        (_stride, _maxRatio, _weight) = (stride, maxRatio, weight);
        _fractions = [.. Enumerable.Range(0, places).Select(i => i * (1f / Math.Max(places - 1, 1)))];
    }

    /// <summary>The scores of pairs; NaN for two peaks at one place.</summary>
    /// <param name="fields">(B, 2 · E, h, w)</param>
    /// <param name="peaks">The peaks, in input pixels.</param>
    /// <param name="found">The same peaks in CPU memory.</param>
    /// <param name="pairs">The pairs.</param>
    public float[] Of(Tensor fields, LocalPeaks peaks, HostPeaks found, PeakPairs pairs) =>
        pairs.Count == 0 ? []
        : fields.device_type == DeviceType.CPU && fields.numel() <= MaxNumbers ? OneByOne(fields, found.Points, pairs)
        : Together(fields, peaks.Points, pairs);

    /// <summary>Scores pairs in a loop, for fields in CPU memory.</summary>
    internal float[] OneByOne(Tensor fields, float[] points, PeakPairs pairs)
    {
        using var scope = NewDisposeScope();
        int edges = (int)fields.size(1) / 2,
            height = (int)fields.size(2),
            width = (int)fields.size(3);
        // No copy where the memory order is channels-last, as of our networks.
        var values = MemoryMarshal.Cast<byte, float>(
            fields.detach().to(ScalarType.Float32).permute(0, 2, 3, 1).contiguous().bytes
        );
        var longest = Longest(fields);
        var scores = new float[pairs.Count];
        var cells = new int[(_fractions.Length + Lanes - 1) / Lanes * Lanes];
        var fractions = new float[cells.Length];
        _fractions.CopyTo(fractions, 0);
        for (var pair = 0; pair < scores.Length; pair++)
        {
            var (from, to) = (2 * (int)pairs.Sources[pair], 2 * (int)pairs.Destinations[pair]);
            float fromX = points[from],
                fromY = points[from + 1],
                alongX = points[to] - fromX,
                alongY = points[to + 1] - fromY;
            var length = MathF.Sqrt(alongX * alongX + alongY * alongY);
            float unitX = alongX / length,
                unitY = alongY / length;
            CellsOf(fractions, fromX, fromY, Slope(alongX), Slope(alongY), height, width, cells);
            var sample = pairs.Samples[pair] * height * width;
            float sum = 0;
            foreach (var cell in cells.AsSpan(0, _fractions.Length))
            {
                var at = (int)(2 * ((sample + cell) * edges + pairs.Edges[pair]));
                sum += values[at] * unitX + values[at + 1] * unitY;
            }

            scores[pair] = sum / _fractions.Length + Math.Min(1 / length * longest - 1, 0) * _weight;
        }

        return scores;
    }

    /// <summary>Scores all pairs by tensor operations, on the device of the fields.</summary>
    internal float[] Together(Tensor fields, Tensor points, PeakPairs pairs)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor edge = Numbers(pairs.Edges),
            sample = Numbers(pairs.Samples),
            from = points.index_select(0, Numbers(pairs.Sources)), // (P, 2)
            along = points.index_select(0, Numbers(pairs.Destinations)) - from, // (P, 2)
            length = along.Square().sum(1).sqrt(); // (P)
        // (P, 2), NaN for peaks at one place
        var unit = along / length.unsqueeze(-1);
        // (P)
        var mean = AtPlaces(fields, sample, edge, from, along)
            .matmul(unit.unsqueeze(-1))
            .squeeze(-1)
            .mean(new long[] { 1 });
        var penalty = length.reciprocal().Mul(Longest(fields)).Sub(1).Clamp(null, 0).Mul(_weight); // (P)
        return mean.Add(penalty).Values<float>();

        Tensor Numbers(long[] numbers) =>
            tensor(numbers, new long[] { numbers.Length }, ScalarType.Int64, fields.device);
    }

    private float Longest(Tensor fields) =>
        (float)((double)_maxRatio * Math.Max(Math.Max(fields.size(2), fields.size(3)), fields.size(1)) * _stride);

    // sleap-nn's interpolation divides by 1 + ε, so that a line ends just before its peak. This decides the rounding of
    // places halfway between two cells, which are frequent for peaks at whole pixels.
    private static float Slope(float along) => along / (1 + MachineEpsilon);

    // The cells of the places on a line, as row · width + column.
    private void CellsOf(
        ReadOnlySpan<float> fractions,
        float fromX,
        float fromY,
        float slopeX,
        float slopeY,
        int height,
        int width,
        Span<int> cells
    )
    {
        for (var i = 0; i < cells.Length; i += Lanes)
        {
            var share = Vector256.Create(fractions[i..]);
            var row = Lines(share, fromY, slopeY, height - 1);
            var column = Lines(share, fromX, slopeX, width - 1);
            (row * Vector256.Create(width) + column).CopyTo(cells[i..]);
        }
    }

    private Vector256<int> Lines(Vector256<float> share, float from, float slope, float last)
    {
        // A product and a sum, rounded twice as in tensor operations.
        var place = (share * slope + Vector256.Create(from)) / Vector256.Create((float)_stride);
        return Vector256.ConvertToInt32(
            Vector256.Min(Vector256.Max(Vector256.Round(place), Vector256<float>.Zero), Vector256.Create(last))
        );
    }

    // The field at the places on each line: (P, places, 2). P pairs.
    private Tensor AtPlaces(Tensor fields, Tensor sample, Tensor edge, Tensor from, Tensor along)
    {
        long height = fields.size(2),
            width = fields.size(3);
        var slope = along.Div(1 + MachineEpsilon);
        var steps = tensor(_fractions, new long[] { 1, _fractions.Length, 1 }, ScalarType.Float32, fields.device);
        // (P, places, 2)
        var places = (slope.unsqueeze(1) * steps).Add(from.unsqueeze(1)).Div(_stride).round().to(ScalarType.Int64);
        var row = sample.unsqueeze(-1).Mul(height).Add(places.select(2, 1).Clamp(0, height - 1));
        // (P, places)
        var cell = row.Mul(width)
            .Add(places.select(2, 0).Clamp(0, width - 1))
            .Mul(fields.size(1) / 2)
            .Add(edge.unsqueeze(-1));
        return fields
            .permute(0, 2, 3, 1)
            .reshape(-1, 2)
            .index_select(0, cell.flatten())
            .view(cell.size(0), cell.size(1), 2);
    }
}
