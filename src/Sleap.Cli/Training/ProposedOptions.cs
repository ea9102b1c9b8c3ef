using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>Options that labels suggest, for the verbs that propose some.</summary>
internal static class ProposedOptions
{
    private static readonly Dictionary<string, PoseModelKind> Kinds = Enum.GetValues<PoseModelKind>()
        .ToDictionary(ModelTypes.NameOf);

    /// <summary>The model types that can be proposed, by their names on the command line.</summary>
    public static IReadOnlyCollection<string> Types => Kinds.Keys;

    /// <summary>Proposes.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="labels">Labeled frames.</param>
    /// <param name="type">A type that was asked for, one of <see cref="Types"/>; null to choose one.</param>
    /// <exception cref="ArgumentException">The labels cannot train the type that was asked for.</exception>
    public static AutoOptions Of(PoseCatalog pose, IDataView labels, string? type) =>
        pose.AutoOptions(labels, type is null ? null : Kinds[type]);
}
