using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// Says that a process writes a labels file: a file NAME.lock beside it that names the host, the process and when it
/// started. The lock of a process of this host that has ended is taken over; that of another host is respected.
/// </summary>
internal sealed class SessionLock : IDisposable
{
    private static readonly ConcurrentDictionary<Guid, bool> Held = [];
    private readonly string _path;
    private readonly Owner _owner;

    private SessionLock(string path, Owner owner)
    {
        (_path, _owner) = (path, owner);
        Held[owner.Session] = true;
    }

    /// <summary>The lock file of a labels file.</summary>
    public static string PathOf(string labels) => labels + ".lock";

    /// <summary>Takes the lock of a labels file.</summary>
    /// <param name="labels">Full path of the labels file.</param>
    /// <param name="refusal">Why it cannot be had: who has it, or that the folder cannot be written to.</param>
    /// <returns>The lock; null when it cannot be had.</returns>
    public static SessionLock? TryTake(string labels, out string refusal)
    {
        var path = PathOf(labels);
        // Of two processes that find an old lock at the same time, one is first.
        using var mutex = new Mutex(initiallyOwned: false, MutexName(path));
        try
        {
            mutex.WaitOne();
        }
        catch (AbandonedMutexException)
        {
            // The process that had it has ended; it is ours.
        }

        try
        {
            if (Owner.Read(path) is { IsAlive: true } other)
            {
                refusal = $"it is being edited by {other}; if that is not so, delete {path}";
                return null;
            }

            var owner = Owner.This();
            AtomicFile.Write(path, stream => stream.Write(owner.ToJson()));
            refusal = "";
            return new SessionLock(path, owner);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            refusal = OneLine.Of(fault.Message).TrimEnd('.');
            return null;
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        if (!Held.TryRemove(_owner.Session, out _))
            return;
        try
        {
            if (Owner.Read(_path) == _owner)
                File.Delete(_path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What stays names a session that has ended.
        }
    }

    private static string MutexName(string path) =>
        "sleap-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..32];

    /// <summary>Who has a lock.</summary>
    private sealed record Owner(string Host, int Process, DateTime Started, Guid Session)
    {
        private const int MaxBytes = 4096;

        public bool IsAlive
        {
            get
            {
                if (Host != Environment.MachineName)
                    return true;
                if (Process == Environment.ProcessId)
                    return Held.ContainsKey(Session);
                using var process = new ProcessIdentity(Process, Started).Find();
                return process is not null;
            }
        }

        public static Owner This()
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            var (number, started) = ProcessIdentity.Of(process);
            return new Owner(Environment.MachineName, number, started, Guid.NewGuid());
        }

        public static Owner? Read(string path)
        {
            try
            {
                return File.Exists(path) && new FileInfo(path).Length <= MaxBytes
                    ? JsonSerializer.Deserialize<Owner>(File.ReadAllBytes(path), EditJson.Options)
                    : null;
            }
            catch (Exception fault) when (fault is JsonException or FileNotFoundException)
            {
                return null;
            }
        }

        public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, EditJson.Options);

        public override string ToString() =>
            $"process {Process} on {OneLine.Of(OneLine.Short(Host))}, since {Started:yyyy-MM-dd HH:mm} UTC";
    }
}

/// <summary>A process of this machine, told from later ones of its number.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Started">When it started, in UTC.</param>
internal sealed record ProcessIdentity(int Number, DateTime Started)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10); // the clock may have been set

    /// <summary>The identity of a process.</summary>
    public static ProcessIdentity Of(System.Diagnostics.Process process) =>
        new(process.Id, process.StartTime.ToUniversalTime());

    /// <summary>The process; null when it has ended.</summary>
    public System.Diagnostics.Process? Find()
    {
        System.Diagnostics.Process? process = null;
        try
        {
            process = System.Diagnostics.Process.GetProcessById(Number);
            if (!process.HasExited && (process.StartTime.ToUniversalTime() - Started).Duration() < Tolerance)
                return process;
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }

        process?.Dispose();
        return null;
    }
}
