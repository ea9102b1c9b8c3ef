namespace Sleap.Transforms;

/// <summary>
/// Lets a new track go on as the one that it replaced, where exactly one is new and exactly one is missing; frame by
/// frame.
/// </summary>
internal sealed class SingleBreaks
{
    private readonly Dictionary<int, int> _renamed = [];
    private HashSet<int>? _lastGood;

    /// <summary>Renames tracks of the next frame in place; negative ones are none.</summary>
    public void Apply(int[] tracks)
    {
        var here = Present(tracks);
        _lastGood ??= here;
        for (var i = 0; i < tracks.Length; i++)
        {
            if (!_renamed.TryGetValue(tracks[i], out var before) || here.Contains(before))
                continue;
            tracks[i] = before;
            here = Present(tracks);
        }
        int[] extra = [.. here.Except(_lastGood)];
        int[] missing = [.. _lastGood.Except(here)];
        if (extra.Length == 1 && missing.Length == 1)
        {
            _renamed[extra[0]] = missing[0];
            tracks[Array.IndexOf(tracks, extra[0])] = missing[0];
        }
        else if (here.Count >= _lastGood.Count)
        {
            _lastGood = here;
        }
    }

    private static HashSet<int> Present(int[] tracks) => [.. tracks.Where(track => track >= 0)];
}
