using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Starts ffmpeg and ffprobe, which must be on the path or named in the environment variables FFMPEG and FFPROBE.
/// </summary>
internal static class FfmpegProgram
{
    /// <summary>Starts a program with its output piped; it gets no input and may open local files only.</summary>
    /// <exception cref="InvalidOperationException">The program is not installed; the message says what to
    /// install.</exception>
    public static Process Start(string name, IEnumerable<string> arguments)
    {
        var program = Environment.GetEnvironmentVariable(name.ToUpperInvariant()) is { Length: > 0 } chosen
            ? chosen
            : name;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception fault)
        {
            throw new InvalidOperationException(
                $"The program {program}, which videos are read with, cannot be started ({fault.Message}). Install "
                    + "ffmpeg: 'apt-get install ffmpeg' (Debian, Ubuntu), 'dnf install ffmpeg' (Fedora), 'brew install "
                    + $"ffmpeg' (macOS), or name the program in the environment variable {name.ToUpperInvariant()}.",
                fault
            );
        }
    }

    /// <summary>
    /// How a local file is named to ffmpeg, so that no name is taken for a protocol, an option or a playlist elsewhere.
    /// </summary>
    public static string[] Input(string path) => ["-protocol_whitelist", "file,pipe", "-i", $"file:{path}"];

    /// <summary>Ends a process and waits until it is gone.</summary>
    public static void Stop(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
        process.WaitForExit();
    }
}
