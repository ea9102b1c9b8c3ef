using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reads the instances of labels as arrays. Tracks have the same numbers in all arrays of a reader.</summary>
internal sealed class InstanceReader
{
    private readonly Dictionary<Track, uint> _tracks = [];
    private readonly List<string> _names = [];
    private readonly HashSet<string> _usedNames = new(StringComparer.Ordinal);

    /// <summary>The instances that have a visible node.</summary>
    /// <param name="instances">The instances of a frame.</param>
    /// <param name="skeleton">The nodes wanted.</param>
    /// <param name="nodes">For each of them its number in the skeleton of the instances; null for the same
    /// order.</param>
    /// <returns>Instances whose scores are NaN where a person set them. Peak scores are empty where a person set all of
    /// them.</returns>
    public InstanceArray Read(IEnumerable<Instance> instances, Skeleton skeleton, int[]? nodes = null)
    {
        Instance[] read = [.. instances];
        var width = skeleton.Nodes.Length;
        var array = new InstanceArray(width, read.Length)
        {
            PeakScores = Array.Exists(read, instance => instance.IsPredicted)
                ? InstanceArray.Missing(read.Length * width)
                : [],
            TrackNames = _names,
        };
        for (var i = 0; i < read.Length; i++)
        {
            array.Scores[i] = read[i].IsPredicted ? read[i].Score : float.NaN;
            array.Tracks[i] = read[i].Track is { } track ? Number(track) : 0;
            for (var node = 0; node < width; node++)
            {
                var point = read[i].Points[nodes?[node] ?? node];
                if (point.IsMissing)
                    continue;
                var at = i * width + node;
                (array.Points[2 * at], array.Points[2 * at + 1]) = ((float)point.X, (float)point.Y);
                if (read[i].IsPredicted)
                    array.PeakScores[at] = point.Score;
            }
        }
        return array.WhereVisible();
    }

    // A second track of the same name is another animal, and its name gets a number.
    private uint Number(Track track)
    {
        if (_tracks.TryGetValue(track, out var known))
            return known;
        var name = track.Name;
        for (var number = 2; !_usedNames.Add(name); number++)
            name = string.Create(CultureInfo.InvariantCulture, $"{track.Name} ({number})");
        _names.Add(name);
        return _tracks[track] = (uint)_names.Count;
    }
}
