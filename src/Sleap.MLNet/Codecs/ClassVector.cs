using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Which class each crop of a frame is of, as a vector of probabilities.</summary>
internal sealed class ClassVector
{
    // The least that single precision holds in full.
    private const float LeastNumber = 1.17549435e-38f;

    private readonly float _leastProbability;

    /// <summary>Makes the codec of one head.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="leastProbability"> Below this probability an animal gets no class. Null: a tenth of a guess's, 1 /
    /// (10 · <paramref name="classes"/>), since an animal whose likeliest class is surely another one's has its next
    /// one. sleap-nn has no such limit (0): of two animals that both look wholly like the first class, it calls one the
    /// second, with whatever probability.
    /// </param>
    public ClassVector(int classes, float? leastProbability = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _leastProbability = leastProbability ?? 0.1f / classes;
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Writes class numbers as vectors.</summary>
    /// <param name="classes">Class of each animal, any shape, whole numbers; −1 = none.</param>
    /// <returns>The shape with <see cref="Classes"/> at the end, float: 1 at the class, all 0 for none.</returns>
    public Tensor Encode(Tensor classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var numbers = arange(0, Classes, ScalarType.Int64, classes.device);
        return classes.to(ScalarType.Int64).unsqueeze(-1).eq(numbers).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Gives each animal of one frame a class, no class twice, so that the sum of probabilities is largest.
    /// </summary>
    /// <param name="probabilities">(animals, classes)</param>
    /// <returns>The class of each animal, −1 for none, and its probability, NaN for none.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public (int[] Classes, float[] Probabilities) Decode(Tensor probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.dim() != 2 || probabilities.size(1) != Classes)
        {
            throw new ArgumentException(
                $"Probabilities have the shape ({string.Join(", ", probabilities.shape)}), "
                    + $"expected (animals, {Classes}).",
                nameof(probabilities)
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var values = probabilities.to(ScalarType.Float32).Values<float>();
        var animals = (int)probabilities.size(0);
        var assigned = Assign(values, [.. Enumerable.Range(0, animals)], Classes);
        var found = new float[animals];
        for (var animal = 0; animal < animals; animal++)
        {
            found[animal] = assigned[animal] >= 0 ? values[animal * Classes + assigned[animal]] : float.NaN;
            if (!(found[animal] >= _leastProbability))
                (assigned[animal], found[animal]) = (-1, float.NaN);
        }

        return (assigned, found);
    }

    /// <summary>
    /// The same for probabilities on the CPU, animals · classes, as keys: the class counted from 1, 0 for none. An
    /// animal of NaN has none.
    /// </summary>
    internal uint[] Decode(float[] probabilities)
    {
        int[] known =
        [
            .. Enumerable
                .Range(0, probabilities.Length / Classes)
                .Where(animal => !float.IsNaN(probabilities[animal * Classes])),
        ];
        var assigned = Assign(probabilities, known, Classes);
        var keys = new uint[probabilities.Length / Classes];
        for (var i = 0; i < known.Length; i++)
        {
            if (assigned[i] >= 0 && probabilities[known[i] * Classes + assigned[i]] >= _leastProbability)
                keys[known[i]] = (uint)assigned[i] + 1;
        }

        return keys;
    }

    /// <summary>Cross entropy of the network's probabilities and the targets.</summary>
    /// <param name="probabilities">(M, classes), as the network's head gives them: softmax has been applied.</param>
    /// <param name="targets">(M, classes), as <see cref="Encode"/> gives them; a row of zeros adds nothing but counts
    /// in the mean.</param>
    /// <param name="softmaxTwice"> Take the probabilities for logits, as sleap-nn 0.3.5 does, which keeps the loss
    /// above 0.31 for two classes however right the network is. Default false.
    /// </param>
    /// <returns>A scalar that can be differentiated.</returns>
    public static Tensor Loss(Tensor probabilities, Tensor targets, bool softmaxTwice = false)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(targets);
        using var scope = NewDisposeScope();
        // The gradient through softmax and logarithm is that of log-softmax, p − y, as long as p is above 0, which in
        // single precision it is until logits are about 100 apart.
        // (M, classes)
        var logarithms = softmaxTwice ? probabilities.log_softmax(1) : probabilities.clamp(LeastNumber, null).log();
        return (logarithms * targets).sum(1).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>For each of the given rows of a table of probabilities a column, none twice, or −1.</summary>
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
