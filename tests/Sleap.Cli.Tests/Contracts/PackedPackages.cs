namespace Sleap.Cli.Tests;

/// <summary>
/// The packages of this build in a folder of their own, and folders outside the clone in which NuGet finds them.
/// </summary>
public sealed class PackedPackages : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-packages-").FullName;
    private readonly Dictionary<string, string> _versions = Cli.PackageVersions();

    public PackedPackages()
    {
        // Found by everything below it: this feed beside the machine's own, and a store of its own, so that nothing of
        // it stays on the machine.
        File.WriteAllText(
            Path.Combine(_folder, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{MachinePackages()}" /></fallbackPackageFolders>
              <packageSources><add key="built" value="{Feed}" /></packageSources>
            </configuration>
            """
        );
        Directory.CreateDirectory(Feed);
        foreach (
            var project in (string[])["Sleap.Loaders", "Sleap.IO", "Sleap.Transforms", "Sleap.MLNet", "Sleap.Onnx"]
        )
        {
            Dotnet(
                Cli.Root,
                "pack",
                $"src/{project}",
                "-c",
                Cli.Configuration,
                "--no-build",
                "-v",
                "q",
                "-o",
                Feed,
                $"-p:PackageVersion={Version}"
            );
        }
    }

    /// <summary>Another one each time, which no store has yet.</summary>
    public string Version { get; } = $"0.0.1-test.{Guid.NewGuid():N}";

    private string Feed => Path.Combine(_folder, "feed");

    public string VersionOf(string package) => _versions[package];

    public string FileOf(string package, string ending) => Path.Combine(Feed, $"{package}.{Version}.{ending}");

    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Packs the tool for one system, from a build beside this one.</summary>
    public void PackTool(string system) =>
        Dotnet(
            Cli.Root,
            "pack",
            "src/Sleap.Cli",
            "-c",
            "Release",
            "-v",
            "q",
            "-o",
            Feed,
            $"-p:PackageVersion={Version}",
            "-p:Packing=true",
            $"-p:RuntimeIdentifiers={system}",
            $"-p:ArtifactsPath={Path.Combine(_folder, "artifacts")}"
        );

    /// <summary>What 'dotnet' wrote; expects exit code 0.</summary>
    public string Dotnet(string folder, params string[] words) => Run("dotnet", folder, words);

    /// <summary>What a program wrote; expects exit code 0.</summary>
    public string Run(string program, string folder, params string[] words)
    {
        var (code, output) = Cli.Start(program, folder, words);
        Assert.True(code == 0, $"{program} {string.Join(' ', words)}: exit code {code}\n{output}");
        return output;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string MachinePackages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
