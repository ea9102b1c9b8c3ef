using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Signature of what makes a component from what was saved of it.</summary>
internal delegate void SignatureLoadModel(ModelLoadContext ctx);

/// <summary>What one component saved: its stream behind the header, its strings, and what lies under its folder.</summary>
internal sealed partial class ModelLoadContext : IDisposable
{
    public const string ModelStreamName = "Model.key";

    public readonly RepositoryReader Repository;
    public readonly string Directory;
    public readonly BinaryReader Reader;
    public readonly string[] Strings;
    public readonly string LoaderAssemblyName;
    public readonly long FpMin;
    internal ModelHeader Header;

    internal ModelLoadContext(RepositoryReader rep, Stream stream, string dir)
    {
        Contracts.CheckValue(rep, nameof(rep));
        rep.ExceptionContext.CheckValue(stream, nameof(stream));
        Repository = rep;
        Directory = dir;
        Reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        FpMin = stream.Position;
        Header = ModelHeader.FromBytes(Reader.ReadBytes(ModelHeader.Size));
        Header.Validate(stream.Length - FpMin);
        Strings = ReadStrings();
        LoaderAssemblyName = Header.FpAssemblyName == 0 ? null : ReadText(Header.FpAssemblyName, Header.CbAssemblyName);
        stream.Position = FpMin + Header.FpTail;
        Contracts.CheckDecode(Reader.ReadUInt64() == ModelHeader.TailSignatureValue, "Corrupt model file tail");
        stream.Position = FpMin + Header.FpModel;
    }

    private IExceptionContext Context => Repository.ExceptionContext;

    private string[] ReadStrings()
    {
        if (Header.FpStringTable == 0)
            return null;
        var strings = new string[Header.CbStringTable / sizeof(long)];
        Reader.BaseStream.Position = FpMin + Header.FpStringTable;
        var ends = new long[strings.Length];
        for (int i = 0; i < ends.Length; i++)
            ends[i] = Reader.ReadInt64();
        long start = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            Contracts.CheckDecode(ends[i] >= start && ends[i] <= Header.CbStringChars, "Corrupt string table");
            strings[i] = ReadText(Header.FpStringChars + start, ends[i] - start);
            start = ends[i];
        }
        return strings;
    }

    private string ReadText(long offset, long bytes)
    {
        Reader.BaseStream.Position = FpMin + offset;
        return Encoding.Unicode.GetString(Reader.ReadBytes((int)bytes));
    }

    public void CheckAtModel() => Context.Check(Reader.BaseStream.Position == FpMin + Header.FpModel, "Check failed");

    public void CheckAtModel(VersionInfo ver)
    {
        CheckAtModel();
        Header.CheckVersionInfo(ver);
    }

    public void CheckVersionInfo(VersionInfo ver) => Header.CheckVersionInfo(ver);

    public string LoadStringOrNull()
    {
        int id = Reader.ReadInt32();
        Context.CheckDecode(id >= -1 && id < (Strings?.Length ?? 0));
        return id < 0 ? null : Strings[id];
    }

    public string LoadString()
    {
        int id = Reader.ReadInt32();
        Context.CheckDecode(id >= 0 && id < (Strings?.Length ?? 0));
        return Strings[id];
    }

    public string LoadNonEmptyString()
    {
        string text = LoadString();
        Context.CheckDecode(text.Length > 0);
        return text;
    }

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        Context.CheckNonEmpty(name, nameof(name));
        Context.CheckValue(action, nameof(action));
        using MemoryStream stream = Repository.OpenEntryOrNull(Directory, name);
        if (stream == null)
            return false;
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
        return true;
    }

    public bool TryLoadTextStream(string name, Action<TextReader> action)
    {
        Context.CheckNonEmpty(name, nameof(name));
        Context.CheckValue(action, nameof(action));
        using MemoryStream stream = Repository.OpenEntryOrNull(Directory, name);
        if (stream == null)
            return false;
        using var reader = new StreamReader(stream);
        action(reader);
        return true;
    }

    public bool TryProcessSubModel(string dir, Action<ModelLoadContext> action)
    {
        Context.CheckNonEmpty(dir, nameof(dir));
        Context.CheckValue(action, nameof(action));
        string path = Path.Combine(Directory ?? "", dir);
        using MemoryStream stream = Repository.OpenEntryOrNull(path, ModelStreamName);
        if (stream == null)
            return false;
        using var ctx = new ModelLoadContext(Repository, stream, path);
        action(ctx);
        return true;
    }

    public void Dispose() => Reader.Dispose();
}
