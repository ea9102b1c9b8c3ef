using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reads the instances of labels as animals with points, scores and the names of tracks.</summary>
internal sealed class InstanceReading
{
    private readonly Dictionary<Track, string> _tracks = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The instances that have a visible node.</summary>
    /// <param name="instances">The instances.</param>
    /// <param name="skeleton">The nodes wanted.</param>
    /// <param name="nodes">For each of them its place in the instances' own skeleton; null for the same order.</param>
    public List<PoseInstance> Animals(IEnumerable<Instance> instances, Skeleton skeleton, int[]? nodes)
    {
        List<PoseInstance> animals = [];
        foreach (var instance in instances)
        {
            var points = new float[skeleton.Nodes.Length * 2];
            var scores = new float[skeleton.Nodes.Length];
            for (var node = 0; node < skeleton.Nodes.Length; node++)
            {
                var point = instance.Points[nodes?[node] ?? node];
                (points[2 * node], points[(2 * node) + 1]) = point.IsMissing
                    ? (float.NaN, float.NaN)
                    : ((float)point.X, (float)point.Y);
                scores[node] = point.IsMissing ? float.NaN : point.Score;
            }
            var animal = new PoseInstance(
                points,
                instance.IsPredicted ? scores : null,
                instance.IsPredicted ? instance.Score : float.NaN,
                instance.Track is { } track ? Name(track) : null
            )
            {
                Place = animals.Count,
            };
            if (Enumerable.Range(0, skeleton.Nodes.Length).Any(animal.IsVisible))
                animals.Add(animal);
        }
        return animals;
    }

    /// <summary>A track's name; a second track of the same name is another animal and gets a number.</summary>
    private string Name(Track track)
    {
        if (_tracks.TryGetValue(track, out var known))
            return known;
        var name = track.Name;
        for (var number = 2; !_used.Add(name); number++)
            name = string.Create(CultureInfo.InvariantCulture, $"{track.Name} ({number})");
        _tracks.Add(track, name);
        return name;
    }
}
