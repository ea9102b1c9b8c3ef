namespace Standalone.Tests.Contracts;

public sealed class StandInContractTests
{
    public static TheoryData<string> StandIns => [.. Directory.GetDirectories(Repository.Path("standalone"))
        .Select(f => Path.GetFileName(f)).Where(name => File.Exists(Repository.Path("standalone", name, name + ".csproj")) && name != "Listings").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(StandIns))]
    public void EveryPublicMemberIsOneOfTheRealAssembly(string assembly)
    {
        Assert.True(File.Exists(Listing.PathOf(assembly)), $"tests/api has no listing of {assembly}, so nothing can be said about it.");
        IReadOnlyCollection<string> offered = AssemblyPrinter.Print(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        string[] contradictions = [.. Listing.Of(assembly).Contradictions(offered)];

        Assert.NotEmpty(offered);
        Assert.True(contradictions.Length == 0, $"{contradictions.Length} of {offered.Count} lines of {assembly} differ from the real one:\n{string.Join('\n', contradictions)}");
    }

    [Theory]
    [InlineData("N.A :: sealed class : System.IDisposable", "N.A :: sealed class : N.B, System.IDisposable", true)]
    [InlineData("N.A :: sealed class : N.B, N.C", "N.A :: sealed class : N.B", false)]
    [InlineData("N.A :: class", "N.A :: sealed class", false)]
    [InlineData("N.A<T> :: class where T : class", "N.A<T> :: class where T : class, new()", false)]
    [InlineData("N.A<T> :: class : N.B<T, (int, int)> where T : class", "N.A<T> :: class : N.B<T, (int, int)>, N.C<T> where T : class", true)]
    [InlineData("N.A :: class /*not derivable: no accessible constructor*/", "N.A :: class", true)]
    [InlineData("N.A :: enum : byte", "N.A :: enum : int", false)]
    [InlineData("N.A.F :: public void (int a)", "N.A.F :: public void (int b)", false)]
    [InlineData("N.A.F :: public void (int a = 1)", "N.A.F :: public void (int a = 2)", false)]
    [InlineData("N.A.F :: public static void (int a)", "N.A.F :: public void (int a)", false)]
    [InlineData("N.A.F<T> :: public void (T a) where T : unmanaged", "N.A.F<T> :: public void (T a) where T : struct", false)]
    [InlineData("N.A.P :: public int { get; set; }", "N.A.P :: public int { get; }", false)]
    public void FewerBasesAreAllowedAndNothingElse(string standIn, string real, bool allowed)
    {
        string[] contradictions = [.. new Listing([real]).Contradictions([standIn])];

        Assert.Equal(allowed, contradictions.Length == 0);
        Assert.All(contradictions, text => Assert.StartsWith(standIn, text));
    }

    [Fact]
    public void AnUnknownMemberIsReportedWithTheNearestLines()
    {
        string text = Assert.Single(Listing.Of("Microsoft.ML.Core").Contradictions(["Microsoft.ML.ITransformer.Transform :: public Microsoft.ML.IDataView (Microsoft.ML.IDataView data)"]));

        Assert.Contains("Microsoft.ML.ITransformer.Transform :: public Microsoft.ML.IDataView (Microsoft.ML.IDataView input)", text);
    }
}
