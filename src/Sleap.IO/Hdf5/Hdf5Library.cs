using System.Reflection;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>
/// Finds libhdf5 under the names that distributions give it, and the type identifiers it exports as variables.
/// </summary>
internal static class Hdf5Library
{
    /// <summary>The name that <see cref="Hdf5Native"/> imports from.</summary>
    public const string Name = "hdf5";

    /// <summary>The C library is not safe for threads in Debian's build: every call is made under this lock.</summary>
    public static readonly Lock Gate = new();

    private static readonly Lazy<nint> Loaded = new(Load);

    [ThreadStatic]
    private static bool _isQuiet;

    static Hdf5Library() =>
        NativeLibrary.SetDllImportResolver(
            typeof(Hdf5Library).Assembly,
            static (name, _, _) => name == Name ? Loaded.Value : 0
        );

    /// <summary>
    /// Loads the library and turns off its own printing of errors on this thread; cheap when done before.
    /// </summary>
    /// <exception cref="InvalidOperationException">The library is not installed; the message says what to
    /// install.</exception>
    public static void Require()
    {
        _ = Loaded.Value;
        if (_isQuiet)
            return;
        lock (Gate)
        {
            if (Hdf5Native.H5open() < 0)
                throw new InvalidOperationException("libhdf5 is there but does not start (H5open failed).");
            Hdf5Native.H5Eset_auto2(0, 0, 0);
        }
        _isQuiet = true;
    }

    /// <summary>Value of one of the library's exported identifiers, such as H5T_NATIVE_DOUBLE_g.</summary>
    public static long Identifier(string symbol)
    {
        Require();
        return Marshal.ReadInt64(NativeLibrary.GetExport(Loaded.Value, symbol));
    }

    /// <summary>Whether this version has a function that older ones lack.</summary>
    public static bool Has(string function) => NativeLibrary.TryGetExport(Loaded.Value, function, out _);

    private static nint Load()
    {
        var asked = Environment.GetEnvironmentVariable("HDF5_LIBRARY");
        if (!string.IsNullOrEmpty(asked))
        {
            return NativeLibrary.TryLoad(asked, out var chosen)
                ? chosen
                : throw new InvalidOperationException(
                    $"HDF5_LIBRARY names {asked}, which cannot be loaded as a library."
                );
        }
        foreach (var name in Names())
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out var handle))
                return handle;
        }
        throw new InvalidOperationException(
            "The HDF5 library, which .slp and .h5 files are written with, is not installed. Debian and Ubuntu: "
                + "'apt-get install libhdf5-103' (or libhdf5-310, libhdf5-dev); Fedora: 'dnf install hdf5'; macOS: "
                + "'brew install hdf5'; conda: 'conda install hdf5'. Or name the file in the environment variable "
                + "HDF5_LIBRARY."
        );
    }

    private static IEnumerable<string> Names()
    {
        if (OperatingSystem.IsWindows())
            return ["hdf5.dll", "libhdf5.dll", "libhdf5-0.dll"];
        if (OperatingSystem.IsMacOS())
            return ["libhdf5.dylib", "/opt/homebrew/lib/libhdf5.dylib", "/usr/local/lib/libhdf5.dylib"];
        // 103 and 200 are the 1.10 series, 310 is 1.14, 320 is 2.0; 100/101 older 1.10.
        string[] versions = [".103", ".310", ".320", ".200", ".101", ".100", ""];
        return versions.SelectMany(v => new[] { $"libhdf5_serial.so{v}", $"libhdf5.so{v}" });
    }
}

/// <summary>HDF5's own numbers for native types and property lists, read once.</summary>
internal static class Hdf5Types
{
    public static readonly long Int8 = Hdf5Library.Identifier("H5T_NATIVE_INT8_g");
    public static readonly long UInt8 = Hdf5Library.Identifier("H5T_NATIVE_UINT8_g");
    public static readonly long Int32 = Hdf5Library.Identifier("H5T_NATIVE_INT32_g");
    public static readonly long UInt32 = Hdf5Library.Identifier("H5T_NATIVE_UINT32_g");
    public static readonly long Int64 = Hdf5Library.Identifier("H5T_NATIVE_INT64_g");
    public static readonly long UInt64 = Hdf5Library.Identifier("H5T_NATIVE_UINT64_g");
    public static readonly long Single = Hdf5Library.Identifier("H5T_NATIVE_FLOAT_g");
    public static readonly long Double = Hdf5Library.Identifier("H5T_NATIVE_DOUBLE_g");
    public static readonly long CString = Hdf5Library.Identifier("H5T_C_S1_g");
    public static readonly long DatasetCreation = Hdf5Library.Identifier("H5P_CLS_DATASET_CREATE_ID_g");
    public static readonly long LinkCreation = Hdf5Library.Identifier("H5P_CLS_LINK_CREATE_ID_g");
    public static readonly long FileAccess = Hdf5Library.Identifier("H5P_CLS_FILE_ACCESS_ID_g");

    /// <summary>Type of a field; booleans are stored as bytes.</summary>
    public static long Of(Hdf5FieldKind kind) =>
        kind switch
        {
            Hdf5FieldKind.Boolean => Int8,
            Hdf5FieldKind.UInt8 => UInt8,
            Hdf5FieldKind.Int32 => Int32,
            Hdf5FieldKind.UInt32 => UInt32,
            Hdf5FieldKind.Int64 => Int64,
            Hdf5FieldKind.UInt64 => UInt64,
            Hdf5FieldKind.Single => Single,
            _ => Double,
        };

    /// <summary>Type of one .NET number.</summary>
    public static long Of<T>() =>
        default(T) switch
        {
            sbyte => Int8,
            byte => UInt8,
            int => Int32,
            uint => UInt32,
            long => Int64,
            ulong => UInt64,
            float => Single,
            double => Double,
            _ => throw new ArgumentException($"{typeof(T)} has no HDF5 type here."),
        };
}
