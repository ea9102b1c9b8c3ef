using System.Reflection;

namespace Sleap.Cli;

/// <summary>The lines that a program of one file begins with to have this library, and how it is run.</summary>
/// <param name="Lines">Lines of the file's head.</param>
/// <param name="Run">What stands behind <c>dotnet run FILE</c>.</param>
internal sealed record SourceReference(string Lines, string Run)
{
    // Of the version that the library is packed with: Directory.Build.props.
    private const string LibTorch = "TorchSharp-cpu@0.102.7";

    /// <summary>The clone that this program was built in, if it was; else the packages of this program's version.</summary>
    public static SourceReference For(string folder) => CloneFolder() is { } clone ? Project(clone, Path.GetFullPath(folder)) : Packages();

    /// <summary>The library as a package, and the libtorch for a CPU.</summary>
    public static SourceReference Packages()
    {
        var version = typeof(SourceReference).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        return new($"#:package Sleap.MLNet@{version}\n#:package {LibTorch}\n// For a GPU, TorchSharp-cuda-linux or TorchSharp-cuda-windows in place of TorchSharp-cpu.", "");
    }

    private static SourceReference Project(string clone, string folder)
    {
        var project = Path.Combine(clone, "src", "Sleap.MLNet", "Sleap.MLNet.csproj");
        // Inside the clone both move together; elsewhere only the whole path stays right.
        var path = folder.StartsWith(clone + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(folder, project) : project;
        return new($"#:project {path.Replace('\\', '/')}", " -c Release");
    }

    private static string? CloneFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln"))) return folder.FullName;
        return null;
    }
}
