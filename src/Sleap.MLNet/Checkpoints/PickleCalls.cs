namespace Sleap.MLNet;

/// <summary>
/// The few calls in a torch checkpoint whose result is built, by hand. Everything else is not called and stays opaque.
/// </summary>
internal static class PickleCalls
{
    public static object? Result(object? callee, object? arguments)
    {
        var given = arguments as object?[] ?? [];
        var called = callee as PickleGlobal;
        return called?.ToString() switch
        {
            "collections.OrderedDict" => Dictionary(given),
            "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor" => (object?)Tensor(given)
                ?? new PickleOpaque(called),
            "torch._utils._rebuild_parameter" when given.Length > 0 => given[0],
            _ => new PickleOpaque(called),
        };
    }

    // OrderedDict(), or OrderedDict([(key, value), ...])
    private static PickleDictionary Dictionary(object?[] given)
    {
        var dictionary = new PickleDictionary();
        foreach (var item in given is [List<object?> items, ..] ? items : [])
        {
            if (item is object?[] { Length: 2 } pair)
                dictionary.Entries.Add(new(pair[0], pair[1]));
            else if (item is List<object?> { Count: 2 } list)
                dictionary.Entries.Add(new(list[0], list[1]));
        }

        return dictionary;
    }

    private static PickleTensor? Tensor(object?[] given) =>
        given is [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..]
        && shape.All(size => size is long)
        && strides.All(step => step is long)
            ? new PickleTensor(
                storage,
                offset,
                [.. shape.Select(size => (long)size!)],
                [.. strides.Select(step => (long)step!)]
            )
            : null;
}
