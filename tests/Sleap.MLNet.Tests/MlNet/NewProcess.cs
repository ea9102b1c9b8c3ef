using System.Diagnostics;

namespace Sleap.MLNet.Tests;

/// <summary>A saved model, the video to apply it to, and the columns to print.</summary>
internal sealed record SavedChain(string File, string Video, int Frames, IReadOnlyList<string> Columns);

/// <summary>Starts <see cref="Program"/>.</summary>
internal static class NewProcess
{
    /// <summary>
    /// Loads each model in a process that has done nothing else before, and applies it. Gives the printed rows of all
    /// of them.
    /// </summary>
    public static List<string> Apply(params IReadOnlyList<SavedChain> chains)
    {
        var words = chains.SelectMany(chain =>
            (string[])[chain.File, chain.Video, $"{chain.Frames}", string.Join(',', chain.Columns)]
        );
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "apply", .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return [.. lines];
    }
}
