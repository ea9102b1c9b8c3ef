using System.Runtime.InteropServices;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>As many threads as libtorch has, for work that is not libtorch's.</summary>
/// <remarks>
/// libtorch's own keep their processors busy for a while after each operation, waiting for the next one, and the
/// threads here would have to share those processors with them. So they are told to go to sleep soon, unless the
/// environment already says how they are to wait.
/// </remarks>
internal static partial class TorchThreads
{
    // What libgomp itself takes where there are more threads than processors; else it is 300,000 turns, some
    // milliseconds.
    private const string GnuTurns = "1000";
    private const string IntelMilliseconds = "0";
    private static readonly string[] Known = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"];

    /// <summary>Sets OpenMP's variables, which it reads once, when libtorch is loaded.</summary>
    internal static void LetSleep()
    {
        if (Known.Any(name => Environment.GetEnvironmentVariable(name) is not null))
            return;
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable("KMP_BLOCKTIME", IntelMilliseconds);
        }
        else
        {
            // .NET's own setter does not reach native code here.
            _ = SetNative("GOMP_SPINCOUNT", GnuTurns, 0);
            _ = SetNative("KMP_BLOCKTIME", IntelMilliseconds, 0);
        }
    }

    /// <summary>
    /// Does each of the parts once, on as many threads as libtorch has; which thread takes which is left to chance.
    /// </summary>
    public static void Share(int parts, Action<int> work)
    {
        int threads = Math.Min(torch.get_num_threads(), parts),
            next = -1;
        if (threads <= 1)
            Work(0);
        else
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Work);

        void Work(int _)
        {
            for (int part; (part = Interlocked.Increment(ref next)) < parts; )
                work(part);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
