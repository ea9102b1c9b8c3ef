using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>The JSON of a .slp's /metadata: skeletons and provenance.</summary>
internal static class SlpMetadata
{
    /// <summary>
    /// Of an attribute that lies in an object's header as usual; sleap-io leaves out the provenance there, too.
    /// </summary>
    private const int MaxAttributeBytes = 64_000;

    /// <summary>
    /// The text, without the provenance where it would be long with it: that is in provenance_json, too.
    /// </summary>
    /// <param name="skeletons">The skeletons.</param>
    /// <param name="provenance">Where the labels come from; belongs to the text from then on.</param>
    /// <param name="extras">Keys without a meaning here, or null.</param>
    public static string Text(IReadOnlyList<Skeleton> skeletons, JsonObject provenance, JsonObject? extras)
    {
        var metadata = new JsonObject { ["version"] = "2.0.0" };
        SlpSkeletons.Write(metadata, skeletons);
        foreach (var name in new[] { "videos", "tracks", "suggestions" })
            metadata[name] = new JsonArray();
        metadata["negative_anchors"] = new JsonObject();
        metadata["provenance"] = provenance;
        foreach (var (key, value) in extras ?? [])
            metadata[key] = value?.DeepClone();
        if (Encoding.UTF8.GetByteCount(metadata.ToJsonString()) > MaxAttributeBytes)
            metadata["provenance"] = new JsonObject();
        return metadata.ToJsonString();
    }
}

/// <summary>
/// Skeletons as SLEAP keeps them: networkx graphs that jsonpickle wrote, whose nodes are positions in one list of all
/// nodes.
/// </summary>
internal static class SlpSkeletons
{
    private const int BodyEdge = 1;
    private const int SymmetryEdge = 2;

    /// <summary>
    /// Reads the skeletons of a /metadata JSON. Edges keep the order of the links, as sleap-io does; SLEAP itself sorts
    /// them by edge_insert_idx.
    /// </summary>
    public static List<Skeleton> Read(JsonObject metadata, PoseJson json, List<string> remarks)
    {
        var names = json.Array(metadata["nodes"] ?? new JsonArray(), "metadata@json nodes")
            .Select(n => json.Text(n is JsonObject o ? o["name"] : n, "metadata@json nodes"))
            .ToList();
        var skeletons = new List<Skeleton>();
        foreach (var entry in json.Array(metadata["skeletons"] ?? new JsonArray(), "metadata@json skeletons"))
        {
            var place = $"metadata@json skeletons[{skeletons.Count}]";
            var graph = json.Object(entry, place);
            if (graph["nx_graph"] is { } wrapped)
                graph = json.Object(wrapped, place);
            skeletons.Add(ReadGraph(graph, names, json, place, remarks));
        }
        return skeletons;
    }

    /// <summary>Writes skeletons and the list of all nodes into a /metadata JSON.</summary>
    public static void Write(JsonObject metadata, IReadOnlyList<Skeleton> skeletons)
    {
        var names = skeletons.SelectMany(s => s.Nodes).Distinct().ToList();
        var positions = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        metadata["skeletons"] = new JsonArray([.. skeletons.Select(s => WriteGraph(s, positions))]);
        metadata["nodes"] = new JsonArray([.. names.Select(n => new JsonObject { ["name"] = n, ["weight"] = 1.0 })]);
    }

