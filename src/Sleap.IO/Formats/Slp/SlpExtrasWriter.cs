using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes what a .slp holds beyond poses into another .slp. Numbers that refer to videos, tracks, identities and
/// instances become those that these have now. What is not known to be right with them is left out, and named.
/// </summary>
internal sealed class SlpExtrasWriter
{
    private readonly SlpExtras _extras;
    private readonly Hdf5Writer _target;
    private readonly Dictionary<SlpTarget, long[]> _numbers;
    private readonly HashSet<string> _families = [];
    private readonly List<string> _remarks = [];

    /// <summary>Whether frames and instances, videos and identities have the numbers that they had.</summary>
    private readonly bool _areRowsSame;

    /// <param name="extras">What to write.</param>
    /// <param name="labels">The labels that are written.</param>
    /// <param name="instances">Rows of the instances that are written.</param>
    /// <param name="frames">Rows of the frames that are written.</param>
    /// <param name="target">The file.</param>
    public SlpExtrasWriter(
        SlpExtras extras,
        Labels labels,
        IReadOnlyDictionary<Instance, long> instances,
        IReadOnlyList<SlpFrameRow> frames,
        Hdf5Writer target
    )
    {
        (_extras, _target) = (extras, target);
        var rows = new long[extras.InstanceCount];
        Array.Fill(rows, -1);
        foreach (var (instance, row) in instances)
        {
            if (instance.Place is { } place && place.File == extras.Key)
                rows[place.Row] = row;
        }

        _numbers = new()
        {
            [SlpTarget.Video] = NumbersIn(labels.Videos, extras.Videos),
            [SlpTarget.Track] = NumbersIn(labels.Tracks, extras.Tracks),
            [SlpTarget.Identity] = NumbersIn(labels.Identities, extras.Identities),
            [SlpTarget.Instance] = rows,
        };
        using var source = extras.IsThere ? Hdf5Reader.Open(extras.File) : null;
        _areRowsSame =
            IsSame(SlpTarget.Video)
            && IsSame(SlpTarget.Identity)
            && IsSame(SlpTarget.Instance)
            && SlpExtras.HashOf(frames) == extras.Frames;
        if (source is not null)
        {
            Copy(source);
        }
        else if (extras.Names.Count > 0)
        {
            _remarks.Add(
                $"{OneLine.Some(extras.Names, SlpExtras.MaxNamed)}: cannot be copied, because {extras.File} was changed or removed "
                    + "since it was read."
            );
        }

        Sessions = [.. extras.Sessions.Select(ChangedSession).OfType<string>()];
        Links = [.. extras.Links.Where(IsKept).Select(link => link with { Identity = IdentityOf(link) })];
        Metadata = PoseJson.Copy(extras.Metadata.Where(IsKept));
        if (LeftOut().ToList() is [_, ..] leftOut)
        {
            _remarks.Add(
                "Left out, because they refer to frames, instances, tracks or videos by number: "
                    + $"{OneLine.Some(leftOut, SlpExtras.MaxNamed)} of {Path.GetFileName(extras.File)}."
            );
        }
    }

    /// <summary>Rows of sessions_json.</summary>
    public IReadOnlyList<string> Sessions { get; }

    /// <summary>Identities of what was written.</summary>
    public IReadOnlyList<SlpLinkRow> Links { get; }

    /// <summary>Keys for the metadata.</summary>
    public JsonObject Metadata { get; }

    /// <summary>The format that the file must have at least.</summary>
    public double FormatId => _families.Count > 0 ? _extras.FormatId : 0;

    /// <summary>What was left out, one sentence each.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    private bool IsAllSame => _areRowsSame && IsSame(SlpTarget.Track);

    private static long[] NumbersIn<T>(IReadOnlyList<T> written, IReadOnlyList<T> named)
        where T : class
    {
        var places = new Dictionary<T, long>(ReferenceEqualityComparer.Instance);
        foreach (var item in written)
            places.TryAdd(item, places.Count);
        return [.. named.Select(item => places.GetValueOrDefault(item, -1))];
    }

    private bool IsSame(SlpTarget target) => !_numbers[target].Where((number, old) => number != old).Any();

    private void Copy(Hdf5Reader source)
    {
        var changed = new Dictionary<string, Hdf5Raw>();
        foreach (var family in _extras.Names.GroupBy(SlpReferences.FamilyOf))
        {
            if (!IsAllSame && !Change(source, family.Key, changed))
                continue;
            _families.Add(family.Key);
        }

        var copy = new Hdf5Copy(source, _target, changed);
        foreach (var name in _extras.Names.Where(name => _families.Contains(SlpReferences.FamilyOf(name))))
            copy.Copy(name);
        _remarks.AddRange(copy.Remarks);
    }

