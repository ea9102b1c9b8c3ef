using System.Diagnostics;
using System.Runtime.InteropServices;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>The tool that the studio is part of, as another process for what takes long.</summary>
/// <param name="Program">Full path of the program.</param>
/// <param name="Words">What its arguments begin with.</param>
/// <param name="ModelTypes">Names of the model types that a training can be told to choose.</param>
/// <param name="Models">Full paths of models that were named when the studio was started.</param>
internal sealed record StudioTool(
    string Program,
    IReadOnlyList<string> Words,
    IReadOnlyList<string> ModelTypes,
    IReadOnlyList<string> Models
);

/// <summary>
/// A process of the tool that goes on when the studio ends: where there is a way, as a session of its own, which Ctrl+C
/// of the studio does not reach.
/// </summary>
internal sealed partial class RunProcess : IDisposable
{
    private const int MaxLines = 100;
    private const int MaxLetters = 400;
    private const int Terminate = 15; // SIGTERM, which ends a training after its step

    private readonly Process _process;
    private readonly Queue<string> _lines = [];

    private RunProcess(Process process, ProcessIdentity identity) => (_process, Identity) = (process, identity);

    public ProcessIdentity Identity { get; }

    public bool IsRunning => !_process.HasExited;

    /// <summary>The last lines that it wrote; none of a process that an earlier studio started.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Starts the tool.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="folder">The folder that it works in.</param>
    /// <param name="words">Its verb and options.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static RunProcess Start(StudioTool tool, string folder, IEnumerable<string> words)
    {
        string[] all = [tool.Program, .. tool.Words, .. words];
        if (ProgramPath.Find("setsid") is { } session && OperatingSystem.IsLinux())
            all = [session, .. all];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true;
        try
        {
            var process = Process.Start(start)!;
            var run = new RunProcess(process, new ProcessIdentity(process.Id, DateTime.UtcNow));
            run._process.OutputDataReceived += run.Take;
            run._process.ErrorDataReceived += run.Take;
            run._process.BeginOutputReadLine();
            run._process.BeginErrorReadLine();
            run._process.StandardInput.Close();
            return run;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new IOException($"The tool cannot be started: {fault.Message}", fault);
        }
    }

    /// <summary>The process that an earlier studio started; null when it has ended.</summary>
    /// <param name="tool">The tool. A process of another program is not taken for it.</param>
    /// <param name="identity">What the earlier studio noted.</param>
    public static RunProcess? Find(StudioTool tool, ProcessIdentity identity)
    {
        try
        {
            return
                identity.Find() is { } process && process.ProcessName == Path.GetFileNameWithoutExtension(tool.Program)
                ? new RunProcess(process, identity)
                : null;
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null; // another user has it, or it has ended
        }
    }

    /// <summary>Asks it to end with what is done so far; asked again, it ends at once.</summary>
    public void Stop()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill();
        else if (IsRunning)
            _ = Signal(_process.Id, Terminate);
    }

    /// <summary>Lets go of the process, which goes on.</summary>
    public void Dispose() => _process.Dispose();

    private void Take(object sender, DataReceivedEventArgs line)
    {
        if (string.IsNullOrWhiteSpace(line.Data))
            return;
        lock (_lines)
        {
            _lines.Enqueue(OneLine.Of(line.Data.Length > MaxLetters ? line.Data[..MaxLetters] + "…" : line.Data));
            if (_lines.Count > MaxLines)
                _lines.Dequeue();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
