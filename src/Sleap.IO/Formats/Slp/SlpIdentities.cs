using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>A row of /identity/links: which identity something has.</summary>
/// <param name="OwnerType">What has it: 0 an instance, 2 a centroid, 3 a mask, 4 a box, 5 a region.</param>
/// <param name="OwnerId">Its row in its own table.</param>
/// <param name="Identity">Position of the identity.</param>
/// <param name="Score">Confidence; NaN when there is none.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpLinkRow(byte OwnerType, long OwnerId, int Identity, float Score)
{
    public const byte Instance = 0;

    public static readonly Hdf5Field[] Fields =
    [
        new("owner_type", Hdf5FieldKind.UInt8),
        new("owner_id", Hdf5FieldKind.Int64),
        new("identity_idx", Hdf5FieldKind.Int32),
        new("identity_score", Hdf5FieldKind.Single),
    ];
}

/// <summary>The identities of a .slp: the group /identity, or identities_json of older files.</summary>
internal sealed class SlpIdentities
{
    public const string Group = "identity";
    public const string OlderList = "identities_json";

    /// <summary>The first format that has the group: readers look for it from there on.</summary>
    public const double FormatId = 2.5;

    private const string Names = $"{Group}/name";
    private const string Links = $"{Group}/links";
    private const string MetaOwner = $"{Group}/meta_owner";
    private const string MetaKey = $"{Group}/meta_key";
    private const string MetaValue = $"{Group}/meta_val";

    /// <summary>Members of the group that are read.</summary>
    public static readonly IReadOnlyList<string> Members = [Names, Links, MetaOwner, MetaKey, MetaValue];

    /// <summary>Identities in the order of the file.</summary>
    public IReadOnlyList<Identity> All { get; private init; } = [];

    /// <summary>Links of instances, by their rows.</summary>
    public IReadOnlyDictionary<int, SlpLinkRow> OfInstances { get; private init; } = new Dictionary<int, SlpLinkRow>();

    /// <summary>Links of all else, in the order of the file.</summary>
    public IReadOnlyList<SlpLinkRow> OfOthers { get; private init; } = [];

    /// <summary>Reads the identities.</summary>
    /// <exception cref="PoseFormatException">A number points outside its table, or tables that belong together differ in
    /// length.</exception>
    public static SlpIdentities Read(Hdf5Reader file, PoseJson json, int instances)
    {
        var all = file.Contains(Names) ? ReadGroup(file, json) : ReadList(file, json);
        var links = file.Contains(Links) ? file.ReadRows<SlpLinkRow>(Links, SlpLinkRow.Fields) : [];
        var ofInstances = new Dictionary<int, SlpLinkRow>();
        var ofOthers = new List<SlpLinkRow>();
        for (var i = 0; i < links.Length; i++)
        {
            var link = links[i];
            var place = $"{Links} row {i}";
            if (link.Identity < -1 || link.Identity >= all.Count)
                throw json.Fault(place, $"names identity {link.Identity}, and the file has {all.Count}");
            if (link.OwnerId < 0 || (link.OwnerType == SlpLinkRow.Instance && link.OwnerId >= instances))
                throw json.Fault(place, $"names instance {link.OwnerId}, and the file has {instances}");
            if (link.OwnerType != SlpLinkRow.Instance)
                ofOthers.Add(link);
            else if (!ofInstances.TryAdd((int)link.OwnerId, link))
                throw json.Fault(place, $"gives instance {link.OwnerId} an identity, and so does an earlier row");
        }

        return new SlpIdentities
        {
            All = all,
            OfInstances = ofInstances,
            OfOthers = ofOthers,
        };
    }

    /// <summary>Writes identities and their links; nothing when there are none.</summary>
    public static void Write(Hdf5Writer file, IReadOnlyList<Identity> identities, ReadOnlySpan<SlpLinkRow> links)
    {
        if (identities.Count == 0)
            return;
        file.Texts(Names, [.. identities.Select(identity => identity.Name)]);
        var metadata = identities
            .SelectMany((identity, owner) => identity.Metadata.Select(entry => (owner, entry.Key, entry.Value)))
            .ToList();
        if (metadata.Count > 0)
        {
            file.Numbers<int>(MetaOwner, metadata.Select(entry => entry.owner).ToArray(), [metadata.Count]);
            file.Texts(MetaKey, [.. metadata.Select(entry => entry.Key)]);
            file.Texts(MetaValue, [.. metadata.Select(entry => entry.Value)]);
        }

        if (links.Length > 0)
            file.Rows(Links, links, SlpLinkRow.Fields);
    }

    private static List<Identity> ReadGroup(Hdf5Reader file, PoseJson json)
    {
        var names = file.ReadTexts(Names);
        var metadata = names.Select(_ => new List<KeyValuePair<string, string>>()).ToList();
        var owners = file.Contains(MetaOwner) ? file.ReadNumbers<int>(MetaOwner) : [];
        var keys = file.Contains(MetaKey) ? file.ReadTexts(MetaKey) : [];
        var values = file.Contains(MetaValue) ? file.ReadTexts(MetaValue) : [];
        if (owners.Length != keys.Count || keys.Count != values.Count)
        {
            throw json.Fault(
                MetaOwner,
                $"has {owners.Length} rows, beside {keys.Count} keys and {values.Count} values; as many were expected"
            );
        }

        for (var i = 0; i < owners.Length; i++)
        {
            if (owners[i] < 0 || owners[i] >= names.Count)
                throw json.Fault($"{MetaOwner} row {i}", $"names identity {owners[i]}, and the file has {names.Count}");
            metadata[owners[i]].Add(new(keys[i], values[i]));
        }

        return
        [
            .. names.Select(
                (name, i) =>
                    PoseFormatException.Naming(file.Path, $"{Names}[{i}]", () => new Identity(name, metadata[i]))
            ),
        ];
    }

    private static List<Identity> ReadList(Hdf5Reader file, PoseJson json) =>
        !file.Contains(OlderList)
            ? []
            :
            [
                .. file.ReadTexts(OlderList)
                    .Select((text, i) => json.Object(text, $"{OlderList}[{i}]"))
                    .Select(
                        (row, i) =>
                            PoseFormatException.Naming(
                                file.Path,
                                $"{OlderList}[{i}]",
                                () =>
                                    new Identity(
                                        json.Text(row["name"], $"{OlderList}[{i}] name"),
                                        row.Where(entry => entry.Key != "name" && entry.Value is not null)
                                            .Select(entry => KeyValuePair.Create(entry.Key, TextOf(entry.Value!)))
                                    )
                            )
                    ),
            ];

    private static string TextOf(JsonNode value) =>
        value is JsonValue leaf && leaf.TryGetValue<string>(out var text) ? text : value.ToJsonString();
}
