using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>What docs/design.md says of the sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] Files =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(Cli.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Built().IsMatch(file)),
    ];

    [Fact]
    public void Few_files_each_say_one_thing()
    {
        int[] lengths = [.. Files.Select(file => File.ReadLines(file).Count()).Order()];
        Assert.InRange(lengths.Length, 100, 570);
        Assert.InRange(lengths[lengths.Length / 2], 60, 200);
        Assert.InRange(lengths[^1], 1, 400);
    }

    [Fact]
    public void No_line_has_more_than_140_columns()
    {
        Assert.Empty(
            Files.SelectMany(file =>
                File.ReadLines(file)
                    .Index()
                    .Where(line => line.Item.Length > 140)
                    .Select(line => $"{file}:{line.Index + 1}")
            )
        );
    }

    [Fact]
    public void At_most_six_files_name_a_model_type()
    {
        var files = Files.Where(file => ModelType().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).ToList();
        Assert.True(files.Count <= 6, string.Join(", ", files));
    }

    [GeneratedRegex("BottomUpId|multi_class_bottomup|bottom-up-id")]
    private static partial Regex ModelType();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Built();
}
