using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What an edit did.</summary>
/// <param name="Number">Number of the edit; that of the last one where nothing changed.</param>
/// <param name="Step">The step that was done or undone.</param>
/// <param name="IsUndo">Whether it was undone.</param>
internal sealed record EditResult(long Number, EditStep Step, bool IsUndo);

/// <summary>How projects are opened.</summary>
internal sealed record EditOptions
{
    /// <summary>How labels are read; its skeleton is that of new labels, too.</summary>
    public LabelsReadOptions Reading { get; init; } = new();

    /// <summary>Earlier versions of the file that are kept. Default 5.</summary>
    public int Backups { get; init; } = 5;

    /// <summary>Bytes of a journal that is gone on with in a new session; with a larger one that is all in the file
    /// undo begins anew. Default 64 MB.</summary>
    public long MaxJournal { get; init; } = 64 << 20;
}

/// <summary>How a project is saved.</summary>
internal sealed record SaveOptions
{
    /// <summary>Whether the file may lack something that the labels hold. Default false.</summary>
    public bool AcceptLosses { get; init; }

    /// <summary>Whether a file that another program changed or made is replaced; it becomes a backup. Default
    /// false.</summary>
    public bool Overwrite { get; init; }
}
