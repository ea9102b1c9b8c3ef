using Sleap.IO;

namespace Sleap.Studio;

/// <summary>The edits of a journal, done again on the labels that they are of.</summary>
internal sealed class JournalReplay
{
    private JournalReplay(EditHistory history) => History = history;

    /// <summary>The state, with what can be undone.</summary>
    public EditHistory History { get; }

    /// <summary>How many records were done.</summary>
    public int Records { get; private set; }

    /// <summary>The state that a place of the journal stands for; null when it was not reached.</summary>
    public ProjectState? AtPlace { get; private set; }

    /// <summary>Why not all records were done; null when they were.</summary>
    public string? Fault { get; private set; }

    /// <summary>Does the edits of a journal.</summary>
    /// <param name="start">The labels that they are of.</param>
    /// <param name="content">The journal.</param>
    /// <param name="place">The number of a record whose state is kept; 0 for the start.</param>
    /// <param name="from">The number of the record that the start has, so that those behind it are done.</param>
    public static JournalReplay Run(ProjectState start, JournalContent content, long place, long from = 0)
    {
        var history = new EditHistory(start);
        var replay = new JournalReplay(history) { Records = (int)from, AtPlace = place == from ? start : null };
        foreach (var record in content.Records.Skip((int)from))
        {
            try
            {
                Do(history, record);
            }
            catch (Exception fault) when (fault is EditException or ArgumentException or IOException)
            {
                replay.Fault = $"record {record.Number} cannot be done: {OneLine.Of(fault.Message)}";
                break;
            }

            replay.Records++;
            if (record.Number == place)
                replay.AtPlace = history.Current;
        }

        return replay;
    }

    private static void Do(EditHistory history, JournalRecord record)
    {
        switch (record.Kind)
        {
            case JournalKind.Do:
                history.Do(EditStep.Of(record.Command!, history.Current, record.Number));
                break;
            case JournalKind.Undo when history.ToUndo is not null:
                history.Undo();
                break;
            case JournalKind.Redo when history.ToRedo is not null:
                history.Redo();
                break;
            case JournalKind.Save:
                break;
            default:
                throw EditException.Invalid("there is no step to undo or to do again");
        }
    }
}

/// <summary>Edits of an earlier session that are in the journal and not in the file.</summary>
/// <param name="Edits">How many records there are of them.</param>
/// <param name="LastEdit">When the journal was written last, in UTC.</param>
/// <param name="CanRestore">Whether they can be restored; they can be set aside in any case.</param>
/// <param name="Problems">What is not as it was, or cannot be restored, one sentence each.</param>
internal sealed record PendingEdits(int Edits, DateTime LastEdit, bool CanRestore, IReadOnlyList<string> Problems);
