using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Compares a file that was written with the labels that it was made of.</summary>
internal sealed class SaveCheck
{
    private readonly Labels _expected;
    private readonly Labels _read;
    private readonly Dictionary<object, int> _expectedPlaces = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, int> _readPlaces = new(ReferenceEqualityComparer.Instance);

    private SaveCheck(Labels expected, Labels read)
    {
        (_expected, _read) = (expected, read);
        foreach (var (labels, places) in new[] { (expected, _expectedPlaces), (read, _readPlaces) })
        {
            IEnumerable<object>[] lists = [labels.Videos, labels.Tracks, labels.Identities];
            foreach (var list in lists)
            {
                foreach (var (place, item) in list.Index())
                    places.TryAdd(item, place);
            }
        }
    }

    /// <summary>The first difference, in words; null when there is none.</summary>
    /// <param name="expected">The labels.</param>
    /// <param name="source">The file that images were copied from; null for none.</param>
    /// <param name="read">The file as it was read.</param>
    /// <param name="file">Where it lies now.</param>
    /// <param name="hasLosses">Whether something of the data beyond poses was left out, which was said.</param>
    public static string? Difference(Labels expected, string? source, Labels read, string file, bool hasLosses)
    {
        var check = new SaveCheck(expected, read);
        return check.Lists(source, file) ?? check.Frames() ?? (hasLosses ? null : check.Beyond());
    }

    private string? Lists(string? source, string file)
    {
        // Images within the file are known by that, others by where they lie.
        static string Place(Video video, string? own) =>
            own is not null && SlpImageCopy.GroupIn(video, Path.GetFullPath(own)) is not null ? "."
            : video.FoundPath is { } found ? Path.GetFullPath(found)
            : video.Path;
        bool IsSameVideo(Video one, Video other)
        {
            // Images that were put into the file name the video that they are of.
            var original = Place(other, file) == "." && Place(one, source) != "." ? other.Source : other;
            return original is not null
                && one.Kind == original.Kind
                && Place(one, source) == Place(original, file)
                && one.ImagePaths.Length == original.ImagePaths.Length
                && one.FrameNumbers.SequenceEqual(original.FrameNumbers);
        }

        if (!_expected.Skeletons.SequenceEqual(_read.Skeletons))
            return "the skeletons differ";
        if (!AreSame(_expected.Videos, _read.Videos, IsSameVideo))
            return "the videos differ";
        if (!AreSame(_expected.Tracks, _read.Tracks, (one, other) => one.Name == other.Name))
            return "the tracks differ";
        if (!AreSame(_expected.Identities, _read.Identities, IsSameIdentity))
            return "the identities differ";
        return AreSame(
            _expected.Suggestions,
            _read.Suggestions,
            (one, other) =>
                (_expectedPlaces[one.Video], one.FrameIndex, one.Group ?? 0)
                == (_readPlaces[other.Video], other.FrameIndex, other.Group ?? 0)
        )
            ? null
            : "the suggestions differ";
    }

    private static bool IsSameIdentity(Identity one, Identity other) =>
        one.Name == other.Name && one.Metadata.SequenceEqual(other.Metadata);

    private static bool AreSame<T>(IReadOnlyList<T> one, IReadOnlyList<T> other, Func<T, T, bool> isSame) =>
        one.Count == other.Count && one.Zip(other).All(pair => isSame(pair.First, pair.Second));

    private string? Frames()
    {
        if (_expected.Frames.Count != _read.Frames.Count)
            return $"it has {_read.Frames.Count} frames, expected {_expected.Frames.Count}";
        var (expectedRows, readRows) = (Rows(_expected), Rows(_read));
        for (var i = 0; i < _expected.Frames.Count; i++)
        {
            var (one, other) = (_expected.Frames[i], _read.Frames[i]);
            var isSame =
                (_expectedPlaces[one.Video], one.FrameIndex, one.IsNegative)
                    == (_readPlaces[other.Video], other.FrameIndex, other.IsNegative)
                && one.Instances.Count == other.Instances.Count;
            for (var k = 0; isSame && k < one.Instances.Count; k++)
                isSame = IsSame(one.Instances[k], other.Instances[k], expectedRows, readRows);
            if (!isSame)
                return $"frame {one.FrameIndex} of video {_expectedPlaces[one.Video]} differs";
        }

        return null;
    }

    private static Dictionary<Instance, int> Rows(Labels labels)
    {
        var rows = new Dictionary<Instance, int>(ReferenceEqualityComparer.Instance);
        // Only sources are asked for.
        foreach (var source in labels.Frames.SelectMany(frame => frame.Instances).Select(i => i.FromPredicted))
        {
            if (source is not null)
                rows.TryAdd(source, -1);
        }

        foreach (var (row, instance) in labels.Frames.SelectMany(frame => frame.Instances).Index())
        {
            if (rows.ContainsKey(instance))
                rows[instance] = row;
        }

        return rows;
    }

