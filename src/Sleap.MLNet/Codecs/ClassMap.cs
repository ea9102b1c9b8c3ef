using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Codec of class maps: one map per class, with the probability of that class at each place.</summary>
internal sealed class ClassMap
{
    private readonly ConfidenceMap _gaussians;

    /// <summary>Creates the codec of one head.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="stride">Input pixels between neighboring cells.</param>
    /// <param name="sigma">Standard deviation of the Gaussians around nodes, in cells.</param>
    /// <param name="threshold">The class is drawn only where the instance's Gaussians are above this value.</param>
    public ClassMap(int classes, int stride, float sigma, float threshold = 0.2f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        _gaussians = new ConfidenceMap(stride, sigma);
        (Classes, Threshold) = (classes, threshold);
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Input pixels between neighboring cells.</summary>
    public int Stride => _gaussians.Stride;

    /// <summary>The class is drawn only where the instance's Gaussians are above this value.</summary>
    public float Threshold { get; }

    /// <summary>
    /// Minimum class probability of a peak at its place, 0 to 1; peaks below it are left out. Null (default): the rule
    /// of sleap-nn.
    /// </summary>
    /// <remarks>
    /// With a value, peaks are chosen by peak score times class probability. sleap-nn chooses by the class probability
    /// alone and leaves out a peak unless its class is the most probable one there.
    /// </remarks>
    public float? MinClassProbability { get; init; }

    /// <summary>Whether to draw targets as sleap-nn 0.3.5 does. Default false.</summary>
    /// <remarks>
    /// sleap-nn 0.3.5 reshapes its table of instances and classes instead of transposing it, which assigns classes to
    /// the wrong instances unless there are two of each or the table is symmetric.
    /// </remarks>
    public bool ScrambleClasses { get; init; }

    /// <summary>Draws the target maps.</summary>
    /// <param name="points">
    /// (B, I, N, 2), x and y in input pixels, NaN = missing. B batch, I instances, N nodes.
    /// </param>
    /// <param name="classes">Class of each instance (B, I), −1 = none.</param>
    /// <param name="height">Height of the network's input.</param>
    /// <param name="width">Width of the network's input.</param>
    /// <returns>
    /// (B, K, ⌈height/stride⌉, ⌈width/stride⌉): in each cell the fraction of the class's instance in the sum of the
    /// Gaussians of all instances. K classes.
    /// </returns>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public Tensor Encode(Tensor points, Tensor classes, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(classes);
        if (
            points.dim() != 4
            || classes.dim() != 2
            || classes.size(0) != points.size(0)
            || classes.size(1) != points.size(1)
        )
        {
            throw new ArgumentException(
                $"Points have the shape ({string.Join(", ", points.shape)}) and classes "
                    + $"({string.Join(", ", classes.shape)}), expected (batch, instances, nodes, 2) and (batch, "
                    + $"instances).",
                nameof(points)
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        // (B, I, h, w)
        var gaussians = _gaussians.Encode(points.transpose(1, 2), height, width);
        // (B, I, h, w)
        var shares = (gaussians / gaussians.sum(1, true)).MaskedFill(gaussians.Gt(Threshold).logical_not(), 0);
        // (B, I, K)
        var table = new ClassVector(Classes).Encode(classes);
        long batch = points.size(0),
            instances = points.size(1);
        // (B, K, I)
        table = ScrambleClasses ? table.reshape(batch, Classes, instances) : table.transpose(1, 2);
        var maps = zeros(
            new[] { batch, Classes, gaussians.size(2), gaussians.size(3) },
            ScalarType.Float32,
            points.device
        );
        for (long instance = 0; instance < instances; instance++)
            // (B, K, h, w)
            maps = maps.maximum(table.narrow(2, instance, 1).unsqueeze(-1) * shares.narrow(1, instance, 1));
        return maps.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Groups peaks into instances by class. In each sample, each class gets at most one peak of each node, so that the
    /// sum of the scores they are chosen by is largest; a peak whose class is not probable enough is then left out
    /// (<see cref="MinClassProbability"/>).
    /// </summary>
    /// <param name="maps">(B, K, h, w)</param>
    /// <param name="peaks">Peaks of all nodes.</param>
    /// <param name="nodes">Number of nodes.</param>
    public ClassifiedPeaks Decode(Tensor maps, LocalPeaks peaks, int nodes)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(peaks);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var batch = maps.size(0);
        (var points, var values, var probabilities) = Classify(maps, peaks, nodes);
        return new ClassifiedPeaks(
            tensor(points, new[] { batch, Classes, nodes, 2 }).MoveToOuterDisposeScope(),
            tensor(values, new[] { batch, Classes, nodes }).MoveToOuterDisposeScope(),
            tensor(probabilities, new[] { batch, Classes, nodes }).MoveToOuterDisposeScope()
        );
    }

    // Points, values and probabilities, (B, K, N) each, points with x and y; NaN = missing.
    private (float[] Points, float[] Values, float[] Probabilities) Classify(Tensor maps, LocalPeaks peaks, int nodes)
    {
        if (maps.dim() != 4 || maps.size(1) != Classes)
        {
            throw new ArgumentException(
                $"Class maps have the shape ({string.Join(", ", maps.shape)}), expected "
                    + $"(batch, {Classes}, height, width).",
                nameof(maps)
            );
        }

        long batch = maps.size(0),
            height = maps.size(2),
            width = maps.size(3);
        // (P, 2), halves rounded to even; P peaks
        var cells = peaks.Points.Div(_gaussians.Stride).round().to(ScalarType.Int64);
        var row = peaks.Samples.Mul(height).Add(cells.select(1, 1).Clamp(0, height - 1));
        var place = row.Mul(width).Add(cells.select(1, 0).Clamp(0, width - 1)); // (P)
        var cellProbabilities = maps.permute(0, 2, 3, 1).reshape(-1, Classes).index_select(0, place); // (P, K)
        var all = HostPeaks.Numbers(cellProbabilities);
        var found = HostPeaks.Of(peaks);
        var chosen = Choose(all, found, (int)batch, nodes);
        float[] points = Missing(2 * chosen.Length),
            values = Missing(chosen.Length),
            probabilities = Missing(chosen.Length);
        for (var slot = 0; slot < chosen.Length; slot++)
        {
            if (chosen[slot] is not { } peak)
                continue;
            (points[2 * slot], points[2 * slot + 1]) = (found.Points[2 * peak], found.Points[2 * peak + 1]);
            (values[slot], probabilities[slot]) = (found.Values[peak], all[peak * Classes + slot / nodes % Classes]);
        }

        return (points, values, probabilities);
    }

    /// <summary>Chooses the peak of each class and node.</summary>
    /// <param name="all">Probability of each class for each peak (P, K).</param>
    /// <param name="found">The peaks of all nodes.</param>
    /// <param name="batch">Number of samples, B.</param>
    /// <param name="nodes">Number of nodes, N.</param>
    /// <returns>(B, K, N): the number of the peak, or null.</returns>
    public int?[] Choose(float[] all, HostPeaks found, int batch, int nodes)
    {
        var worth = MinClassProbability is null
            ? all
            : [.. all.Select((chance, i) => chance * found.Values[i / Classes])];
        var chosen = new int?[batch * Classes * nodes];
        foreach (
            var group in Enumerable
                .Range(0, found.Samples.Length)
                .GroupBy(peak => (found.Samples[peak], found.Channels[peak]))
        )
        {
            int[] members = [.. group];
            var classes = ClassVector.Assign(worth, members, Classes);
            for (var i = 0; i < members.Length; i++)
            {
                ReadOnlySpan<float> own = all.AsSpan(members[i] * Classes, Classes);
                if (classes[i] < 0 || !(own[classes[i]] >= (MinClassProbability ?? Largest(own))))
                    continue;
                chosen[(group.Key.Item1 * Classes + classes[i]) * nodes + group.Key.Item2] = members[i];
            }
        }

        return chosen;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in values)
            largest = Math.Max(largest, value);
        return largest;
    }

    private static float[] Missing(int count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }
}

/// <summary>Peaks grouped into one instance per class; on the CPU.</summary>
/// <param name="Points">(B, K, N, 2), x and y in input pixels, NaN = missing. B batch, K classes, N nodes.</param>
/// <param name="Values">Values of the peaks (B, K, N), NaN = missing.</param>
/// <param name="Probabilities">Probability that each peak has its class (B, K, N), NaN = missing.</param>
internal sealed record ClassifiedPeaks(Tensor Points, Tensor Values, Tensor Probabilities);
