using Sleap.IO;

namespace Sleap.Cli;

/// <summary>What labels say about the animals in numbers: how many, how large, which way they face. Lengths are pixels of the frame.</summary>
internal sealed record LabelFacts
{
    private const double AnchorVisibility = 0.95;

    /// <summary>The skeleton that the animals have.</summary>
    public required Skeleton Skeleton { get; init; }

    /// <summary>Frames with an animal.</summary>
    public required int Frames { get; init; }

    /// <summary>Animals in all frames.</summary>
    public required int Animals { get; init; }

    /// <summary>Animals in the fullest frame.</summary>
    public required int MostAnimals { get; init; }

    /// <summary>Median diagonal of the box around an animal's visible nodes.</summary>
    public required double Length { get; init; }

    /// <summary>The longest diagonal.</summary>
    public required double LargestLength { get; init; }

    /// <summary>Share of the animals whose box lies over another's by a tenth of the smaller one.</summary>
    public required double Overlapping { get; init; }

    /// <summary>How alike the animals' directions are: 1 all the same, 0 every way alike (mean resultant length).</summary>
    public required double Alignment { get; init; }

    /// <summary>The node nearest to the middle of those that are nearly always visible; null when none is.</summary>
    public required string? Anchor { get; init; }

    /// <summary>Names of the tracks that animals have.</summary>
    public required IReadOnlyList<string> Tracks { get; init; }

    /// <summary>Height and width of the frames, and 1 or 3 channels, where the labels or the video say.</summary>
    public required VideoShape? Shape { get; init; }

    /// <summary>Looks at the animals that a person set, and where a frame has none at the predicted ones, as training does.</summary>
    /// <exception cref="InvalidDataException">There is no animal, or there are animals of several skeletons.</exception>
    public static LabelFacts Of(Labels labels, string name)
    {
        List<List<Instance>> frames = [.. labels.Frames.Select(Taken).Where(animals => animals.Count > 0)];
        List<Instance> all = [.. frames.SelectMany(animals => animals)];
        if (all.Count == 0) throw new InvalidDataException($"'{name}' has no animal with a visible node.");
        if (all.Select(animal => animal.Skeleton).Distinct().Skip(1).Any()) throw new InvalidDataException($"'{name}' has animals of several skeletons; a model is of one.");
        List<double> lengths = [.. all.Select(BoxOf).Select(box => Math.Sqrt(box.Width * box.Width + box.Height * box.Height)).Where(length => length > 0).Order()];
        return new()
        {
            Skeleton = all[0].Skeleton,
            Frames = frames.Count,
            Animals = all.Count,
            MostAnimals = frames.Max(animals => animals.Count),
            Length = Median(lengths),
            LargestLength = lengths.LastOrDefault(1),
            Overlapping = frames.Sum(animals => animals.Count(one => animals.Exists(other => other != one && Covers(BoxOf(one), BoxOf(other))))) / (double)all.Count,
            Alignment = AlignmentOf(all),
            Anchor = AnchorOf(all),
            Tracks = [.. all.Where(animal => animal.Track is not null).Select(animal => animal.Track!.Name).Distinct().Order(StringComparer.Ordinal)],
            Shape = labels.Frames[0].Video.Shape,
        };
    }

    private static List<Instance> Taken(LabeledFrame frame)
    {
        List<Instance> seen = [.. frame.Instances.Where(animal => animal.Points.Any(point => !point.IsMissing))];
        return seen.Exists(animal => !animal.IsPredicted) ? seen.FindAll(animal => !animal.IsPredicted) : seen;
    }

    private static (double Left, double Top, double Width, double Height) BoxOf(Instance animal)
    {
        var seen = animal.Points.Where(point => !point.IsMissing).ToList();
        var (left, top) = (seen.Min(point => point.X), seen.Min(point => point.Y));
        return (left, top, seen.Max(point => point.X) - left, seen.Max(point => point.Y) - top);
    }

    private static bool Covers((double Left, double Top, double Width, double Height) a, (double Left, double Top, double Width, double Height) b)
    {
        var width = Math.Min(a.Left + a.Width, b.Left + b.Width) - Math.Max(a.Left, b.Left);
        var height = Math.Min(a.Top + a.Height, b.Top + b.Height) - Math.Max(a.Top, b.Top);
        return width > 0 && height > 0 && width * height >= 0.1 * Math.Min(a.Width * a.Height, b.Width * b.Height);
    }

    // Along the two nodes that lie farthest apart on the whole, which are the two ends of most animals.
    private static double AlignmentOf(List<Instance> animals)
    {
        var nodes = animals[0].Points.Length;
        var best = (Distance: 0.0, From: 0, To: 0);
        for (var from = 0; from < nodes; from++)
        {
            for (var to = from + 1; to < nodes; to++)
            {
                var distances = animals.Where(animal => !animal.Points[from].IsMissing && !animal.Points[to].IsMissing).Select(animal => Distance(animal.Points[from], animal.Points[to])).ToList();
                if (2 * distances.Count >= animals.Count && distances.Average() > best.Distance) best = (distances.Average(), from, to);
            }
        }
        var ways = animals.Where(animal => !animal.Points[best.From].IsMissing && !animal.Points[best.To].IsMissing)
            .Select(animal => Math.Atan2(animal.Points[best.To].Y - animal.Points[best.From].Y, animal.Points[best.To].X - animal.Points[best.From].X)).ToList();
        return best.Distance == 0 ? 1 : Math.Sqrt(Math.Pow(ways.Average(Math.Cos), 2) + Math.Pow(ways.Average(Math.Sin), 2));
    }

    private static string? AnchorOf(List<Instance> animals)
    {
        double FromMiddle(Instance animal, int node)
        {
            var seen = animal.Points.Where(point => !point.IsMissing).ToList();
            return Distance(animal.Points[node], new Point(seen.Average(point => point.X), seen.Average(point => point.Y)));
        }
        return animals[0].Skeleton.Nodes
            .Select((name, node) => (Name: name, Distances: animals.Where(animal => !animal.Points[node].IsMissing).Select(animal => FromMiddle(animal, node)).ToList()))
            .Where(node => node.Distances.Count >= AnchorVisibility * animals.Count)
            .OrderBy(node => node.Distances.Average()).Select(node => node.Name).FirstOrDefault();
    }

    private static double Distance(Point a, Point b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    private static double Median(List<double> sorted) => sorted.Count == 0 ? 1 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}
