namespace Microsoft.ML;

/// <summary>The strings of one saved component, each stored once.</summary>
internal sealed class ModelStringPool
{
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<string> _strings = [];

    public IReadOnlyList<string> Strings => _strings;

    public int IdOf(string text)
    {
        if (_ids.TryGetValue(text, out int id))
            return id;
        _ids.Add(text, _strings.Count);
        _strings.Add(text);
        return _strings.Count - 1;
    }
}
