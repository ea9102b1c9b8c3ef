using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Warnings to <see cref="MLContext.Log"/>.</summary>
internal static class PoseLog
{
    /// <summary>Sends each message as a warning of the source "Pose; <paramref name="task"/>".</summary>
    public static void Warn(IHostEnvironment ml, string task, IReadOnlyCollection<string> messages)
    {
        if (messages.Count == 0)
            return;
        var host = ml.Register("Pose");
        using var channel = host.Start(task);
        // As an argument: paths may hold braces.
        foreach (var message in messages)
            channel.Warning(MessageSensitivity.UserData, "{0}", message);
    }
}
