using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>
/// The lists of public members, which the build compares with the code: PublicAPI.Shipped.txt of each library.
/// </summary>
public sealed partial class PublicApiTests
{
    [Theory]
    [InlineData("Sleap.IO")]
    [InlineData("Sleap.Transforms")]
    [InlineData("Sleap.MLNet")]
    [InlineData("Sleap.Onnx")]
    public void A_library_has_at_most_82_public_types_and_all_its_members_are_listed(string library)
    {
        // Sleap.Onnx adds two methods, their options and a transformer.
        var listed = File.ReadAllLines(Path.Combine(Cli.Root, $"src/{library}/PublicAPI.Shipped.txt"));
        Assert.InRange(listed.Count(line => TypeName().IsMatch(line)), library == "Sleap.Onnx" ? 6 : 10, 82);
        Assert.Equal(
            ["#nullable enable"],
            File.ReadAllLines(Path.Combine(Cli.Root, $"src/{library}/PublicAPI.Unshipped.txt"))
        );
    }

    [GeneratedRegex(@"^Sleap\.[\w.]+(<\w+>)?$")]
    private static partial Regex TypeName();
}
