using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The zip that a model is, as named streams.</summary>
internal abstract class Repository(IExceptionContext context) : IDisposable
{
    public IExceptionContext ExceptionContext { get; } = context;

    public abstract void Dispose();

    protected string PathOf(string directory, string name)
    {
        ExceptionContext.CheckParam(directory?.Contains("..") != true, nameof(directory));
        ExceptionContext.CheckParam(!string.IsNullOrWhiteSpace(name) && !name.Contains(".."), nameof(name));
        return Path.Combine(directory ?? "", name).Replace('\\', '/');
    }
}

internal sealed class RepositoryWriter : Repository
{
    private readonly ZipArchive _archive;
    private readonly HashSet<string> _paths = [];
    private bool _disposed;

    private RepositoryWriter(Stream stream, IExceptionContext context) : base(context)
        => _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);

    public static RepositoryWriter CreateNew(Stream stream, IExceptionContext context = null)
    {
        var repository = new RepositoryWriter(stream, context);
        string version = typeof(RepositoryWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        using Entry entry = repository.CreateEntry("TrainingInfo", "Version.txt");
        using var writer = new StreamWriter(entry.Stream, leaveOpen: true);
        writer.WriteLine(version);
        return repository;
    }

    public Entry CreateEntry(string directory, string name)
    {
        string path = PathOf(directory, name);
        ExceptionContext.CheckParam(_paths.Add(path), nameof(name), $"Duplicate entry: '{path}'");
        return new Entry(this, path);
    }

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _archive.Dispose();
    }

    /// <summary>Collects bytes in memory, since the zip takes one stream at a time and components save others inside themselves.</summary>
    internal sealed class Entry(RepositoryWriter repository, string path) : IDisposable
    {
        private bool _disposed;

        public MemoryStream Stream { get; } = new();

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            using Stream target = repository._archive.CreateEntry(path).Open();
            Stream.WriteTo(target);
        }
    }
}

internal sealed class RepositoryReader : Repository
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    private RepositoryReader(Stream stream, IExceptionContext context) : base(context)
    {
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException ex)
        {
            throw context.ExceptDecode("Failed to open a zip archive", ex);
        }
        foreach (ZipArchiveEntry entry in _archive.Entries)
            _entries[entry.FullName.Replace('\\', '/')] = entry;
    }

    public static RepositoryReader Open(Stream stream, IExceptionContext context = null) => new(stream, context);

    /// <summary>The whole entry in memory, or null.</summary>
    public MemoryStream OpenEntryOrNull(string directory, string name)
    {
        if (!_entries.TryGetValue(PathOf(directory, name), out ZipArchiveEntry entry))
            return null;
        ExceptionContext.CheckDecode(entry.Length < int.MaxValue, "Repository stream too large to read into memory");
        var memory = new MemoryStream((int)entry.Length);
        using (Stream source = entry.Open())
            source.CopyTo(memory);
        memory.Position = 0;
        return memory;
    }

    public override void Dispose() => _archive.Dispose();
}
