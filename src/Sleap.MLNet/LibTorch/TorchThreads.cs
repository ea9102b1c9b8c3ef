using System.Runtime.InteropServices;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Runs work outside libtorch on as many threads as libtorch uses.</summary>
/// <remarks>
/// After each operation, libtorch's own threads keep their processors busy for a while, waiting for the next operation,
/// and would compete with the threads here. So OpenMP is configured to let them sleep soon, unless the environment
/// already configures this.
/// </remarks>
internal static partial class TorchThreads
{
    // libgomp's own value if there are more threads than processors; otherwise it is 300,000 iterations, some
    // milliseconds.
    private const string GnuSpinCount = "1000";
    private const string IntelMilliseconds = "0";
    private static readonly string[] WaitVariables = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"];

    /// <summary>Sets OpenMP's environment variables, which are read once, when libtorch is loaded.</summary>
    internal static void LimitSpinning()
    {
        if (WaitVariables.Any(name => Environment.GetEnvironmentVariable(name) is not null))
            return;
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable("KMP_BLOCKTIME", IntelMilliseconds);
        }
        else
        {
            // .NET's own setter does not change the native environment.
            _ = SetNative("GOMP_SPINCOUNT", GnuSpinCount, 0);
            _ = SetNative("KMP_BLOCKTIME", IntelMilliseconds, 0);
        }
    }

    /// <summary>
    /// Runs each part once, on as many threads as libtorch has; which thread runs which part is not defined.
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
