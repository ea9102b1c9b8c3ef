namespace Sleap.Cli;

/// <summary>The lines that a program of one file begins with to have this library, and how it is run.</summary>
/// <param name="Lines">Lines of the file's head.</param>
/// <param name="Run">What stands behind <c>dotnet run FILE</c>.</param>
internal sealed record SourceReference(string Lines, string Run)
{
    // The newest that the code is compiled against where there is no choice: Directory.Packages.props.
    private const string LibTorch = "TorchSharp-cpu@0.102.7";

    /// <summary>The clone that this program was built in, if it was; else the packages of this program's version.</summary>
    public static SourceReference For(string folder)
    {
        if (CloneFolder() is not { } clone)
        {
            var version = typeof(SourceReference).Assembly.GetName().Version!;
            var packages = typeof(MLNet.PoseModelTransformer).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), false)
                .Cast<System.Reflection.AssemblyInformationalVersionAttribute>().FirstOrDefault()?.InformationalVersion.Split('+')[0] ?? version.ToString(3);
            return new($"#:package Sleap.MLNet@{packages}\n#:package {LibTorch}\n// For a GPU, TorchSharp-cuda-linux or TorchSharp-cuda-windows in place of TorchSharp-cpu.", "");
        }
        var project = Path.Combine(clone, "src", "Sleap.MLNet", "Sleap.MLNet.csproj");
        var full = Path.GetFullPath(folder);
        // Inside the clone both move together; elsewhere only the whole path stays right.
        var path = full.StartsWith(clone + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(full, project) : project;
        return new($"#:project {path.Replace('\\', '/')}", " -c Release");
    }

    private static string? CloneFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln"))) return folder.FullName;
        return null;
    }
}
