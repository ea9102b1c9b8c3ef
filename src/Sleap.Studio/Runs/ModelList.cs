using System.IO.Compression;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A model that was found.</summary>
/// <param name="Id">Stands for it as long as the studio runs.</param>
/// <param name="Name">What the page shows: its path within the project's folder.</param>
/// <param name="Path">Full path.</param>
/// <param name="IsStage">Whether it is a model folder of SLEAP, two of which can be the stages of one model.</param>
/// <param name="Written">When it was written.</param>
internal sealed record FoundModel(string Id, string Name, string Path, bool IsStage, DateTime Written);

/// <summary>
/// The models below the project's folder, and those that were named when the studio was started. Pages name them by
/// ids, so that none can name another path. Links are not followed.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="named">Full paths of models that were named.</param>
internal sealed class ModelList(OpenedProject project, IReadOnlyList<string> named)
{
    private const int MaxDepth = 4;
    private const int MaxFolders = 2_000;
    private const int MaxModels = 200;

    private static readonly string[] SleapFiles = ["training_config.yaml", "training_config.json"];
    private static readonly string[] OnnxFiles = ["model.onnx", "export_metadata.json"];

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal); // by path
    private readonly Lock _gate = new();

    /// <summary>All models, the newest first.</summary>
    public IReadOnlyList<FoundModel> Find()
    {
        var folder = project.Folder;
        List<FoundModel> models = [];
        foreach (var path in named)
        {
            if (File.Exists(path) || Directory.Exists(path))
                models.Add(Found(path, NameOf(path)));
        }
        foreach (var path in folder is null ? [] : Below(folder).Take(MaxModels))
        {
            if (models.TrueForAll(other => other.Path != path))
                models.Add(Found(path, Path.GetRelativePath(folder!, path).Replace('\\', '/')));
        }
        return
        [
            .. models.OrderByDescending(model => model.Written).ThenBy(model => model.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The model of an id.</summary>
    /// <exception cref="EditException">There is none.</exception>
    public FoundModel Of(string id) =>
        Find().FirstOrDefault(model => model.Id == id)
        ?? throw EditException.Invalid("There is no such model any more; the list shows those that there are.");

    private FoundModel Found(string path, string name)
    {
        lock (_gate)
        {
            if (!_ids.TryGetValue(path, out var id))
                _ids.Add(path, id = $"model-{_ids.Count + 1}");
            return new FoundModel(id, OneLine.Of(name), path, Has(path, SleapFiles), File.GetLastWriteTimeUtc(path));
        }
    }

    // The name of most models is model.zip, which says less than that of its folder.
    private static string NameOf(string path) =>
        $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";

    private static IEnumerable<string> Below(string root)
    {
        var left = new Queue<(string Path, int Depth)>([(root, 0)]);
        for (var seen = 0; seen < MaxFolders && left.TryDequeue(out var folder); seen++)
        {
            if (Has(folder.Path, SleapFiles) || Has(folder.Path, OnnxFiles))
                yield return folder.Path;
            foreach (var file in Entries(folder.Path, Directory.EnumerateFiles, "*.zip").Where(IsModel))
                yield return file;
            if (folder.Depth == MaxDepth)
                continue;
            foreach (var inner in Entries(folder.Path, Directory.EnumerateDirectories, "*"))
                left.Enqueue((inner, folder.Depth + 1));
        }
    }

    private static string[] Entries(
        string folder,
        Func<string, string, EnumerationOptions, IEnumerable<string>> list,
        string pattern
    )
    {
        var options = new EnumerationOptions
        {
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System,
            IgnoreInaccessible = true,
        };
        try
        {
            return [.. list(folder, pattern, options).Order(StringComparer.Ordinal)];
        }
        catch (IOException)
        {
            return []; // it was removed meanwhile
        }
    }

    private static bool Has(string folder, string[] files) =>
        files.Any(file => File.Exists(Path.Combine(folder, file)));

    // Whether its parts are ours is checked where it is loaded.
    private static bool IsModel(string file)
    {
        try
        {
            using var archive = ZipFile.OpenRead(file);
            return archive.Entries.Any(entry => Path.GetFileName(entry.FullName) == "Model.key");
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