    /// <summary>Gives datasets that belong together their new numbers; false when they must be left out.</summary>
    private bool Change(Hdf5Reader source, string family, Dictionary<string, Hdf5Raw> changed)
    {
        // These two refer to frames and instances, and to videos, in ways of their own.
        if (family is "session_data")
            return _areRowsSame;
        if (family is "video_crops")
            return IsSame(SlpTarget.Video);
        var tables = SlpReferences
            .Tables.Where(table => table.Family == family && _extras.Names.Contains(table.Name))
            .ToList();
        if (tables.Count == 0)
            return false;
        var lost = 0;
        long Map(SlpTarget target, long number)
        {
            var numbers = _numbers[target];
            var now = number >= 0 && number < numbers.Length ? numbers[number] : -1;
            lost += now < 0 && number >= 0 ? 1 : 0;
            return now;
        }

        foreach (var table in tables)
        {
            if (SlpReferences.Changed(source, table, Map) is not { } datasets)
                return false;
            foreach (var (name, raw) in datasets)
                changed[name] = raw;
        }

        // An embedding is nothing without its instance.
        if (lost > 0 && family == "embedding")
            return false;
        if (lost > 0)
        {
            _remarks.Add(
                $"{tables[0].Name}: {lost} references to instances, tracks or videos that are no longer there are empty "
                    + "now."
            );
        }

        return true;
    }

    /// <summary>A session with other numbers; null when it cannot be read.</summary>
    private string? ChangedSession(string text)
    {
        if (_areRowsSame)
            return text;
        try
        {
            var json = new PoseJson(_extras.File);
            var session = json.Object(text, "sessions_json");
            if (!IsSame(SlpTarget.Video) && session["camcorder_to_video_idx_map"] is JsonObject cameras)
                ChangeCameras(cameras, json);
            var hasGroups = session["frame_group_dicts"] is JsonArray { Count: > 0 };
            session.Remove("frame_group_dicts");
            if (session["fg_end"] is not null)
            {
                hasGroups |= !JsonNode.DeepEquals(session["fg_start"], session["fg_end"]);
                (session["fg_start"], session["fg_end"]) = (0, 0);
            }

            if (hasGroups)
            {
                _remarks.Add(
                    "sessions_json: the cameras of a session are kept, and its groups of frames are left out, because they "
                        + "refer to frames and instances by number."
                );
            }

            return session.ToJsonString();
        }
        catch (PoseFormatException)
        {
            return null;
        }
    }

    private void ChangeCameras(JsonObject cameras, PoseJson json)
    {
        var videos = _numbers[SlpTarget.Video];
        foreach (var (camera, number) in cameras.ToList())
        {
            var old = json.Whole(number, "sessions_json");
            if (old >= 0 && old < videos.Length && videos[old] >= 0)
            {
                // SLEAP writes the number as text.
                cameras[camera] =
                    number!.GetValueKind() == JsonValueKind.String
                        ? videos[old].ToString(CultureInfo.InvariantCulture)
                        : videos[old];
            }
            else
            {
                cameras.Remove(camera);
                _remarks.Add($"sessions_json: camera {camera} has no video any more.");
            }
        }
    }

    private bool IsKept(SlpLinkRow link) =>
        IsAllSame
        || (
            SlpReferences.FamilyOf(link.OwnerType) is { } family && _families.Contains(family) && IdentityOf(link) >= 0
        );

    private int IdentityOf(SlpLinkRow link) =>
        link.Identity < 0 ? -1 : (int)_numbers[SlpTarget.Identity][link.Identity];

    private bool IsKept(KeyValuePair<string, JsonNode?> entry) =>
        IsAllSame || (entry.Key == "negative_anchors" && IsSame(SlpTarget.Video));

    private IEnumerable<string> LeftOut() =>
        [
            .. _extras.IsThere ? _extras.Names.Where(name => !_families.Contains(SlpReferences.FamilyOf(name))) : [],
            .. _extras.Sessions.Count > Sessions.Count
                ? [$"{_extras.Sessions.Count - Sessions.Count} recording sessions"]
                : Array.Empty<string>(),
            .. _extras.Links.Count > Links.Count
                ? [$"{_extras.Links.Count - Links.Count} rows of identity/links"]
                : Array.Empty<string>(),
            .. _extras.Metadata.Where(entry => !Metadata.ContainsKey(entry.Key)).Select(e => $"metadata '{e.Key}'"),
        ];
}
