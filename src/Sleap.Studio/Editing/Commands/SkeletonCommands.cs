using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Two nodes of a skeleton.</summary>
/// <param name="First">Number of one node.</param>
/// <param name="Second">Number of the other; of an edge, the node that it leads to.</param>
internal sealed record NodePair(int First, int Second);

/// <summary>Skeletons that commands make.</summary>
internal static class SkeletonEdits
{
    /// <summary>A skeleton.</summary>
    /// <exception cref="EditException">It has a fault.</exception>
    public static Skeleton Made(
        string name,
        IReadOnlyList<string> nodes,
        IEnumerable<Edge> edges,
        IEnumerable<Symmetry> symmetries
    )
    {
        EditLimits.CheckList("nodes", nodes, EditLimits.Nodes);
        foreach (var node in nodes)
            EditLimits.CheckName("a node", node);
        try
        {
            return new Skeleton(name, nodes, edges, symmetries);
        }
        catch (ArgumentException fault)
        {
            throw EditException.Invalid(fault.Message, fault);
        }
    }

    /// <summary>Puts a skeleton in the place of another one.</summary>
    /// <param name="edit">The change that this is part of.</param>
    /// <param name="number">Number of the skeleton.</param>
    /// <param name="skeleton">What it becomes.</param>
    /// <param name="nodes">For each node its place in the old skeleton, or -1; null when they are the same.</param>
    public static void Replace(StateEdit edit, int number, Skeleton skeleton, IEnumerable<int>? nodes = null)
    {
        CheckNew(edit, skeleton, number);
        edit.Structure = edit.Structure.WithSkeleton(
            number,
            skeleton,
            [.. nodes ?? Enumerable.Range(0, skeleton.Nodes.Length)]
        );
    }

    /// <summary>Refuses a skeleton that is the same as another one.</summary>
    public static void CheckNew(StateEdit edit, Skeleton skeleton, int number)
    {
        if (edit.Structure.Skeletons.Where((other, place) => place != number && other.Equals(skeleton)).Any())
            throw EditException.Invalid("Another skeleton has the same name, nodes, edges and symmetries.");
    }

    /// <summary>Refuses a node that is not there.</summary>
    public static void CheckNode(Skeleton skeleton, int node)
    {
        if (node < 0 || node >= skeleton.Nodes.Length)
            throw EditException.Invalid($"There is no node {node}; the skeleton has {skeleton.Nodes.Length}.");
    }
}

/// <summary>Adds a skeleton.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nodes">Names of its nodes.</param>
/// <param name="Edges">Its edges.</param>
/// <param name="Symmetries">Pairs of left and right nodes.</param>
internal sealed record AddSkeleton(
    string Name,
    IReadOnlyList<string> Nodes,
    IReadOnlyList<NodePair> Edges,
    IReadOnlyList<NodePair> Symmetries
) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckName("a skeleton", Name);
        EditLimits.CheckList("edges", Edges, EditLimits.Edges);
        EditLimits.CheckList("symmetries", Symmetries, EditLimits.Edges);
        var skeleton = SkeletonEdits.Made(
            Name,
            Nodes,
            Edges.Select(pair => new Edge(pair.First, pair.Second)),
            Symmetries.Select(pair => new Symmetry(pair.First, pair.Second))
        );
        SkeletonEdits.CheckNew(edit, skeleton, -1);
        edit.Structure = edit.Structure with { Skeletons = edit.Structure.Skeletons.Add(skeleton) };
    }
}

/// <summary>Adds a node behind the others; it is missing in all instances.</summary>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Name">Name of the node.</param>
internal sealed record AddNode(int Skeleton, string Name) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Skeleton(Skeleton);
        var skeleton = SkeletonEdits.Made(old.Name, [.. old.Nodes, Name], old.Edges, old.Symmetries);
        SkeletonEdits.Replace(edit, Skeleton, skeleton, [.. Enumerable.Range(0, old.Nodes.Length), -1]);
    }
}

/// <summary>Gives a node another name, in all instances.</summary>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Node">Number of the node.</param>
/// <param name="Name">The name.</param>
internal sealed record RenameNode(int Skeleton, int Node, string Name) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Skeleton(Skeleton);
        SkeletonEdits.CheckNode(old, Node);
        SkeletonEdits.Replace(
            edit,
            Skeleton,
            SkeletonEdits.Made(old.Name, old.Nodes.SetItem(Node, Name), old.Edges, old.Symmetries)
        );
    }
}

/// <summary>Removes a node with its edges and symmetries, and its points in all instances.</summary>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Node">Number of the node.</param>
internal sealed record RemoveNode(int Skeleton, int Node) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Skeleton(Skeleton);
        SkeletonEdits.CheckNode(old, Node);
        int Now(int node) => node > Node ? node - 1 : node;
        SkeletonEdits.Replace(
            edit,
            Skeleton,
            SkeletonEdits.Made(
                old.Name,
                old.Nodes.RemoveAt(Node),
                old.Edges.Where(edge => edge.Source != Node && edge.Destination != Node)
                    .Select(edge => new Edge(Now(edge.Source), Now(edge.Destination))),
                old.Symmetries.Where(pair => pair.First != Node && pair.Second != Node)
                    .Select(pair => new Symmetry(Now(pair.First), Now(pair.Second)))
            ),
            Enumerable.Range(0, old.Nodes.Length).Where(node => node != Node)
        );
    }
}

/// <summary>Sets the edges of a skeleton.</summary>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Edges">The edges.</param>
internal sealed record SetEdges(int Skeleton, IReadOnlyList<NodePair> Edges) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Skeleton(Skeleton);
        EditLimits.CheckList("edges", Edges, EditLimits.Edges);
        var edges = Edges.Select(pair => new Edge(pair.First, pair.Second));
        SkeletonEdits.Replace(edit, Skeleton, SkeletonEdits.Made(old.Name, old.Nodes, edges, old.Symmetries));
    }
}

/// <summary>Sets the pairs of left and right nodes of a skeleton.</summary>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Symmetries">The pairs; no node is in two.</param>
internal sealed record SetSymmetries(int Skeleton, IReadOnlyList<NodePair> Symmetries) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Skeleton(Skeleton);
        EditLimits.CheckList("symmetries", Symmetries, EditLimits.Edges);
        var nodes = Symmetries.SelectMany(pair => new[] { pair.First, pair.Second }).ToList();
        if (nodes.Distinct().Count() < nodes.Count)
            throw EditException.Invalid("A node is in two pairs of left and right.");
        var pairs = Symmetries.Select(pair => new Symmetry(pair.First, pair.Second));
        SkeletonEdits.Replace(edit, Skeleton, SkeletonEdits.Made(old.Name, old.Nodes, old.Edges, pairs));
    }
}
