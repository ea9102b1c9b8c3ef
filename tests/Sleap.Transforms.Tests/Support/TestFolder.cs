namespace Sleap.Transforms.Tests;

/// <summary>Folders of the repository, and temporary ones.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Directory.CreateDirectory(Path);

    public static string Repository { get; } = FindRepository();

    public static string OpenField => System.IO.Path.Combine(Repository, "examples", "data", "openfield");

    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), "sleap-transforms-" + Guid.NewGuid().ToString("N"));

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
                return folder.FullName;
        }
        // With another artifacts folder the tests do not run inside the repository.
        return Environment.GetEnvironmentVariable("SLEAP_REPOSITORY")
            ?? throw new InvalidOperationException(
                "Sleap.MLNet.sln is in no folder above the tests; set SLEAP_REPOSITORY."
            );
    }
}
