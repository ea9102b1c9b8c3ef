using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Starts ffmpeg and ffprobe, which must be on the path or named in the environment variables FFMPEG and FFPROBE.
/// </summary>
internal static class FfmpegProgram
{
    /// <summary>
    /// The containers that are opened. Playlists (HLS, DASH, concat) are not among them: they name other files, which
    /// would be read in the place of the video.
    /// </summary>
    private const string Containers =
        "mov,matroska,avi,mpeg,mpegts,mpegvideo,m4v,asf,flv,ogg,h264,hevc,av1,obu,ivf,mjpeg,gif,dv,mxf,nut,cine,"
        + "yuv4mpegpipe";

    /// <summary>
    /// The program that is started for a name: the one that the environment variable names, else the one on PATH; null
    /// when there is none.
    /// </summary>
    /// <param name="name">ffmpeg or ffprobe.</param>
    public static string? Find(string name) =>
        Environment.GetEnvironmentVariable(name.ToUpperInvariant()) is not { Length: > 0 } chosen
            ? ProgramPath.Find(name)
        : Path.GetFileName(chosen) == chosen ? ProgramPath.Find(chosen)
        : Path.GetFullPath(chosen);

    /// <summary>Starts a program that reads videos: its output is piped, and it gets no input.</summary>
    /// <exception cref="InvalidOperationException">The program is not installed; the message says what to
    /// install.</exception>
    public static Process StartReading(string name, IEnumerable<string> arguments)
    {
        var process = Start(name, arguments, "read", readsOutput: true);
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Starts ffmpeg to write a video from what is written to its input.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="StartReading"/>.</exception>
    public static Process StartWriting(IEnumerable<string> arguments) =>
        Start("ffmpeg", arguments, "written", readsOutput: false);

    /// <summary>
    /// How a local file is named to ffmpeg, so that no name is taken for a protocol or an option, and no content for a
    /// playlist.
    /// </summary>
    public static string[] Input(string path) =>
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", Containers, "-i", $"file:{path}"];

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

    private static Process Start(string name, IEnumerable<string> arguments, string use, bool readsOutput)
    {
        var start = new ProcessStartInfo(Find(name) ?? throw Missing("it is in no folder of PATH", null))
        {
            RedirectStandardOutput = readsOutput,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw Missing(fault.Message, fault);
        }

        InvalidOperationException Missing(string reason, Exception? fault) =>
            new(
                $"The program {name}, which videos are {use} with, cannot be started ({reason}). Install ffmpeg: "
                    + "'apt-get install ffmpeg' (Debian, Ubuntu), 'dnf install ffmpeg' (Fedora), 'brew install ffmpeg' "
                    + $"(macOS), or name the program in the environment variable {name.ToUpperInvariant()}.",
                fault
            );
    }
}

/// <summary>
/// Finds programs in the folders of PATH. .NET looks for a bare name in the program's own folder and in the current
/// folder first, where a data set may bring a program of the same name.
/// </summary>
internal static class ProgramPath
{
    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The full path of a program; null when no folder of PATH has it.</summary>
    /// <param name="name">Its name without ending. Empty and relative folders in PATH are passed over.</param>
    public static string? Find(string name)
    {
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Executable) != 0);
}
