using Sleap.IO;

namespace Sleap.Studio;

/// <summary>An edit was refused; the project is as it was.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">Why, in words.</param>
/// <param name="cause">The exception behind it, or null.</param>
internal sealed class EditException(EditFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public EditFault Fault => fault;

    /// <summary>For a command that cannot be done.</summary>
    public static EditException Invalid(string message, Exception? cause = null) =>
        new(EditFault.Invalid, message, cause);
}

/// <summary>Why an edit was refused.</summary>
internal enum EditFault
{
    /// <summary>The command cannot be read, or not be done.</summary>
    Invalid,

    /// <summary>The frame, or the project, is not any more as the edit says.</summary>
    Stale,

    /// <summary>The project cannot be edited.</summary>
    ReadOnly,

    /// <summary>Edits of an earlier session wait to be restored or discarded.</summary>
    Undecided,

    /// <summary>The journal cannot be written; the disk may be full.</summary>
    NotWritten,
}

/// <summary>Limits of commands, which come from outside of the process.</summary>
internal static class EditLimits
{
    /// <summary>Most bytes of a command as JSON.</summary>
    public const int CommandBytes = 128 << 20;

    /// <summary>Most instances in a frame.</summary>
    public const int Instances = 1_000;

    /// <summary>Most nodes of a skeleton.</summary>
    public const int Nodes = 1_000;

    /// <summary>Most edges, and most pairs of left and right, of a skeleton.</summary>
    public const int Edges = 10_000;

    /// <summary>Most tracks.</summary>
    public const int Tracks = 100_000;

    /// <summary>Most frames that are suggested, or predicted, in one command.</summary>
    public const int Frames = 1_000_000;

    /// <summary>Most commands in a batch.</summary>
    public const int Batch = 1_000;

    /// <summary>Most letters of a name.</summary>
    public const int Name = 200;

    /// <summary>Largest coordinate, in pixels.</summary>
    public const double Coordinate = 1e6;

    /// <summary>Refuses a name that is empty, long or not of one line.</summary>
    public static void CheckName(string owner, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw EditException.Invalid($"The name of {owner} is empty.");
        if (name.Length > Name)
            throw EditException.Invalid($"The name of {owner} has {name.Length} letters; {Name} are allowed.");
        if (OneLine.FaultOf(owner, name) is { } fault)
            throw EditException.Invalid($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.");
    }

    /// <summary>Refuses a coordinate that is not finite or far away.</summary>
    public static double Checked(double coordinate) =>
        Math.Abs(coordinate) <= Coordinate
            ? coordinate
            : throw EditException.Invalid($"A coordinate is {coordinate}; it is at most {Coordinate:N0} pixels.");

    /// <summary>Refuses a score that is not finite.</summary>
    public static float CheckedScore(float score) =>
        float.IsFinite(score) ? score : throw EditException.Invalid($"A score is {score}, expected a finite number.");

    /// <summary>Refuses a list with more entries than allowed, or with null among them.</summary>
    public static void CheckList<T>(string owner, IReadOnlyList<T> list, int most)
    {
        if (list.Count > most)
            throw EditException.Invalid($"There are {list.Count} {owner}; {most} are allowed in one command.");
        if (list.Any(entry => entry is null))
            throw EditException.Invalid($"One of the {owner} is null.");
    }
}
