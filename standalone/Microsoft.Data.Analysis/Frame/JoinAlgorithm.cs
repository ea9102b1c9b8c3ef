namespace Microsoft.Data.Analysis;

/// <summary>Which rows of two frames a join keeps.</summary>
public enum JoinAlgorithm
{
    Left,
    Right,
    FullOuter,
    Inner,
}
