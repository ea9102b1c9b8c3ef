using Listings;

namespace Standalone.Tests.Contracts;

/// <summary>What is made from a listing says the same as the listing: printed again, it is line for line the same.</summary>
public sealed class ReferenceAssembliesTests
{
    [Theory]
    [InlineData("0.102.7")]
    [InlineData("0.105.2")]
    [InlineData("0.107.0")]
    public void PrintedAgainTheyAreTheListings(string torchSharp)
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> leftOut = ReferenceAssemblies.Write(Repository.Path("tests", "api"), folder.Path, torchSharp);

        string[] assemblies = Directory.GetFiles(folder.Path, "*.dll");
        Assert.Equal(9, assemblies.Length);
        foreach (string assembly in assemblies)
        {
            string name = Path.GetFileNameWithoutExtension(assembly);
            string[] expected = File.ReadAllLines(name == "TorchSharp" ? Repository.Path("tests", "api", $"TorchSharp-{torchSharp}.txt") : Listing.PathOf(name));
            IReadOnlyCollection<string> printed = AssemblyPrinter.Print(assembly);

            Assert.Empty(printed.Except(expected));
            Assert.All(expected.Except(printed), line => Assert.Contains(line.Split(" :: ")[0], leftOut));
        }
    }

    [Fact]
    public void OnlyArrowAndTensorBoardAreLeftOut()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> leftOut = ReferenceAssemblies.Write(Repository.Path("tests", "api"), folder.Path);

        Assert.All(leftOut, member => Assert.True(member.Contains("Arrow") || member == "TorchSharp.Modules.SummaryWriter.add_histogram", member));
    }

    [Fact]
    public void AnUnknownVersionIsNamed()
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<FileNotFoundException>(() => ReferenceAssemblies.Write(Repository.Path("tests", "api"), folder.Path, "9.9.9"));

        Assert.Contains("TorchSharp-9.9.9.txt", fault.Message);
    }

    [Fact]
    public void ALineThatCannotBeReadIsNamed()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(Repository.Path("tests", "api")))
            File.WriteAllLines(Path.Combine(folder.Path, Path.GetFileName(file)), File.ReadLines(file).Append("Nowhere.Type.Member :: public int ()"));

        var fault = Assert.Throws<FormatException>(() => ReferenceAssemblies.Write(folder.Path, Path.Combine(folder.Path, "out")));

        Assert.Contains("Nowhere.Type.Member", fault.Message);
        Assert.Contains("Microsoft.Data.Analysis.txt", fault.Message);
    }
}
