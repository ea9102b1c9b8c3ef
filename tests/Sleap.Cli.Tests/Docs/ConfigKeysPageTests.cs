using Sleap.MLNet;

namespace Sleap.Cli.Tests;

public sealed class ConfigKeysPageTests
{
    /// <summary>The page for users of SLEAP has a row for each reason, with all its keys.</summary>
    [Fact]
    public void Keys_that_are_not_used_are_listed_with_the_reason()
    {
        var page = File.ReadAllText(Path.Combine(Cli.Root, "docs/from-sleap.md"));
        var rows = ConfigKeys
            .All.Where(key => key.Use is ConfigUse.None or ConfigUse.Named)
            .GroupBy(key => (key.Use, key.Here))
            .Select(group => $"| {string.Join(", ", group.Select(key => $"`{key.Path}`"))} | {group.Key.Here} |");
        Assert.All(rows, row => Assert.Contains(row, page));
        Assert.All(
            ConfigKeys.All.Where(key => key.Use == ConfigUse.Refused).Select(key => key.Path.Split('.')[2]).Distinct(),
            section => Assert.Contains(section, page)
        );
    }
}
