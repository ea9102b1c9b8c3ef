namespace Sleap.Transforms;

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

    /// <summary>Null when the labels or the predictions have no names at all.</summary>
    public IdentityMetrics? Result() =>
        _truth.Count == 0 || _predicted.Count == 0
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
