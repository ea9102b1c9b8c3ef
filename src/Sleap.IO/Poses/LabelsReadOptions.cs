namespace Sleap.IO;

/// <summary>How <see cref="Labels.Load"/> reads.</summary>
public sealed record LabelsReadOptions
{
    /// <summary>
    /// Folders in which videos are looked for by file name when they are neither where the file says nor beside it.
    /// Default: none.
    /// </summary>
    public IReadOnlyList<string> SearchFolders { get; init; } = [];

    /// <summary>
    /// For formats that do not hold a skeleton (CSV, DeepLabCut): the skeleton to use; its nodes must be those of the
    /// file in any order. Default: made from the file.
    /// </summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>The video of formats that name none. Default: what the format's own rules find.</summary>
    public Video? Video { get; init; }
}
