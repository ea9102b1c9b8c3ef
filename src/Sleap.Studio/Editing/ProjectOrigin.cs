using Sleap.IO;

namespace Sleap.Studio;

/// <summary>The labels that all states of a project go back to, and where their file lies now.</summary>
/// <param name="labels">The labels as they were read.</param>
/// <param name="path">Full path of where they were read.</param>
/// <param name="revision">Their revision, above those of all labels that the session had before.</param>
internal sealed class ProjectOrigin(Labels labels, string path, long revision = 0)
{
    private volatile string _file = path;

    /// <summary>The labels as they were read.</summary>
    public Labels Labels => labels;

    /// <summary>The revision of the labels and of all their frames.</summary>
    public long Revision => revision;

    /// <summary>
    /// Where the labels were read, and images lie that are in the file; another file may be there now.
    /// </summary>
    public string ReadFrom { get; } = path;

    /// <summary>Whether the file lies where it was read.</summary>
    public bool IsInPlace => _file == ReadFrom;

    /// <summary>What the file holds beyond poses; it is copied from the file wherever that lies now.</summary>
    public SlpExtras? Extras => labels.Extras is { } extras ? extras with { File = _file } : null;

    /// <summary>Tells where the file lies after a save has put another one in its place.</summary>
    public void MoveTo(string file) => _file = file;
}
