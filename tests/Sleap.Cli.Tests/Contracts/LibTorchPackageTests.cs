using System.Text.Json.Nodes;

namespace Sleap.Cli.Tests;

/// <summary>Which libtorch comes along, as MSBuild evaluates it; nothing is restored.</summary>
public sealed class LibTorchPackageTests
{
    [Theory]
    [InlineData("cpu", "libtorch-cpu-")]
    [InlineData("cuda-linux", "TorchSharp-cuda-linux")]
    [InlineData("cuda-windows", "TorchSharp-cuda-windows")]
    public void Torch_names_the_program_s_one(string torch, string package)
    {
        var found = Assert.Single(
            Packages("src/Sleap.Cli", torch),
            name =>
                name.StartsWith("libtorch", StringComparison.Ordinal)
                || name.StartsWith("TorchSharp-", StringComparison.Ordinal)
        );
        Assert.StartsWith(package, found);
        Assert.Contains(found, Cli.PackageVersions().Keys);
    }

    [Fact]
    public void Without_a_word_it_is_the_one_for_a_cpu() =>
        Assert.Equal(Packages("src/Sleap.Cli", "cpu"), Packages("src/Sleap.Cli", null));

    [Theory]
    [InlineData("src/Sleap.IO")]
    [InlineData("src/Sleap.Transforms")]
    [InlineData("src/Sleap.MLNet")]
    public void A_library_leaves_it_to_the_program(string project)
    {
        var packages = Packages(project, "cpu");
        Assert.DoesNotContain(
            packages,
            name =>
                name.StartsWith("libtorch", StringComparison.Ordinal)
                || name.StartsWith("TorchSharp-", StringComparison.Ordinal)
        );
        Assert.Equal(project == "src/Sleap.MLNet", packages.Contains("TorchSharp"));
    }

    [Fact]
    public void Another_word_is_an_error_that_names_the_three()
    {
        var (code, output) = Dotnet("msbuild", "src/Sleap.Cli", "-nologo", "-p:Torch=gpu", "-t:CheckTorch");
        Assert.NotEqual(0, code);
        Assert.Contains("Torch is 'gpu'; it can be cpu, cuda-linux or cuda-windows.", output);
    }

    private static string[] Packages(string project, string? torch)
    {
        var (code, output) = Dotnet([
            "msbuild",
            project,
            "-nologo",
            "-getItem:PackageReference",
            .. torch is null ? Array.Empty<string>() : [$"-p:Torch={torch}"],
        ]);
        Assert.True(code == 0, output);
        return
        [
            .. JsonNode.Parse(output)!["Items"]!["PackageReference"]!
                .AsArray()
                .Select(item => (string)item!["Identity"]!),
        ];
    }

    private static (int Code, string Output) Dotnet(params string[] words) => Cli.Start("dotnet", Cli.Root, words);
}
