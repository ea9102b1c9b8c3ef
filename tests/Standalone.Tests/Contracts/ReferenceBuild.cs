using System.Collections.Concurrent;
using Listings;

namespace Standalone.Tests.Contracts;

/// <summary>The sources, built once a TorchSharp version against reference assemblies of the listings, into a folder of its own.</summary>
public sealed class ReferenceBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<Result>> _builds = new();

    internal sealed record Result(int ExitCode, string Output, string Artifacts);

    /// <summary>The outermost source project: building it builds the others.</summary>
    internal static string Project { get; } = new[] { "Sleap.Cli", "Sleap.MLNet" }
        .Select(name => Repository.Path("src", name, name + ".csproj")).First(File.Exists);

    internal Result Of(string torchSharp) => _builds.GetOrAdd(torchSharp, version => new Lazy<Result>(() => Build(version))).Value;

    public void Dispose() => _folder.Dispose();

    // One folder for all versions: only TorchSharp.dll changes between them, so only what uses it is built again.
    private Result Build(string torchSharp)
    {
        string listings = _folder.File("listings"), made = _folder.File($"listings-{torchSharp}"), artifacts = _folder.File("artifacts");
        ReferenceAssemblies.Write(Repository.Path("tests", "api"), made, torchSharp);
        Directory.CreateDirectory(listings);
        foreach (string assembly in Directory.GetFiles(made))
        {
            string target = Path.Combine(listings, Path.GetFileName(assembly));
            if (Path.GetFileName(assembly) == "TorchSharp.dll" || !File.Exists(target))
                File.Copy(assembly, target, overwrite: true);
        }

        (int exit, string output) = Dotnet.Run("build", Project, "--artifacts-path", artifacts, "-m:1", "-nologo", "-v:q", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            "-p:PoseRuntime=listings", $"-p:TorchSharpVersion={torchSharp}", $"-p:ListingsFolder={listings}{Path.DirectorySeparatorChar}");
        return new Result(exit, output, artifacts);
    }
}
