using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// What a .slp holds that is not read: datasets and groups (regions, masks, boxes …), recording sessions, keys of the
/// metadata. It refers to videos, tracks, identities and instances by number; the lists here say which ones those are,
/// so that a file with other numbers can be written.
/// </summary>
/// <param name="File">The file, which is read again when the labels are written.</param>
/// <param name="FormatId">Its format: readers go by it to know what to look for.</param>
internal sealed record SlpExtras(string File, double FormatId)
{
    /// <summary>Datasets that a message names at most: all that a file of sleap-io has.</summary>
    public const int MaxNamed = 200;

    private readonly (long Length, DateTime Written) _state = StateOf(File);

    /// <summary>Datasets and groups.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The events of the file; null when they are laid out in a way that is not known.</summary>
    public IReadOnlyList<Bout>? Bouts { get; init; }

    /// <summary>The datasets and groups that are not read, but copied.</summary>
    public IEnumerable<string> Unread => Bouts is null ? Names : Names.Where(name => !SlpEvents.Has(name));

    /// <summary>Keys of the metadata that have no meaning here.</summary>
    public required JsonObject Metadata { get; init; }

    /// <summary>Rows of sessions_json.</summary>
    public required IReadOnlyList<string> Sessions { get; init; }

    /// <summary>Identities of what is in <see cref="Names"/>.</summary>
    public required IReadOnlyList<SlpLinkRow> Links { get; init; }

    /// <summary>The videos by their numbers in the file.</summary>
    public required IReadOnlyList<Video> Videos { get; init; }

    /// <summary>The tracks by their numbers in the file.</summary>
    public required IReadOnlyList<Track> Tracks { get; init; }

    /// <summary>The identities by their numbers in the file.</summary>
    public required IReadOnlyList<Identity> Identities { get; init; }

    /// <summary>Rows of the file's table of instances.</summary>
    public required int InstanceCount { get; init; }

    /// <summary>Stands for the frames of the file and the rows of their instances, see <see cref="HashOf"/>.</summary>
    public required string Frames { get; init; }

    /// <summary>Stands for the file in the places of instances.</summary>
    public required object Key { get; init; }

    public bool IsEmpty => Names.Count + Metadata.Count + Sessions.Count + Links.Count == 0;

    /// <summary>Whether the file is as it was when it was read.</summary>
    public bool IsThere => StateOf(File) == _state;

    /// <summary>A hash of the numbers of frames and the rows of their instances.</summary>
    public static string HashOf(IEnumerable<SlpFrameRow> frames)
    {
        ulong[] numbers = [.. frames.SelectMany(row => new[] { row.FrameIndex, row.InstanceStart, row.InstanceEnd })];
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan())));
    }

    /// <summary>
    /// What is kept when several sets become one: that of the first set that has any. That of a copy of its file is the
    /// same; of others it is left out.
    /// </summary>
    /// <param name="sets">The sets.</param>
    /// <param name="remarks">Gets a sentence for each set whose data are left out.</param>
    public static SlpExtras? FirstOf(IEnumerable<Labels> sets, List<string> remarks)
    {
        SlpExtras? first = null;
        foreach (var extras in sets.Select(set => set.Extras).OfType<SlpExtras>())
        {
            first ??= extras;
            if (first.Key != extras.Key && extras.Summary().Length > 0 && !first.HasBytesOf(extras))
            {
                remarks.Add(
                    $"Left out of {Path.GetFileName(extras.File)}, because such data are kept of one file, "
                        + $"{Path.GetFileName(first.File)}: {extras.Summary()}."
                );
            }
        }

        return first;
    }

    /// <summary>The same for labels that have other objects for videos, tracks and identities.</summary>
    public SlpExtras Mapped(Func<Video, Video> video, Func<Track, Track> track, Func<Identity, Identity> identity) =>
        this with
        {
            Videos = [.. Videos.Select(video)],
            Tracks = [.. Tracks.Select(track)],
            Identities = [.. Identities.Select(identity)],
        };

    /// <summary>The tracks that something here refers to.</summary>
    public IEnumerable<Track> NamedTracks()
    {
        var named = new SortedSet<int>();
        if (IsThere)
        {
            using var source = Hdf5Reader.Open(File);
            foreach (var table in SlpReferences.Tables.Where(table => Names.Contains(table.Name)))
            {
                SlpReferences.Changed(
                    source,
                    table,
                    (target, number) =>
                    {
                        if (target == SlpTarget.Track && number >= 0 && number < Tracks.Count)
                            named.Add((int)number);
                        return number;
                    }
                );
            }
        }

        return named.Select(number => Tracks[number]);
    }

    /// <summary>The same without the events.</summary>
    public SlpExtras WithoutEvents() => this with { Names = [.. Names.Where(name => !SlpEvents.Has(name))] };

    /// <summary>What there is beside bouts, for messages; empty when there is nothing.</summary>
    public string Summary() =>
        string.Join(
            ", ",
            [
                .. Unread,
                .. Sessions.Count > 0 ? [$"recording sessions ({Sessions.Count})"] : Array.Empty<string>(),
                .. Metadata.Select(entry => $"metadata '{entry.Key}'"),
            ]
        );

    private bool HasBytesOf(SlpExtras other)
    {
        if (!IsThere || !other.IsThere || _state.Length != other._state.Length)
            return false;
        using var one = System.IO.File.OpenRead(File);
        using var two = System.IO.File.OpenRead(other.File);
        return SHA256.HashData(one).AsSpan().SequenceEqual(SHA256.HashData(two));
    }

    private static (long, DateTime) StateOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? (info.Length, info.LastWriteTimeUtc) : (-1, default);
    }
}

/// <summary>Where an instance lies in a file.</summary>
/// <param name="File">Stands for the file.</param>
/// <param name="Row">Its row in the table of instances.</param>
internal sealed record SlpPlace(object File, int Row);
