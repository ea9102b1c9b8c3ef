using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>Where the files of the tests lie, and a folder for each test to write in.</summary>
internal sealed class TestFiles : IDisposable
{
    public static string Root { get; } = FindRoot();

    public string Folder { get; } = Directory.CreateTempSubdirectory("sleap-io-").FullName;

    public static string Data(string name) => Path.Combine(Root, "tests", "data", name);

    public static string Golden(string name) => Path.Combine(Root, "tests", "golden", "files", name);

    public static JsonObject GoldenJson(string name) => (JsonObject)JsonNode.Parse(File.ReadAllText(Golden(name)))!;

    public string New(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
            folder = folder.Parent;
        // An artifacts folder elsewhere: then the tests are run from within the repository.
        return folder?.FullName
            ?? FindFrom(Environment.GetEnvironmentVariable("SLEAP_MLNET_ROOT") ?? Environment.CurrentDirectory);
    }

    private static string FindFrom(string start)
    {
        var folder = new DirectoryInfo(start);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new DirectoryNotFoundException($"No Sleap.MLNet.sln above {AppContext.BaseDirectory} or {start}.");
    }
}
