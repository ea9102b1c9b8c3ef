using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>
/// The functions of HDF5's C interface that are used, as they are in hdf5.h; identifiers are 64 bits since 1.10.
/// </summary>
internal static unsafe partial class Hdf5Native
{
    public const uint Truncate = 2;
    public const int Select = 0;
    public static readonly nuint Variable = nuint.MaxValue;
    public const ulong Unlimited = ulong.MaxValue;

    public enum TypeClass
    {
        None = -1,
        Integer = 0,
        Float = 1,
        Time = 2,
        String = 3,
        Bitfield = 4,
        Opaque = 5,
        Compound = 6,
        Reference = 7,
        Enum = 8,
        Variable = 9,
        Array = 10,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ErrorEntry
    {
        public long Class;
        public long Major;
        public long Minor;
        public uint Line;
        public nint Function;
        public nint File;
        public nint Description;
    }

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5open();

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Eset_auto2(long stack, nint function, nint data);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Ewalk2(
        long stack,
        int direction,
        delegate* unmanaged[Cdecl]<uint, ErrorEntry*, nint, int> visit,
        nint data
    );

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Eclear2(long stack);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Fcreate(string name, uint flags, long creation, long access);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Fflush(long file, int scope);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Fget_eoa(long file, ulong* end);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Idec_ref(long id);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Gcreate2(long location, string name, long link, long creation, long access);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Oopen(long location, string name, long access);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Dcreate2(
        long location,
        string name,
        long type,
        long space,
        long link,
        long creation,
        long access
    );

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Dwrite(
        long dataset,
        long memoryType,
        long memorySpace,
        long fileSpace,
        long transfer,
        void* buffer
    );

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Dset_extent(long dataset, ulong* sizes);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Dget_space(long dataset);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Sselect_hyperslab(
        long space,
        int operation,
        ulong* start,
        ulong* stride,
        ulong* count,
        ulong* block
    );

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Screate(int kind);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Screate_simple(int rank, ulong* sizes, ulong* most);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Acreate2(long owner, string name, long type, long space, long creation, long access);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Awrite(long attribute, long memoryType, void* buffer);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Tcopy(long type);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Tdecode(void* encoded);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Tcreate(TypeClass kind, nuint size);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Tenum_create(long baseType);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int H5Tenum_insert(long type, string name, void* value);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int H5Tinsert(long compound, string name, nuint offset, long type);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Tset_size(long type, nuint size);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Tset_strpad(long type, int padding);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Tset_cset(long type, int characters);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Pset_file_locking(long properties, byte use, byte ignoreWhenDisabled);

    [LibraryImport(Hdf5Library.Name)]
    public static partial long H5Pcreate(long kind);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Pset_chunk(long properties, int rank, ulong* sizes);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Pset_deflate(long properties, uint level);

    [LibraryImport(Hdf5Library.Name)]
    public static partial int H5Pset_create_intermediate_group(long properties, uint create);
}

/// <summary>One reference to an HDF5 object of any kind; closing gives the reference back.</summary>
internal sealed class Hdf5Handle : SafeHandle
{
    public Hdf5Handle(long id)
        : base(-1, ownsHandle: true) => SetHandle((nint)id);

    public long Id => handle;

    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle()
    {
        lock (Hdf5Library.Gate)
            return Hdf5Native.H5Idec_ref(handle) >= 0;
    }
}

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
