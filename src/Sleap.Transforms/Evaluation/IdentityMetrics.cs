using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Whether paired animals are given the right name: for models that know individuals, and for tracks named by hand.
/// </summary>
/// <param name="TrueNames">The names in the labels, in order of appearance.</param>
/// <param name="PredictedNames">The names given, in order of appearance.</param>
/// <param name="Confusion">For each true name, how often each predicted name was given; the last figure of a row counts
/// pairs without a predicted name.</param>
public sealed record IdentityMetrics(
    ImmutableArray<string> TrueNames,
    ImmutableArray<string> PredictedNames,
    ImmutableArray<ImmutableArray<int>> Confusion
)
{
    /// <summary>Pairs whose true animal has a name.</summary>
    public int Pairs => Confusion.Sum(row => row.Sum());

    /// <summary>
    /// Share of these pairs with the right name; a pair without a predicted name is wrong. NaN without a pair.
    /// </summary>
    public double Accuracy
    {
        get
        {
            var right = TrueNames
                .Select((name, row) => PredictedNames.IndexOf(name) is >= 0 and var column ? Confusion[row][column] : 0)
                .Sum();
            return Pairs == 0 ? double.NaN : (double)right / Pairs;
        }
    }
}
