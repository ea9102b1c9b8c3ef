using System.Reflection;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>The lines that a program of one file begins with to have this library, and how it is run.</summary>
/// <param name="Lines">Lines of the file's head.</param>
/// <param name="Run">What stands behind <c>dotnet run FILE</c>.</param>
/// <param name="IsInClone">Whether the programs are in the clone, whose build settings they take.</param>
internal sealed record SourceReference(string Lines, string Run, bool IsInClone = false)
{
    /// <summary>The package with libtorch for this system's CPU.</summary>
    public static string LibTorch { get; } =
        $"#:package {LibTorchLibrary.CpuPackage}@{LibTorchLibrary.Version}\n"
        + $"// For a GPU, TorchSharp-cuda-linux@{LibTorchLibrary.TorchSharpVersion} or "
        + $"TorchSharp-cuda-windows@{LibTorchLibrary.TorchSharpVersion} in its place.";

    /// <summary>
    /// The clone that this program was built in, if it was; else the packages of this program's version.
    /// </summary>
    public static SourceReference For(string folder) =>
        CloneFolder() is { } clone ? Project(clone, Path.GetFullPath(folder)) : Packages();

    /// <summary>The library as a package, and the libtorch for a CPU.</summary>
    public static SourceReference Packages()
    {
        var version = typeof(SourceReference)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
        return new($"#:package Sleap.MLNet@{version}\n{LibTorch}", "");
    }

    private static SourceReference Project(string clone, string folder)
    {
        var project = Path.Combine(clone, "src", "Sleap.MLNet", "Sleap.MLNet.csproj");
        // Inside the clone both move together, and the clone's own settings hold.
        if (folder.StartsWith(clone + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return new(
                $"#:project {Path.GetRelativePath(folder, project).Replace('\\', '/')}",
                " -c Release",
                IsInClone: true
            );
        }

        // Elsewhere only the whole path stays right, and a project does not bring what the package brings: see
        // src/Sleap.MLNet/buildTransitive.
        return new(
            $"#:project {project.Replace('\\', '/')}\n{LibTorch}\n#:property PublishAot=false\n#:property "
                + "CopyLocalLockFileAssemblies=false\n#:property GenerateRuntimeConfigDevFile=true",
            " -c Release"
        );
    }

    // A build of a clone is in artifacts/bin/PROJECT/CONFIGURATION. A tool that is installed elsewhere belongs to no
    // clone, whatever lies in the folders above it.
    private static string? CloneFolder()
    {
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var bin = folder.Parent?.Parent;
        return
            bin is { Name: "bin", Parent: { Name: "artifacts", Parent: { } clone } }
            && File.Exists(Path.Combine(clone.FullName, "Sleap.MLNet.sln"))
            ? clone.FullName
            : null;
    }
}
