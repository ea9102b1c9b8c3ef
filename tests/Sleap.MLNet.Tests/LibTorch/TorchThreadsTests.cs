using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class TorchThreadsTests
{
    [Theory, InlineData(1, 100), InlineData(2, 100), InlineData(7, 3), InlineData(7, 1), InlineData(2, 0)]
    public void Each_part_is_done_once(int threads, int parts)
    {
        var before = get_num_threads();
        var done = new int[parts];
        try
        {
            set_num_threads(threads);
            TorchThreads.Share(parts, part => Interlocked.Increment(ref done[part]));
        }
        finally
        {
            set_num_threads(before);
        }

        Assert.All(done, count => Assert.Equal(1, count));
    }

    [SkippableFact]
    public void Threads_of_libtorch_are_told_to_sleep_unless_the_environment_says_something()
    {
        Skip.If(OperatingSystem.IsWindows(), "On Windows .NET's own environment is the process's.");
        _ = new UNetOptions();
        var isSaid = new[] { "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME" }.Any(name =>
            Environment.GetEnvironmentVariable(name) is not null
        );
        Assert.Equal(
            isSaid ? Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") : "1000",
            Marshal.PtrToStringUTF8(Native("GOMP_SPINCOUNT"))
        );
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint Native([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
