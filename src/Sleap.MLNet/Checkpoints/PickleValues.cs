using System.Collections.Immutable;

namespace Sleap.MLNet;

/// <summary>A class or function that a pickle names. It is never looked up, let alone called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>
/// What would have come of calling something that this reader does not know. What it would have held is dropped.
/// </summary>
internal sealed record PickleOpaque(PickleGlobal? Called);

/// <summary>A Python dict, in its order.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The value of a key that is a text; the last one, as in Python, or null.</summary>
    public object? this[string key] => Entries.LastOrDefault(entry => entry.Key is string text && text == key).Value;
}

/// <summary>A block of numbers kept beside the pickle.</summary>
internal sealed record PickleStorage(string Type, string Key, long Count);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickleTensor(
    PickleStorage Storage,
    long Offset,
    ImmutableArray<long> Shape,
    ImmutableArray<long> Strides
);
