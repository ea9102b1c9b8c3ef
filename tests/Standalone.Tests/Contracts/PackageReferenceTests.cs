using System.Text.Json;

namespace Standalone.Tests.Contracts;

/// <summary>What a user who restores the real packages gets, as MSBuild evaluates it; nothing is restored here.</summary>
public sealed class PackageReferenceTests
{
    private static readonly Dictionary<string, string> Common = new()
    {
        ["Microsoft.ML"] = "5.0.0", ["Microsoft.ML.ImageAnalytics"] = "5.0.0", ["Microsoft.Data.Analysis"] = "0.23.0", ["Microsoft.ML.TorchSharp"] = "0.23.0",
    };

    [Theory]
    [InlineData("cpu", "0.102.7")]
    [InlineData("cuda-linux", "0.102.7")]
    [InlineData("cuda-windows", "0.107.0")]
    public void ThePackagesRuntimeTakesTheRealOnes(string torch, string version)
    {
        Dictionary<string, string> packages = Packages($"-p:Torch={torch}", $"-p:TorchSharpVersion={version}");

        foreach ((string name, string expected) in Common.Append(new("TorchSharp", version)).Append(new($"TorchSharp-{torch}", version)))
            Assert.Equal(expected, packages.GetValueOrDefault(name));
        Assert.Single(packages.Keys, name => name.StartsWith("TorchSharp-", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutAWordItIsTheCpuAndTheVersionThatGoesWithMachineLearning()
    {
        Dictionary<string, string> packages = Packages();

        Assert.Equal("0.102.7", packages["TorchSharp"]);
        Assert.Equal("0.102.7", packages["TorchSharp-cpu"]);
    }

    private static Dictionary<string, string> Packages(params string[] properties)
    {
        (int exit, string output) = Dotnet.Run(["msbuild", Path.Combine("src", "Sleap.MLNet", "Sleap.MLNet.csproj"), "-nologo", "-getItem:PackageReference,PackageVersion", "-p:PoseRuntime=packages", .. properties]);
        Assert.True(exit == 0, output);
        JsonElement items = JsonDocument.Parse(output[output.IndexOf('{')..]).RootElement.GetProperty("Items");
        Dictionary<string, string> versions = items.GetProperty("PackageVersion").EnumerateArray().ToDictionary(i => i.GetProperty("Identity").GetString()!, i => i.GetProperty("Version").GetString()!);
        return items.GetProperty("PackageReference").EnumerateArray().Select(i => i.GetProperty("Identity").GetString()!).ToDictionary(name => name, name => versions[name]);
    }
}