    private static Skeleton ReadGraph(
        JsonObject graph,
        List<string> names,
        PoseJson json,
        string place,
        List<string> remarks
    )
    {
        var nodes = json.Array(graph["nodes"], $"{place} nodes")
            .Select(n => json.Whole(json.Object(n, $"{place} nodes")["id"], $"{place} nodes id"))
            .ToList();
        if (nodes.FirstOrDefault(n => n < 0 || n >= names.Count, -1) is var outside and not -1)
            throw json.Fault(place, $"names node {outside}, and the file has {names.Count}");
        var rows = new Dictionary<int, int>();
        for (var i = 0; i < nodes.Count; i++)
            rows.TryAdd(nodes[i], i);
        int Row(JsonNode? id) =>
            rows.TryGetValue(json.Whole(id, $"{place} links"), out var row)
                ? row
                : throw json.Fault(
                    $"{place} links",
                    $"joins node {PoseJson.Show(id)}, which is not one of the skeleton's"
                );

        var (edges, seen) = (new List<Edge>(), new HashSet<Edge>());
        var (symmetries, spelled, twice) = (new List<Symmetry>(), new List<int>(), new List<string>());
        foreach (
            var link in json.Array(graph["links"] ?? new JsonArray(), $"{place} links")
                .Select(l => json.Object(l, $"{place} links"))
        )
        {
            var (from, to) = (Row(link["source"]), Row(link["target"]));
            if (LinkType(link["type"], spelled, json, place) == SymmetryEdge)
            {
                symmetries.Add(new Symmetry(from, to));
            }
            else if (seen.Add(new Edge(from, to)))
            {
                edges.Add(new Edge(from, to));
            }
            else
            {
                twice.Add($"{OneLine.Short(names[nodes[from]])} -> {OneLine.Short(names[nodes[to]])}");
            }
        }
        if (twice.Count > 0)
            remarks.Add($"{place}: the edge {OneLine.Some(twice)} is there twice and was taken once.");
        var name =
            graph["graph"] is JsonObject about
            && about["name"] is JsonValue value
            && value.TryGetValue<string>(out var text)
                ? text
                : "";
        return Skeleton.FromFile(json.File, place, name, nodes.Select(n => names[n]), edges, symmetries);
    }

    /// <summary>
    /// The first link of a type spells it out; later ones count the types spelled out so far in this skeleton. A number
    /// that counts none is the type itself.
    /// </summary>
    private static int LinkType(JsonNode? type, List<int> spelled, PoseJson json, string place)
    {
        if (type is null)
            return BodyEdge;
        var label = $"{place} links type";
        if (type is not JsonObject entry)
            return json.Whole(type, label);
        if (entry["py/id"] is { } id)
        {
            var number = json.Whole(id, label);
            return number >= 1 && number <= spelled.Count ? spelled[number - 1] : number;
        }
        var arguments = entry["py/reduce"] is JsonArray reduce && reduce.Count > 1 ? reduce[1] : null;
        var tuple = arguments is JsonObject wrapped ? wrapped["py/tuple"] : arguments;
        spelled.Add(
            tuple is JsonArray { Count: > 0 } values
                ? json.Whole(values[0], label)
                : throw json.Fault(label, "is neither py/reduce nor py/id")
        );
        return spelled[^1];
    }

    private static JsonNode WriteGraph(Skeleton skeleton, Dictionary<string, int> positions)
    {
        int Id(int node) => positions[skeleton.Nodes[node]];
        var links = new JsonArray();
        for (var i = 0; i < skeleton.Edges.Length; i++)
        {
            var edge = skeleton.Edges[i];
            var link = Link(
                Id(edge.Source),
                Id(edge.Destination),
                i == 0 ? Spelled(BodyEdge) : new JsonObject { ["py/id"] = 1 }
            );
            link["edge_insert_idx"] = i;
            links.Add(link);
        }
        for (var i = 0; i < skeleton.Symmetries.Length; i++)
        {
            // Without edges the number 2 would point at nothing: then every symmetry is spelled out.
            var type = i == 0 || skeleton.Edges.IsEmpty ? Spelled(SymmetryEdge) : new JsonObject { ["py/id"] = 2 };
            links.Add(Link(Id(skeleton.Symmetries[i].First), Id(skeleton.Symmetries[i].Second), type));
        }
        return new JsonObject
        {
            ["directed"] = true,
            ["graph"] = new JsonObject { ["name"] = skeleton.Name, ["num_edges_inserted"] = skeleton.Edges.Length },
            ["links"] = links,
            ["multigraph"] = true,
            ["nodes"] = new JsonArray([
                .. Enumerable.Range(0, skeleton.Nodes.Length).Select(i => new JsonObject { ["id"] = Id(i) }),
            ]),
        };
    }

    private static JsonObject Link(int source, int target, JsonObject type) =>
        new()
        {
            ["key"] = 0,
            ["source"] = source,
            ["target"] = target,
            ["type"] = type,
        };

    private static JsonObject Spelled(int type) =>
        new()
        {
            ["py/reduce"] = new JsonArray(
                new JsonObject { ["py/type"] = "sleap.skeleton.EdgeType" },
                new JsonObject { ["py/tuple"] = new JsonArray(type) }
            ),
        };
}
