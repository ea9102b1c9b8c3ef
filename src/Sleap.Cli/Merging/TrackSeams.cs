using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>Finds for the tracks of a frame range which tracks of the ranges before it they go on from.</summary>
internal sealed partial class TrackSeams(MergeOptions options)
{
    private readonly Dictionary<string, Track> _names = new(StringComparer.Ordinal);

    /// <summary>How many tracks of the last range go on from one before it by their place.</summary>
    public int LastStitched { get; private set; }

    /// <summary>What each track of a range is from now on.</summary>
    /// <param name="before">The frames of all ranges before it, in order.</param>
    /// <param name="range">The range.</param>
    public Dictionary<Track, Track> Join(IReadOnlyList<LabeledFrame> before, Labels range)
    {
        LastStitched = 0;
        Dictionary<Track, Track> joined = new(ReferenceEqualityComparer.Instance);
        foreach (var track in range.Tracks.Where(IsKnownByName))
            joined[track] = _names.TryGetValue(track.Name, out var same) ? same : Named(track.Name);
        var frames = range.FramesInOrder;
        foreach (var (track, earlier) in Continued(before, frames))
        {
            joined[track] = earlier;
            LastStitched++;
        }
        foreach (var track in range.Tracks.Where(track => !joined.ContainsKey(track)))
            joined[track] = Named(Free(track.Name));
        return joined;
    }

    private bool IsKnownByName(Track track) =>
        options.Tracks switch
        {
            SeamRule.Name => true,
            SeamRule.Position => false,
            _ => !Numbered().IsMatch(track.Name),
        };

    // The animals just before the seam and just behind it are tracked over two frames, as animals of a video are.
    private IEnumerable<(Track Track, Track Earlier)> Continued(
        IReadOnlyList<LabeledFrame> before,
        IReadOnlyList<LabeledFrame> frames
    )
    {
        if (
            before.Count == 0
            || frames.FirstOrDefault(frame => frame.Instances.Any(animal => animal.Track is not null)) is not { } first
        )
        {
            return [];
        }

        var last = Places(
            before
                .Reverse()
                .SkipWhile(frame => frame.FrameIndex > first.FrameIndex)
                .TakeWhile(frame => frame.FrameIndex >= first.FrameIndex - options.MaxGap)
        );
        var next = Places(frames.TakeWhile(frame => frame.FrameIndex <= first.FrameIndex + options.MaxGap));
        if (last.Count == 0 || next.Count == 0)
            return [];
        LabeledFrame[] seam = [FrameOf(0, first.Video, last), FrameOf(1, first.Video, next)];
        var tracked = new MLContext(seed: 0)
            .Pose()
            .Track(
                new Labels(seam),
                new TrackingOptions { Features = TrackFeatures.Centroids, Scoring = TrackScoring.EuclideanDistance }
            );
        var limit = options.MaxDistance ?? Length(last.Concat(next).Select(place => place.Animal));
        return
        [
            .. from a in tracked.Frames[0].Instances.Zip(last)
            join b in tracked.Frames[1].Instances.Zip(next) on a.First.Track?.Name equals b.First.Track?.Name
            where a.First.Track is not null && Distance(a.Second.Animal, b.Second.Animal) <= limit
            select (b.Second.Track, a.Second.Track),
        ];
    }

    /// <summary>The first animal of each track that is to be followed by its place.</summary>
    private List<(Track Track, Instance Animal)> Places(IEnumerable<LabeledFrame> frames) =>
        [
            .. frames
                .SelectMany(frame => frame.Instances)
                .Where(animal =>
                    animal.Track is { } track && !IsKnownByName(track) && animal.Points.Any(point => !point.IsMissing)
                )
                .DistinctBy(animal => animal.Track)
                .Select(animal => (animal.Track!, animal)),
        ];

    private static LabeledFrame FrameOf(int index, Video video, List<(Track Track, Instance Animal)> places) =>
        new()
        {
            Video = video,
            FrameIndex = index,
            Instances =
            [
                .. places.Select(place => new Instance
                {
                    Skeleton = place.Animal.Skeleton,
                    Points = place.Animal.Points,
                    IsPredicted = true,
                    Score = 1,
                }),
            ],
        };

    private Track Named(string name) => _names[name] = new Track(name);

    // A tracker's next number, or the name with a number behind it.
    private string Free(string name)
    {
        if (!_names.ContainsKey(name))
            return name;
        var stem = Numbered().IsMatch(name) ? "track_" : name + "_";
        return Enumerable
            .Range(0, int.MaxValue)
            .Select(number => stem + number.ToString(CultureInfo.InvariantCulture))
            .First(free => !_names.ContainsKey(free));
    }

    private static double Length(IEnumerable<Instance> animals)
    {
        List<double> lengths =
        [
            .. animals
                .Select(animal => animal.Points.Where(point => !point.IsMissing).ToList())
                .Select(seen =>
                    Math.Sqrt(
                        Math.Pow(seen.Max(p => p.X) - seen.Min(p => p.X), 2)
                            + Math.Pow(seen.Max(p => p.Y) - seen.Min(p => p.Y), 2)
                    )
                )
                .Order(),
        ];
        return lengths[lengths.Count / 2];
    }

    private static double Distance(Instance one, Instance other)
    {
        var (a, b) = (Middle(one), Middle(other));
        return Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));
    }

    private static (double X, double Y) Middle(Instance animal)
    {
        var seen = animal.Points.Where(point => !point.IsMissing).ToList();
        return (seen.Average(point => point.X), seen.Average(point => point.Y));
    }

    [GeneratedRegex(@"^track_\d+$")]
    private static partial Regex Numbered();
}
