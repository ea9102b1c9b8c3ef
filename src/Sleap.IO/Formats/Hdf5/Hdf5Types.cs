namespace Sleap.IO;

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
