using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Codec of class vectors: the class probabilities of each crop of a frame.</summary>
internal sealed class ClassVector
{
    // Smallest positive number with full precision in float32.
    private const float SmallestNormal = 1.17549435e-38f;

    private readonly float _minProbability;

    /// <summary>Creates the codec of one head.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="minProbability">
    /// Minimum class probability; an instance below it gets no class. Null: a tenth of the uniform probability, 1 / (10
    /// · <paramref name="classes"/>), because an instance whose most probable class belongs to another instance gets
    /// its next class. sleap-nn has no minimum (0): if two instances both clearly look like the first class, one of
    /// them gets the second class, however improbable it is.
    /// </param>
    public ClassVector(int classes, float? minProbability = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _minProbability = minProbability ?? 0.1f / classes;
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Encodes class numbers as vectors.</summary>
    /// <param name="classes">Class of each instance, any shape, whole numbers; −1 = none.</param>
    /// <returns>The input shape with <see cref="Classes"/> appended, float: 1 at the class, all 0 for none.</returns>
    public Tensor Encode(Tensor classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var numbers = TensorArithmetic.Range(0, Classes, ScalarType.Int64, classes.device);
        return classes.to(ScalarType.Int64).unsqueeze(-1).eq(numbers).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Assigns a class to each instance of one frame, each class at most once, so that the sum of probabilities is
    /// largest.
    /// </summary>
    /// <param name="probabilities">(I, K). I instances, K classes.</param>
    /// <returns>The class of each instance, −1 for none, and its probability, NaN for none.</returns>
    /// <exception cref="ArgumentException">The shape does not match.</exception>
    public (int[] Classes, float[] Probabilities) Decode(Tensor probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.dim() != 2 || probabilities.size(1) != Classes)
        {
            throw new ArgumentException(
                $"Probabilities have the shape ({string.Join(", ", probabilities.shape)}), "
                    + $"expected (instances, {Classes}).",
                nameof(probabilities)
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var values = probabilities.to(ScalarType.Float32).Values<float>();
        var instances = (int)probabilities.size(0);
        var assigned = Assign(values, [.. Enumerable.Range(0, instances)], Classes);
        var found = new float[instances];
        for (var instance = 0; instance < instances; instance++)
        {
            found[instance] = assigned[instance] >= 0 ? values[instance * Classes + assigned[instance]] : float.NaN;
            if (!(found[instance] >= _minProbability))
                (assigned[instance], found[instance]) = (-1, float.NaN);
        }

        return (assigned, found);
    }

    /// <summary>
    /// Assigns classes from probabilities on the CPU, I · K values. Returns keys: the class counted from 1, 0 for none.
    /// An instance whose probabilities are NaN gets none.
    /// </summary>
    internal uint[] Decode(float[] probabilities)
    {
        int[] known =
        [
            .. Enumerable
                .Range(0, probabilities.Length / Classes)
                .Where(instance => !float.IsNaN(probabilities[instance * Classes])),
        ];
        var assigned = Assign(probabilities, known, Classes);
        var keys = new uint[probabilities.Length / Classes];
        for (var i = 0; i < known.Length; i++)
        {
            if (assigned[i] >= 0 && probabilities[known[i] * Classes + assigned[i]] >= _minProbability)
                keys[known[i]] = (uint)assigned[i] + 1;
        }

        return keys;
    }

    /// <summary>Returns the cross entropy of the network's probabilities and the targets.</summary>
    /// <param name="probabilities">(M, K), outputs of the network's head after softmax. M crops.</param>
    /// <param name="targets">
    /// (M, K), from <see cref="Encode"/>; a row of zeros adds no loss but counts in the mean.
    /// </param>
    /// <param name="softmaxTwice">
    /// Whether to treat the probabilities as logits, as sleap-nn 0.3.5 does; the loss then stays above 0.31 for two
    /// classes even if the network is right. Default false.
    /// </param>
    /// <returns>A scalar with a gradient.</returns>
    public static Tensor Loss(Tensor probabilities, Tensor targets, bool softmaxTwice = false)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(targets);
        using var scope = NewDisposeScope();
        // The gradient through softmax and logarithm equals that of log-softmax, p − y, as long as p is above 0. In
        // single precision this holds until logits differ by about 100. (M, K)
        var logarithms = softmaxTwice ? probabilities.log_softmax(1) : probabilities.Clamp(SmallestNormal, null).log();
        return (logarithms * targets).sum(1).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Assigns to each of the given rows of a table of probabilities a column, each column at most once, or −1.
    /// </summary>
    internal static int[] Assign(float[] probabilities, IReadOnlyList<int> rows, int columns)
    {
        var cost = new double[rows.Count, columns];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var probability = probabilities[rows[row] * columns + column];
                cost[row, column] = float.IsFinite(probability) ? -probability : 0;
            }
        }

        return rows.Count == 0 ? [] : Assignment.Solve(cost);
    }
}
