using System.Runtime.CompilerServices;

namespace Standalone.Tests;

/// <summary>Where this clone is.</summary>
internal static class Repository
{
    public static string Root { get; } = Above(AppContext.BaseDirectory) ?? Above(SourceFile())
        ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Sleap.MLNet.sln.");

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string? Above(string path)
    {
        DirectoryInfo? folder = new(path);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }

    // For a build whose output lies outside the clone.
    private static string SourceFile([CallerFilePath] string path = "") => path;
}
