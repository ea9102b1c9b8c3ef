using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>What programs can call, pinned: a line gone is a program that no longer compiles.</summary>
public sealed partial class PublicApiTests
{
    [Theory]
    [InlineData("Sleap.IO")]
    [InlineData("Sleap.Transforms")]
    [InlineData("Sleap.MLNet")]
    public void Approved_members_are_those_of_the_assembly(string assembly)
    {
        var lines = AssemblyPrinter
            .Print(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
            .Where(line => !OfEveryRecord().IsMatch(line))
            .ToList();
        Assert.NotEmpty(lines);
        Approved.Check($"tests/Sleap.Cli.Tests/Contracts/{assembly}.txt", string.Join('\n', lines) + "\n");
    }

    // The compiler writes these for every record alike.
    [GeneratedRegex(
        @"\.(<Clone>\$|Equals|GetHashCode|ToString|PrintMembers|EqualityContract|op_Equality|op_Inequality|Deconstruct) ::"
    )]
    private static partial Regex OfEveryRecord();
}
