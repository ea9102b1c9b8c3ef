using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace Sleap.Cli.Tests;

/// <summary>
/// The packages as 'dotnet run build.cs -- pack' makes them, of the assemblies of this build. The packages that they depend on stand empty in a folder of this test, so that
/// nothing is fetched and this machine need not be able to have them.
/// </summary>
public sealed class PackTests : IDisposable
{
    private static readonly string[] Dependencies = ["Microsoft.ML", "Microsoft.ML.ImageAnalytics", "Microsoft.Data.Analysis", "Microsoft.ML.TorchSharp", "TorchSharp", "TorchSharp-cpu"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-pack-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Packages_have_what_they_must_and_depend_on_what_they_use()
    {
        var versions = Versions();
        foreach (var name in Dependencies) WriteEmpty(name, versions[name]);
        string[] always = ["Microsoft.ML", "Microsoft.ML.ImageAnalytics", "Microsoft.Data.Analysis"];
        Dictionary<string, string[]> expected = new()
        {
            ["Sleap.IO"] = ["BitMiracle.LibTiff.NET", "StbImageSharp", "StbImageWriteSharp", "YamlDotNet"],
            ["Sleap.Loaders"] = [],
            ["Sleap.Transforms"] = ["Sleap.IO", "Sleap.Loaders", .. always],
            // libtorch itself is the program's choice: TorchSharp-cpu or one for a GPU.
            ["Sleap.MLNet"] = ["Sleap.Transforms", "Microsoft.ML.TorchSharp", "TorchSharp", "YamlDotNet", .. always],
        };
        MSBuild("Sleap.MLNet", "Restore");
        foreach (var (project, dependencies) in expected)
        {
            var bin = Directory.CreateDirectory(Path.Combine(_folder, "artifacts", "bin", project, "release")).FullName;
            foreach (var ending in new[] { ".dll", ".pdb", ".xml" }) File.Copy(Path.Combine(AppContext.BaseDirectory, project + ending), Path.Combine(bin, project + ending));
            MSBuild(project, "Pack");
            Check(project, dependencies, versions);
        }
    }

    /// <summary>The tool: a package a system, since libtorch is another one for each.</summary>
    [Fact]
    public void The_tool_is_packed_as_one()
    {
        var (code, output) = Dotnet(["msbuild", Project("Sleap.Cli"), "-nologo", "-p:Packing=true", "-p:PoseRuntime=packages", "-getProperty:PackageId,PackAsTool,ToolCommandName,RuntimeIdentifiers,PackageLicenseExpression,PackageReadmeFile"]);
        Assert.Equal(0, code);
        var properties = System.Text.Json.Nodes.JsonNode.Parse(output)!["Properties"]!;
        foreach (var (name, value) in new[]
        {
            ("PackageId", "Sleap.Cli"), ("PackAsTool", "true"), ("ToolCommandName", "sleap"), ("RuntimeIdentifiers", "linux-x64;win-x64;osx-arm64"), ("PackageLicenseExpression", "BSD-3-Clause"), ("PackageReadmeFile", "README.md"),
        })
            Assert.Equal(value, (string?)properties[name]);
    }

    private void Check(string project, string[] dependencies, Dictionary<string, string> versions)
    {
        var version = versions["Sleap"];
        using var package = ZipFile.OpenRead(Path.Combine(_folder, "out", $"{project}.{version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(_folder, "out", $"{project}.{version}.snupkg"));
        foreach (var file in new[] { $"lib/net10.0/{project}.dll", $"lib/net10.0/{project}.xml", "README.md" }) Assert.NotNull(package.GetEntry(file));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{project}.pdb"));
        using var stream = package.GetEntry($"{project}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal((project, version, "BSD-3-Clause", "README.md"), (Value("id"), Value("version"), Value("license"), Value("readme")));
        Assert.False(string.IsNullOrWhiteSpace(Value("description")) || string.IsNullOrWhiteSpace(Value("tags")));
        var found = metadata.Descendants().Where(element => element.Name.LocalName == "dependency").ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);
        Assert.Equal(dependencies.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, least) in found) Assert.Equal(name.StartsWith("Sleap.", StringComparison.Ordinal) ? version : versions[name], least);
        Assert.Equal("net10.0", metadata.Descendants().Single(element => element.Name.LocalName == "group").Attribute("targetFramework")!.Value);
    }

    private void MSBuild(string project, string target)
    {
        string[] sources = [$"-p:RestorePackagesPath={Path.Combine(_folder, "packages")}", $"-p:RestoreFallbackFolders={GlobalPackages()}", $"-p:RestoreSources={Path.Combine(_folder, "feed")}"];
        string[] pack = target == "Pack" ? ["-p:NoBuild=true", $"-p:PackageOutputPath={Path.Combine(_folder, "out")}"] : [];
        var (code, output) = Dotnet(["msbuild", Project(project), "-nologo", "-v:q", $"-t:{target}", "-p:Configuration=Release", "-p:PoseRuntime=packages", "-p:Packing=true", $"-p:ArtifactsPath={Path.Combine(_folder, "artifacts")}", .. sources, .. pack]);
        Assert.True(code == 0, output);
    }

    private void WriteEmpty(string name, string version)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "feed"));
        using var package = ZipFile.Open(Path.Combine(_folder, "feed", $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var writer = new StreamWriter(package.CreateEntry($"{name}.nuspec").Open()))
            writer.Write($"""<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{name}</id><version>{version}</version><authors>test</authors><description>Empty.</description></metadata></package>""");
        package.CreateEntry("lib/netstandard2.0/_._");
    }

    private static Dictionary<string, string> Versions()
    {
        var build = XDocument.Load(Path.Combine(Cli.Root, "Directory.Build.props"));
        string Property(string name) => build.Descendants(name).Single().Value;
        return XDocument.Load(Path.Combine(Cli.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value.Replace("$(TorchSharpVersion)", Property("TorchSharpVersion"), StringComparison.Ordinal))
            .Append(new("Sleap", Property("VersionPrefix"))).ToDictionary();
    }

    private static string Project(string name) => Path.Combine(Cli.Root, "src", name, name + ".csproj");

    private static string GlobalPackages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static (int Code, string Output) Dotnet(string[] words)
    {
        var start = new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Cli.Root };
        // The test run's own MSBuild has left its paths and the answers it was given; this one must find its own.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || key is "PoseRuntime" or "TorchSharpVersion" or "Torch").ToList()) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
