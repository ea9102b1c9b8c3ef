using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>Turns HDF5's error stack into the text of an exception.</summary>
internal static unsafe class Hdf5Errors
{
    [ThreadStatic]
    private static List<string>? _collected;

    /// <summary>
    /// What the last failed call said, outermost cause first; to be called under the lock and before any other call.
    /// </summary>
    public static string Last()
    {
        _collected = [];
        Hdf5Native.H5Ewalk2(0, 1, &Visit, 0);
        Hdf5Native.H5Eclear2(0);
        var causes = _collected.Distinct().ToList();
        _collected = null;
        return causes.Count == 0
            ? "HDF5 gives no reason"
            : $"HDF5 says: {string.Join(", ", causes.Count > 3 ? [causes[0], .. causes[^2..]] : causes)}";
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Visit(uint depth, Hdf5Native.ErrorEntry* entry, nint data)
    {
        if (Marshal.PtrToStringUTF8(entry->Description) is { Length: > 0 } cause)
            _collected!.Add(cause);
        return 0;
    }
}
