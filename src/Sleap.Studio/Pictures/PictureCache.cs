namespace Sleap.Studio;

/// <summary>How a picture is encoded.</summary>
internal enum PictureForm
{
    /// <summary>JPEG of high quality.</summary>
    Jpeg,

    /// <summary>PNG: the pixels as they were decoded.</summary>
    Png,
}

/// <summary>Encoded pictures that were asked for last, up to a number of bytes.</summary>
internal sealed class PictureCache(long maxBytes)
{
    private readonly Dictionary<PictureKey, LinkedListNode<(PictureKey Key, byte[] Bytes)>> _places = [];
    private readonly LinkedList<(PictureKey Key, byte[] Bytes)> _byAge = [];
    private readonly Lock _gate = new();
    private long _bytes;

    public byte[]? Find(PictureKey key)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(key, out var node))
                return null;
            _byAge.Remove(node);
            _byAge.AddLast(node);
            return node.Value.Bytes;
        }
    }

    public void Keep(PictureKey key, byte[] bytes)
    {
        lock (_gate)
        {
            if (_places.ContainsKey(key))
                return;
            _places.Add(key, _byAge.AddLast((key, bytes)));
            _bytes += bytes.Length;
            while (_bytes > maxBytes && _byAge.First is { } oldest)
            {
                _byAge.RemoveFirst();
                _places.Remove(oldest.Value.Key);
                _bytes -= oldest.Value.Bytes.Length;
            }
        }
    }
}

/// <summary>A picture of a video in one form.</summary>
internal readonly record struct PictureKey(int Video, int Frame, PictureForm Form);
