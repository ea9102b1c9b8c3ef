using Mono.Cecil;

namespace Standalone.Tests.Contracts;

/// <summary>
/// The sources compile against exactly what the real packages offer, in each TorchSharp version,
/// and each assembly refers only to those below it.
/// </summary>
public sealed class ReferenceBuildTests(ReferenceBuild build) : IClassFixture<ReferenceBuild>
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Sleap.IO"] = [],
        ["Sleap.Loaders"] = [],
        ["Sleap.Transforms"] = ["Sleap.IO", "Sleap.Loaders"],
        ["Sleap.MLNet"] = ["Sleap.Transforms", "Sleap.IO"],
        ["sleap"] = ["Sleap.MLNet", "Sleap.Transforms", "Sleap.IO"],
    };

    [Theory]
    [InlineData("0.102.7")]
    [InlineData("0.105.2")]
    [InlineData("0.107.0")]
    public void TheSourcesCompileAgainstTheListings(string torchSharp)
    {
        ReferenceBuild.Result result = build.Of(torchSharp);

        Assert.True(result.ExitCode == 0, result.Output);
    }

    [Fact]
    public void ArrowsPointOneWay()
    {
        ReferenceBuild.Result result = build.Of("0.102.7");
        Assert.True(result.ExitCode == 0, result.Output);
        string[] assemblies = [.. Directory.GetFiles(result.Artifacts, "*.dll", SearchOption.AllDirectories)
            .Where(f => f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}") && Arrows.ContainsKey(Path.GetFileNameWithoutExtension(f)))
            .DistinctBy(Path.GetFileName)];

        Assert.Contains(assemblies, f => Path.GetFileName(f) == "Sleap.MLNet.dll");
        foreach (string file in assemblies)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(file);
            string name = assembly.Name.Name;
            string[] references = [.. assembly.MainModule.AssemblyReferences.Select(r => r.Name)];
            Assert.Empty(references.Where(r => r.StartsWith("sleap", StringComparison.OrdinalIgnoreCase)).Except(Arrows[name]));
            if (name == "Sleap.IO")
                Assert.DoesNotContain(references, r => r.StartsWith("Microsoft.ML", StringComparison.Ordinal) || r == "TorchSharp");
            if (name is "Sleap.IO" or "Sleap.Transforms")
                Assert.DoesNotContain("TorchSharp", references);
        }
    }
}
