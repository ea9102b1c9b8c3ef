using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>
/// The lists of public members, which the build compares with the code: PublicAPI.Shipped.txt of each library.
/// </summary>
public sealed partial class PublicApiTests
{
    [Theory]
    [InlineData("Sleap.IO", 82)]
    [InlineData("Sleap.Transforms", 88)]
    [InlineData("Sleap.MLNet", 89)]
    [InlineData("Sleap.Onnx", 9)]
    public void A_library_has_few_public_types_and_all_its_members_are_listed(string library, int most)
    {
        // Sleap.Onnx adds three methods, their options and two transformers.
        var listed = File.ReadAllLines(Path.Combine(Cli.Root, $"src/{library}/PublicAPI.Shipped.txt"));
        Assert.InRange(listed.Count(line => TypeName().IsMatch(line)), library == "Sleap.Onnx" ? 6 : 10, most);
        Assert.Equal(
            ["#nullable enable"],
            File.ReadAllLines(Path.Combine(Cli.Root, $"src/{library}/PublicAPI.Unshipped.txt"))
        );
    }

    [GeneratedRegex(@"^Sleap\.[\w.]+(<[\w, ]+>)?$")]
    private static partial Regex TypeName();
}
