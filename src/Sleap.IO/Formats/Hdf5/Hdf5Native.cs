using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>The functions of HDF5's C interface that are used, as they are in hdf5.h; identifiers are 64 bits since 1.10.</summary>
internal static unsafe partial class Hdf5Native
{
    public const uint ReadOnly = 0;
    public const uint Truncate = 2;
    public static readonly nuint Variable = nuint.MaxValue;
    public const ulong Unlimited = ulong.MaxValue;

    public enum TypeClass
    {
        None = -1, Integer = 0, Float = 1, Time = 2, String = 3, Bitfield = 4, Opaque = 5, Compound = 6, Reference = 7, Enum = 8, Variable = 9, Array = 10,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct VariableRow
    {
        public nuint Length;
        public nint Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct GroupInfo
    {
        public int StorageType;
        public ulong Links;
        public long MaxCreationOrder;
        public int IsMounted;
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

    [LibraryImport(Hdf5Library.Name)] public static partial int H5open();
    [LibraryImport(Hdf5Library.Name)] public static partial int H5free_memory(nint memory);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Eset_auto2(long stack, nint function, nint data);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Ewalk2(long stack, int direction, delegate* unmanaged[Cdecl]<uint, ErrorEntry*, nint, int> visit, nint data);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Eclear2(long stack);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Fopen(string name, uint flags, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Fcreate(string name, uint flags, long creation, long access);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Fflush(long file, int scope);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Fclose(long file);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Idec_ref(long id);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Lexists(long location, string name, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial nint H5Lget_name_by_idx(long location, string group, int index, int order, ulong n, byte* name, nuint size, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Gcreate2(long location, string name, long link, long creation, long access);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Gget_info(long group, GroupInfo* info);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Oopen(long location, string name, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Ocopy(long from, string fromName, long to, string toName, long copying, long link);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Iget_type(long id);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Dopen2(long location, string name, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Dcreate2(long location, string name, long type, long space, long link, long creation, long access);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Dget_type(long dataset);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Dget_space(long dataset);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Dread(long dataset, long memoryType, long memorySpace, long fileSpace, long transfer, void* buffer);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Dwrite(long dataset, long memoryType, long memorySpace, long fileSpace, long transfer, void* buffer);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Dvlen_reclaim(long type, long space, long transfer, void* buffer);

    [LibraryImport(Hdf5Library.Name)] public static partial long H5Screate(int kind);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Screate_simple(int rank, ulong* sizes, ulong* most);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Sget_simple_extent_type(long space);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Sget_simple_extent_ndims(long space);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Sget_simple_extent_dims(long space, ulong* sizes, ulong* most);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Sselect_hyperslab(long space, int operation, ulong* start, ulong* stride, ulong* count, ulong* block);

    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Aexists(long owner, string name);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Aopen(long owner, string name, long access);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial long H5Acreate2(long owner, string name, long type, long space, long creation, long access);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Aget_type(long attribute);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Aget_space(long attribute);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Aread(long attribute, long memoryType, void* buffer);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Awrite(long attribute, long memoryType, void* buffer);

    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tcopy(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tcreate(TypeClass kind, nuint size);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tenum_create(long baseType);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Tenum_insert(long type, string name, void* value);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tvlen_create(long baseType);
    [LibraryImport(Hdf5Library.Name, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Tinsert(long compound, string name, nuint offset, long type);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Tset_size(long type, nuint size);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Tset_strpad(long type, int padding);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Tset_cset(long type, int characters);
    [LibraryImport(Hdf5Library.Name)] public static partial nuint H5Tget_size(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial TypeClass H5Tget_class(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tget_super(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Tis_variable_str(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Tget_nmembers(long type);
    [LibraryImport(Hdf5Library.Name)] public static partial nint H5Tget_member_name(long type, uint index);
    [LibraryImport(Hdf5Library.Name)] public static partial long H5Tget_member_type(long type, uint index);

    [LibraryImport(Hdf5Library.Name)] public static partial long H5Pcreate(long kind);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Pset_chunk(long properties, int rank, ulong* sizes);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Pset_deflate(long properties, uint level);
    [LibraryImport(Hdf5Library.Name)] public static partial int H5Pset_create_intermediate_group(long properties, uint create);
}
