using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// The 256 bytes at the start of every saved component, laid out as ML.NET lays them out:
/// then the component's own bytes, its strings, the name of the assembly that can load it, and a tail.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ModelHeader
{
    public const int Size = 0x100;
    public const ulong SignatureValue = 0x4C45444F4D004C4DUL; // "ML\0MODEL"
    public const ulong TailSignatureValue = 0x4D4C004D4F44454CUL;
    public const uint VerWrittenNow = 0x00010002;
    public const uint VerReadBack = 0x00010001;

    [FieldOffset(0x00)] public ulong Signature;
    [FieldOffset(0x08)] public uint VerWritten;
    [FieldOffset(0x0C)] public uint VerReadable;
    [FieldOffset(0x10)] public long FpModel;
    [FieldOffset(0x18)] public long CbModel;
    [FieldOffset(0x20)] public long FpStringTable;
    [FieldOffset(0x28)] public long CbStringTable;
    [FieldOffset(0x30)] public long FpStringChars;
    [FieldOffset(0x38)] public long CbStringChars;
    [FieldOffset(0x40)] public ulong ModelSignature;
    [FieldOffset(0x48)] public uint ModelVerWritten;
    [FieldOffset(0x4C)] public uint ModelVerReadable;
    [FieldOffset(0x50)] public LoaderName Loader;
    [FieldOffset(0x68)] public LoaderName LoaderAlt;
    [FieldOffset(0x80)] public long FpTail;
    [FieldOffset(0x88)] public long FpLim;
    [FieldOffset(0x90)] public long FpAssemblyName;
    [FieldOffset(0x98)] public uint CbAssemblyName;

    /// <summary>At most 24 letters of one byte each.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LoaderName
    {
        public ulong Part0;
        public ulong Part1;
        public ulong Part2;

        public LoaderName(string name)
        {
            name ??= "";
            Contracts.Check(name.Length <= 24 && name.All(letter => letter <= 0xFF), "Check failed");
            Span<byte> bytes = stackalloc byte[24];
            for (int i = 0; i < name.Length; i++)
                bytes[i] = (byte)name[i];
            Part0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Part1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            Part2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        }

        public override readonly string ToString()
        {
            Span<byte> bytes = stackalloc byte[24];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Part0);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Part1);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Part2);
            return System.Text.Encoding.Latin1.GetString(bytes).TrimEnd('\0');
        }
    }

    public void SetVersionInfo(VersionInfo ver)
    {
        ModelSignature = ver.ModelSignature;
        ModelVerWritten = ver.VerWrittenCur;
        ModelVerReadable = ver.VerReadableCur;
        Loader = new LoaderName(ver.LoaderSignature);
        LoaderAlt = new LoaderName(ver.LoaderSignatureAlt);
    }

    public readonly void CheckVersionInfo(VersionInfo ver)
    {
        Contracts.CheckDecode(ModelSignature == ver.ModelSignature, "Unknown file type");
        Contracts.CheckDecode(ModelVerReadable <= ModelVerWritten, "Corrupt file header");
        Version mine = typeof(VersionInfo).Assembly.GetName().Version;
        if (ModelVerReadable > ver.VerWrittenCur)
        {
            // The words are the original's, its slip of the pen among them.
            throw Contracts.ExceptDecode($"Cause: ML.NET {mine} cannont read component '{ver.LoaderSignature}' of the model, because the model is too new.\n" +
                $"Suggestion: Make sure the model is trained with ML.NET {mine} or older.\n" +
                $"Debug details: Maximum expected version {ModelVerReadable}, got {ver.VerWrittenCur}.");
        }
        if (ModelVerWritten < ver.VerWeCanReadBack)
        {
            throw Contracts.ExceptDecode($"Cause: ML.NET {mine} cannot read component '{ver.LoaderSignature}' of the model, because the model is too old.\n" +
                $"Suggestion: Make sure the model is trained with ML.NET {mine}.\n" +
                $"Debug details: Minimum expected version {ModelVerReadable}, got {ver.VerWrittenCur}.");
        }
    }

    public readonly byte[] ToBytes() => MemoryMarshal.AsBytes(new ReadOnlySpan<ModelHeader>(in this)).ToArray();

    public static ModelHeader FromBytes(byte[] bytes)
    {
        Contracts.CheckDecode(bytes.Length == Size, "Corrupt file header");
        return MemoryMarshal.Read<ModelHeader>(bytes);
    }

    /// <summary>Checks that the parts lie one behind the other inside <paramref name="available"/> bytes.</summary>
    public readonly void Validate(long available)
    {
        Contracts.CheckDecode(Signature == SignatureValue, "Wrong file type");
        Contracts.CheckDecode(VerReadable <= VerWritten, "Corrupt file header");
        Contracts.CheckDecode(VerReadable <= VerWrittenNow, "File is too new");
        Contracts.CheckDecode(VerWritten >= VerReadBack, "File is too old");

        long end = FpModel + CbModel;
        bool sound = FpModel == Size && CbModel >= 0;
        if (FpStringTable == 0)
        {
            sound &= CbStringTable == 0 && FpStringChars == 0 && CbStringChars == 0;
        }
        else
        {
            sound &= FpStringTable == end && CbStringTable > 0 && CbStringTable % sizeof(long) == 0 && CbStringTable / sizeof(long) < int.MaxValue
                && FpStringChars == FpStringTable + CbStringTable && CbStringChars >= 0 && CbStringChars % sizeof(char) == 0;
            end = FpStringChars + CbStringChars;
        }
        if (VerWritten >= VerWrittenNow && FpAssemblyName != 0)
        {
            sound &= FpAssemblyName == end && CbAssemblyName % sizeof(char) == 0;
            end += CbAssemblyName;
        }
        sound &= FpTail == end && FpLim == FpTail + sizeof(ulong) && available >= FpLim;
        Contracts.CheckDecode(sound, "Corrupt file header");
    }
}
