namespace Sleap.MLNet;

/// <summary>How peaks and the connections between them become animals.</summary>
public enum GroupingRule
{
    /// <summary>
    /// Pairs below the least score don't count when peaks are matched. Then connections are taken by falling score,
    /// whichever edge they are of, and two parts of an animal are joined unless both have the same node. Every edge of
    /// the skeleton is used.
    /// </summary>
    StrongestFirst,

    /// <summary>
    /// As sleap-nn 0.3.5. Pairs that are dropped afterwards for their low score still take part in the matching and can
    /// displace a good one. Edges are taken breadth-first from the first root, so that a skeleton's other parts and
    /// second ways to a node are never used; a connection from a peak not yet known to a known one is dropped; where
    /// two animals claim a peak, the later connection has it.
    /// </summary>
    SleapNN,
}