    private bool IsSame(
        Instance one,
        Instance other,
        Dictionary<Instance, int> expectedRows,
        Dictionary<Instance, int> readRows
    ) =>
        one.IsPredicted == other.IsPredicted
        && one.Score.Equals(other.Score)
        && one.TrackingScore.Equals(other.TrackingScore)
        && (one.Identity is null || one.IdentityScore.Equals(other.IdentityScore))
        && PlaceOf(_expectedPlaces, one.Track) == PlaceOf(_readPlaces, other.Track)
        && PlaceOf(_expectedPlaces, one.Identity) == PlaceOf(_readPlaces, other.Identity)
        && one.Skeleton.Equals(other.Skeleton)
        && RowOf(expectedRows, one.FromPredicted) == RowOf(readRows, other.FromPredicted)
        && one.Points.AsSpan().Length == other.Points.Length
        && one.Points.Zip(other.Points).All(pair => IsSame(pair.First, pair.Second, one.IsPredicted));

    // Points of a person have no scores in the format, which the writer says where there are some.
    private static bool IsSame(Point one, Point other, bool isPredicted) =>
        isPredicted ? one.Equals(other) : (one with { Score = 0 }).Equals(other with { Score = 0 });

    private static int PlaceOf(Dictionary<object, int> places, object? item) => item is null ? -1 : places[item];

    // A source that is in no frame has no row, and is not in the file.
    private static int RowOf(Dictionary<Instance, int> rows, Instance? source) => source is null ? -1 : rows[source];

    private string? Beyond()
    {
        if (!JsonNode.DeepEquals(PoseJson.Copy(_expected.Provenance), PoseJson.Copy(_read.Provenance)))
            return "the provenance differs";
        if (!Bouts(_expected).SequenceEqual(Bouts(_read)))
            return "the events differ";
        var (one, other) = (_expected.Extras, _read.Extras);
        if (one is null)
            return null;
        // Bouts that were edited are compared above, and their datasets are new.
        List<string> NamesOf(SlpExtras? extras) =>
            [.. (extras?.Names ?? []).Where(name => _expected.AreBoutsOfFile || !SlpEvents.Has(name)).Order()];
        var names = NamesOf(one);
        if (!names.SequenceEqual(NamesOf(other)))
            return "the data beyond poses differ";
        if (one.Sessions.Count != (other?.Sessions.Count ?? 0) || one.Links.Count != (other?.Links.Count ?? 0))
            return "the recording sessions or identities differ";
        if (!one.Metadata.All(entry => JsonNode.DeepEquals(entry.Value, other?.Metadata[entry.Key])))
            return "the metadata differ";
        return other is null ? null : Datasets(one.File, other.File, names.Select(name => (name, name)));
    }

    private static IEnumerable<string> Bouts(Labels labels)
    {
        var places = BoutVideos.NamesOf(labels.Videos).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return labels
            .Bouts.Select(bout =>
                $"{places[bout.Video]} {bout.FirstFrame} {bout.LastFrame} {bout.IsPredicted} {bout.Behavior}\n"
                + $"{bout.Subject}\n{bout.Target}"
            )
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Compares the images that lie in a file with those of the file that they were copied from.</summary>
    /// <returns>The first difference, in words; null when there is none.</returns>
    public static string? Images(Labels expected, string source, Labels read, string file) =>
        Datasets(
            source,
            file,
            expected
                .Videos.Zip(read.Videos)
                .Where(pair => SlpImageCopy.GroupIn(pair.First, Path.GetFullPath(source)) is not null)
                .Select(pair => (pair.First.Dataset!, pair.Second.Dataset!)),
            isSameBytes: true
        );

    // Numbers that refer to rows may have changed, so that of other data sizes are compared.
    private static string? Datasets(
        string from,
        string to,
        IEnumerable<(string From, string To)> names,
        bool isSameBytes = false
    )
    {
        var left = new Stack<(string From, string To)>(names);
        if (left.Count == 0)
            return null;
        using var one = Hdf5Reader.Open(from);
        using var other = Hdf5Reader.Open(to);
        while (left.TryPop(out var name))
        {
            if (!one.Contains(name.From) || !other.Contains(name.To))
                return $"{name.From} is missing";
            if (!one.IsDataset(name.From))
            {
                foreach (var member in one.Members(name.From))
                    left.Push(($"{name.From}/{member}", $"{name.To}/{member}"));
                continue;
            }

            if (!one.Sizes(name.From).SequenceEqual(other.Sizes(name.To)))
                return $"{name.From} has another size";
            if (isSameBytes && !IsSame(one.ReadRaw(name.From), other.ReadRaw(name.To)))
                return $"{name.From} has other content";
        }

        return null;
    }

    private static bool IsSame(Hdf5Raw one, Hdf5Raw other) =>
        one.Bytes.AsSpan().SequenceEqual(other.Bytes)
        && one.Items.Length == other.Items.Length
        && one.Items.Zip(other.Items).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
