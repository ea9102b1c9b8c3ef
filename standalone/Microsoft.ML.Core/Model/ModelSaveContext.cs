using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where one component saves itself: a stream with a header, and more streams and components under its folder.</summary>
public sealed class ModelSaveContext : IDisposable
{
    internal readonly RepositoryWriter Repository;
    internal readonly string Directory;
    internal readonly BinaryWriter Writer;
    internal readonly ModelStringPool Strings = new();
    internal readonly long FpMin;
    internal ModelHeader Header;

    private readonly RepositoryWriter.Entry _entry;
    private string _loaderAssemblyName;

    internal ModelSaveContext(RepositoryWriter rep, string dir, string name)
    {
        Contracts.CheckValue(rep, nameof(rep));
        rep.ExceptionContext.CheckNonEmpty(name, nameof(name));
        Repository = rep;
        Directory = dir;
        _entry = rep.CreateEntry(dir, name);
        Writer = new BinaryWriter(_entry.Stream, Encoding.UTF8, leaveOpen: true);
        FpMin = 0;
        Header = new ModelHeader
        {
            Signature = ModelHeader.SignatureValue,
            VerWritten = ModelHeader.VerWrittenNow,
            VerReadable = ModelHeader.VerWrittenNow,
            FpModel = ModelHeader.Size,
        };
        Writer.Write(new byte[ModelHeader.Size]);
    }

    private IExceptionContext Context => Repository.ExceptionContext;

    internal void CheckAtModel() => Context.Check(Writer.BaseStream.Position == FpMin + Header.FpModel, "Check failed");

    internal void SetVersionInfo(VersionInfo ver)
    {
        Header.SetVersionInfo(ver);
        _loaderAssemblyName = ver.LoaderAssemblyName;
    }

    internal void SaveTextStream(string name, Action<TextWriter> action)
    {
        Context.CheckNonEmpty(name, nameof(name));
        Context.CheckValue(action, nameof(action));
        using RepositoryWriter.Entry entry = Repository.CreateEntry(Directory, name);
        using var writer = new StreamWriter(entry.Stream, leaveOpen: true);
        action(writer);
    }

    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        Context.CheckNonEmpty(name, nameof(name));
        Context.CheckValue(action, nameof(action));
        using RepositoryWriter.Entry entry = Repository.CreateEntry(Directory, name);
        using var writer = new BinaryWriter(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    internal void SaveStringOrNull(string str) => Writer.Write(str == null ? -1 : Strings.IdOf(str));

    internal void SaveString(string str)
    {
        Context.CheckValue(str, nameof(str));
        Writer.Write(Strings.IdOf(str));
    }

    internal void SaveString(ReadOnlyMemory<char> str) => Writer.Write(Strings.IdOf(str.ToString()));

    internal void SaveNonEmptyString(string str)
    {
        Context.CheckParam(!string.IsNullOrEmpty(str), nameof(str));
        Writer.Write(Strings.IdOf(str));
    }

    internal void SaveNonEmptyString(ReadOnlyMemory<char> str) => Writer.Write(Strings.IdOf(str.ToString()));

    internal void SaveModel<T>(T value, string name) where T : class
        => SaveModel(Repository, value, Path.Combine(Directory ?? "", name));

    internal static void SaveModel<T>(RepositoryWriter rep, T value, string path) where T : class
    {
        // What can't save itself is left out without a word, as in the original.
        if (value is not ICanSaveModel model)
            return;
        using var ctx = new ModelSaveContext(rep, path, ModelLoadContext.ModelStreamName);
        model.Save(ctx);
        ctx.Done();
    }

    internal void SaveSubModel(string dir, Action<ModelSaveContext> fn)
    {
        Context.CheckNonEmpty(dir, nameof(dir));
        Context.CheckValue(fn, nameof(fn));
        using var ctx = new ModelSaveContext(Repository, Path.Combine(Directory ?? "", dir), ModelLoadContext.ModelStreamName);
        fn(ctx);
        ctx.Done();
    }

    internal void Done()
    {
        Context.Check(Header.ModelSignature != 0, "ModelSignature not specified!");
        Header.CbModel = Here - Header.FpModel;
        WriteStrings();
        WriteLoaderAssemblyName();
        Header.FpTail = Here;
        Writer.Write(ModelHeader.TailSignatureValue);
        Header.FpLim = Here;
        Writer.Flush();
        Writer.BaseStream.Position = FpMin;
        Writer.Write(Header.ToBytes());
        Writer.BaseStream.Position = FpMin + Header.FpLim;
        Dispose();
    }

    private long Here => Writer.BaseStream.Position - FpMin;

    private void WriteStrings()
    {
        if (Strings.Strings.Count == 0)
            return;
        Header.FpStringTable = Here;
        long end = 0;
        foreach (string text in Strings.Strings)
        {
            end += text.Length * sizeof(char);
            Writer.Write(end);
        }
        Header.CbStringTable = Here - Header.FpStringTable;
        Header.FpStringChars = Here;
        foreach (string text in Strings.Strings)
            Writer.Write(Encoding.Unicode.GetBytes(text));
        Header.CbStringChars = end;
    }

    private void WriteLoaderAssemblyName()
    {
        if (string.IsNullOrEmpty(_loaderAssemblyName))
            return;
        Header.FpAssemblyName = Here;
        Header.CbAssemblyName = (uint)_loaderAssemblyName.Length * sizeof(char);
        Writer.Write(Encoding.Unicode.GetBytes(_loaderAssemblyName));
    }

    public void Dispose()
    {
        Writer.Dispose();
        _entry.Dispose();
    }
}
