namespace Sleap.IO;

/// <summary>The bouts of a .slp: the groups /events and /event_types of sleap-io, a dataset for each column.</summary>
internal static class SlpEvents
{
    public const string Group = "events";
    public const string TypesGroup = "event_types";

    /// <summary>The first format that has the groups: readers look for them from there on.</summary>
    public const double FormatId = 2.6;

    private const string TypeNames = $"{TypesGroup}/name";
    private const int BoutBytes = 160;
    private const long OfTrack = 1;
    private const long OfIdentity = 2;

    /// <summary>Whether a dataset or group of the root belongs to events.</summary>
    public static bool Has(string name) => SlpReferences.FamilyOf(name) == "event";

    /// <summary>The bouts of a file; null and the cause where the layout of its events is not known.</summary>
    public static IReadOnlyList<Bout>? Read(
        Hdf5Reader file,
        IReadOnlyList<Video> videos,
        IReadOnlyList<Track> tracks,
        IReadOnlyList<Identity> identities,
        out string cause
    )
    {
        cause = "";
        if (!file.Contains(Group))
            return [];
        try
        {
            return ReadGroup(file, BoutVideos.NamesOf(videos), tracks, identities);
        }
        catch (PoseFormatException fault)
        {
            cause = $"{fault.Dataset ?? Group} {fault.Cause}";
            return null;
        }
    }

    /// <summary>Writes the bouts of labels; nothing when there are none.</summary>
    public static void Write(Hdf5Writer file, Labels labels, string path)
    {
        if (labels.Bouts.Count == 0)
            return;
        var videos = PlacesOf(BoutVideos.NamesOf(labels.Videos));
        var tracks = PlacesOf(labels.Tracks.Select(track => track.Name));
        var identities = PlacesOf(labels.Identities.Select(identity => identity.Name));
        var types = PlacesOf(labels.Bouts.Select(bout => bout.Behavior).Distinct());
        (long Kind, long Number) Participant(string? name) =>
            name is null ? (0, -1)
            : tracks.TryGetValue(name, out var track) ? (OfTrack, track)
            : identities.TryGetValue(name, out var identity) ? (OfIdentity, identity)
            : throw new PoseFormatException(path, Group, $"there is no track and no identity '{OneLine.Short(name)}'.");
        void Column<T>(string name, Func<Bout, T> value)
            where T : unmanaged =>
            file.Numbers<T>($"{Group}/{name}", labels.Bouts.Select(value).ToArray(), [labels.Bouts.Count]);
        Column("type", bout => types[bout.Behavior]);
        Column("video", bout => videos[bout.Video]);
        Column<long>("start_frame", bout => bout.FirstFrame);
        Column<long>("end_frame", bout => bout.LastFrame);
        Column("subject_kind", bout => (sbyte)Participant(bout.Subject).Kind);
        Column("subject_idx", bout => Participant(bout.Subject).Number);
        Column("target_kind", bout => (sbyte)Participant(bout.Target).Kind);
        Column("target_idx", bout => Participant(bout.Target).Number);
        Column("is_predicted", bout => bout.IsPredicted);
        string[] empty = [.. labels.Bouts.Select(_ => "")];
        file.Texts($"{Group}/name", empty);
        file.Texts($"{Group}/source", empty);
        file.Texts(TypeNames, [.. types.Keys]);
    }

    private static IReadOnlyList<Bout> ReadGroup(
        Hdf5Reader file,
        IReadOnlyList<string> videos,
        IReadOnlyList<Track> tracks,
        IReadOnlyList<Identity> identities
    )
    {
        var types = file.ReadTexts(TypeNames);
        long[] Column(string name) => file.ReadNumbers<long>($"{Group}/{name}");
        var (type, video, first, last) = (Column("type"), Column("video"), Column("start_frame"), Column("end_frame"));
        var (subjectKind, subject) = (Column("subject_kind"), Column("subject_idx"));
        var (targetKind, target, predicted) = (Column("target_kind"), Column("target_idx"), Column("is_predicted"));
        foreach (var column in new[] { video, first, last, subjectKind, subject, targetKind, target, predicted })
        {
            if (column.Length != type.Length)
            {
                throw new PoseFormatException(
                    file.Path,
                    Group,
                    $"has columns of {type.Length} and {column.Length} rows"
                );
            }
        }

        file.Spend(type.Length, BoutBytes, Group);
        string? Participant(int row, long kind, long number) =>
            kind switch
            {
                0 => null,
                OfTrack => At(tracks, number, row).Name,
                OfIdentity => At(identities, number, row).Name,
                _ => throw Fault(row, $"has a participant of the kind {kind}"),
            };
        T At<T>(IReadOnlyList<T> list, long number, int row) =>
            number >= 0 && number < list.Count
                ? list[(int)number]
                : throw Fault(row, $"names number {number} of {list.Count}");
        PoseFormatException Fault(int row, string cause) => new(file.Path, $"{Group} row {row}", cause);
        var bouts = new Bout[type.Length];
        for (var row = 0; row < bouts.Length; row++)
        {
            if (first[row] is < 0 or > int.MaxValue || last[row] is < 0 or > int.MaxValue)
                throw Fault(row, $"has the frames {first[row]} to {last[row]}");
            bouts[row] = PoseFormatException.Naming(
                file.Path,
                $"{Group} row {row}",
                () =>
                    new Bout(
                        Participant(row, subjectKind[row], subject[row]) is { Length: > 0 } name ? name : null,
                        At(types, type[row], row),
                        (int)first[row],
                        (int)last[row]
                    )
                    {
                        Video = At(videos, video[row], row),
                        Target = Participant(row, targetKind[row], target[row]) is { Length: > 0 } other ? other : null,
                        IsPredicted = predicted[row] != 0,
                    }
            );
        }
        return Bout.InOrder(bouts);
    }

    private static Dictionary<string, long> PlacesOf(IEnumerable<string> names)
    {
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (place, name) in names.Index())
            places.TryAdd(name, place);
        return places;
    }
}
