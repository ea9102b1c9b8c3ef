using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// The nodes (body parts) of an animal, the edges between them, and the pairs of left and right nodes. Immutable; equal
/// by content.
/// </summary>
/// <remarks>
/// The order of nodes is the order of an instance's points and of a model's output channels; the order of edges is the
/// order of part affinity fields.
/// </remarks>
public sealed class Skeleton : IEquatable<Skeleton>
{
    private const int MaxFaults = 8;

    private readonly Dictionary<string, int> _positions;
    private readonly int _hash;

    /// <summary>Makes a skeleton and checks it.</summary>
    /// <param name="name">Name of the skeleton; may be empty. Names are of one line, without control characters.</param>
    /// <param name="nodes">Node names: none empty, no two the same.</param>
    /// <param name="edges">Edges by node position; no edge twice, none from a node to itself. Null: none.</param>
    /// <param name="symmetries">Pairs of left and right nodes by node position; a pair given in both directions counts
    /// once. Null: none.</param>
    /// <exception cref="ArgumentException">A name is empty, there twice or not of one line, or a position is outside the
    /// nodes; the message lists the first faults.</exception>
    public Skeleton(
        string name,
        IEnumerable<string> nodes,
        IEnumerable<Edge>? edges = null,
        IEnumerable<Symmetry>? symmetries = null
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(nodes);
        Name = name;
        Nodes = [.. nodes];
        Edges = [.. edges ?? []];
        Symmetries =
        [
            .. (symmetries ?? []).Select(s => s.First <= s.Second ? s : new Symmetry(s.Second, s.First)).Distinct(),
        ];
        _positions = new Dictionary<string, int>(StringComparer.Ordinal);
        var faults = Faults().Take(MaxFaults).ToList();
        if (faults.Count > 0)
            throw new ArgumentException($"Skeleton '{OneLine.Of(OneLine.Short(name))}': {string.Join("; ", faults)}.");
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var node in Nodes)
            hash.Add(node);
        foreach (var edge in Edges)
            hash.Add(edge);
        foreach (var pair in Symmetries)
            hash.Add(pair);
        _hash = hash.ToHashCode();
    }

    /// <summary>Name of the skeleton; may be empty.</summary>
    public string Name { get; }

    /// <summary>Node names in the order of an instance's points.</summary>
    public ImmutableArray<string> Nodes { get; }

    /// <summary>Edges, in the order of the file or of construction.</summary>
    public ImmutableArray<Edge> Edges { get; }

    /// <summary>Pairs of left and right nodes, each once, the smaller position first.</summary>
    public ImmutableArray<Symmetry> Symmetries { get; }

    /// <summary>Returns the zero-based position of a node, or -1 when the skeleton has none of that name.</summary>
    /// <param name="node">Node name; upper and lower case count.</param>
    public int IndexOf(string node) => _positions.TryGetValue(node, out var position) ? position : -1;

    /// <summary>Makes the skeleton that a file describes.</summary>
    /// <exception cref="PoseFormatException">The description has a fault; the place in the file is named.</exception>
    internal static Skeleton FromFile(
        string file,
        string place,
        string name,
        IEnumerable<string> nodes,
        IEnumerable<Edge>? edges = null,
        IEnumerable<Symmetry>? symmetries = null
    ) => PoseFormatException.Naming(file, place, () => new Skeleton(name, nodes, edges, symmetries));

    /// <inheritdoc/>
    public bool Equals(Skeleton? other) =>
        other is not null
        && (
            ReferenceEquals(this, other)
            || (
                Name == other.Name
                && Nodes.AsSpan().SequenceEqual(other.Nodes.AsSpan())
                && Edges.AsSpan().SequenceEqual(other.Edges.AsSpan())
                && Symmetries.AsSpan().SequenceEqual(other.Symmetries.AsSpan())
            )
        );

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Skeleton);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Nodes.Length} nodes, {Edges.Length} edges)";

    private IEnumerable<string> Faults()
    {
        if (OneLine.FaultOf("a skeleton", Name) is { } fault)
            yield return fault;
        for (var i = 0; i < Nodes.Length; i++)
        {
            if (string.IsNullOrEmpty(Nodes[i]))
                yield return $"node {i} has no name";
            else if (OneLine.FaultOf($"node {i}", Nodes[i]) is { } nodeFault)
                yield return nodeFault;
            else if (!_positions.TryAdd(Nodes[i], i))
                yield return $"two nodes are named '{OneLine.Short(Nodes[i])}'";
        }
        var seen = new HashSet<Edge>();
        foreach (var edge in Edges)
        {
            if (IsOutside(edge.Source) || IsOutside(edge.Destination))
                yield return $"edge {edge.Source} -> {edge.Destination} leaves the {Nodes.Length} nodes";
            else if (edge.Source == edge.Destination)
                yield return $"edge {edge.Source} -> {edge.Destination} joins a node to itself";
            else if (!seen.Add(edge))
                yield return $"edge {edge.Source} -> {edge.Destination} is there twice";
        }
        foreach (var pair in Symmetries)
        {
            if (IsOutside(pair.First) || IsOutside(pair.Second))
                yield return $"symmetry {pair.First} - {pair.Second} leaves the {Nodes.Length} nodes";
            else if (pair.First == pair.Second)
                yield return $"symmetry {pair.First} - {pair.Second} mirrors a node onto itself";
        }
    }

    private bool IsOutside(int node) => node < 0 || node >= Nodes.Length;
}

/// <summary>An edge between two nodes of a skeleton.</summary>
/// <param name="Source">Position of the node the edge starts from in <see cref="Skeleton.Nodes"/>.</param>
/// <param name="Destination">Position of the node the edge leads to.</param>
public readonly record struct Edge(int Source, int Destination);

/// <summary>Two nodes that change places when the animal is mirrored, as a left and a right ear do.</summary>
/// <param name="First">Position of one node in <see cref="Skeleton.Nodes"/>; in a skeleton the smaller of the
/// two.</param>
/// <param name="Second">Position of the other node.</param>
public readonly record struct Symmetry(int First, int Second);
