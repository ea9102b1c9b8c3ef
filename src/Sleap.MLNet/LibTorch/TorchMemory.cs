using System.Runtime.InteropServices;

namespace Sleap.MLNet;

/// <summary>Lets the C library keep freed memory for the next operation.</summary>
/// <remarks>
/// glibc maps large tensors afresh for each operation and returns them when they are freed, and each page of 4 kB then
/// costs a page fault: a third of the time of a network on an image of 1024 × 1024. With these settings the process
/// keeps up to <see cref="KeptBytes"/> of freed memory. Where the environment configures glibc's allocator already, and
/// with other C libraries, nothing is changed.
/// </remarks>
internal static partial class TorchMemory
{
    /// <summary>Freed memory that the process keeps, and tensors above which memory is mapped for each one.</summary>
    private const int KeptBytes = 1 << 30,
        MappedBytes = 512 << 20;

    // Numbers of malloc.h.
    private const int TrimThreshold = -1,
        MmapThreshold = -3;
    private static readonly string[] Variables =
    [
        "MALLOC_TRIM_THRESHOLD_",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TOP_PAD_",
        "GLIBC_TUNABLES",
        "LD_PRELOAD", // another allocator, such as jemalloc
    ];

    /// <summary>Sets the limits of glibc's allocator.</summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux() || Variables.Any(name => Environment.GetEnvironmentVariable(name) is not null))
            return;
        try
        {
            _ = Set(TrimThreshold, KeptBytes);
            _ = Set(MmapThreshold, MappedBytes);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such settings.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
