using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Whether paired instances have the right name, which is that of their track: for models with classes, and for tracks
/// that were named by hand.
/// </summary>
/// <param name="TrueNames">The names in the labels, in order of appearance.</param>
/// <param name="PredictedNames">The names given, in order of appearance.</param>
/// <param name="Confusion">True names × (predicted names + 1): how often each predicted name was given. The last figure
/// of a row counts pairs without a predicted name.</param>
public sealed record IdentityMetrics(
    ImmutableArray<string> TrueNames,
    ImmutableArray<string> PredictedNames,
    ImmutableArray<ImmutableArray<int>> Confusion
)
{
    /// <summary>Number of pairs whose true instance has a name.</summary>
    public int Pairs => Confusion.Sum(row => row.Sum());

    /// <summary>
    /// Share of these pairs with the right name, 0 to 1; a pair without a predicted name is wrong. NaN without a pair.
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

/// <summary>Counts which names pairs have.</summary>
internal sealed class IdentityComparison
{
    private readonly OrderedDictionary<string, int> _truth = [];
    private readonly OrderedDictionary<string, int> _predicted = [];
    private readonly Dictionary<(int Truth, int Predicted), int> _counts = [];

    public void Add(string? truth, string? predicted)
    {
        if (predicted is not null)
            _predicted.TryAdd(predicted, _predicted.Count);
        if (truth is null)
            return;
        _truth.TryAdd(truth, _truth.Count);
        var key = (_truth[truth], predicted is null ? -1 : _predicted[predicted]);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    /// <summary>
    /// Null when labels and predictions have no name in common: "track_0" of a tracker says nothing of who it is.
    /// </summary>
    public IdentityMetrics? Result() =>
        !_predicted.Keys.Any(_truth.ContainsKey)
            ? null
            : new IdentityMetrics(
                [.. _truth.Keys],
                [.. _predicted.Keys],
                [
                    .. Enumerable
                        .Range(0, _truth.Count)
                        .Select(t =>
                            Enumerable
                                .Range(0, _predicted.Count)
                                .Append(-1)
                                .Select(p => _counts.GetValueOrDefault((t, p)))
                                .ToArray()
                        )
                        .Select(System.Collections.Immutable.ImmutableArray.Create),
                ]
            );
}
