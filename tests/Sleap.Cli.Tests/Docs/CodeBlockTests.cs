using System.Globalization;
using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>Every C# block of README and docs compiles, with the variables that pages speak of.</summary>
public sealed partial class CodeBlockTests
{
    // What a reader has by then: made once, and hidden by what a block declares itself.
    private const string Prelude = """
        using System.Collections.Immutable;
        using Microsoft.Data.Analysis;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Sleap.IO;
        using Sleap.MLNet;
        using Sleap.Transforms;

        #pragma warning disable CS0649
        internal abstract class Page
        {
            protected static MLContext ml = null!;
            protected static PoseCatalog pose = null!;
            protected static IDataView labels = null!, train = null!, test = null!, poses = null!, view = null!, video = null!;
            protected static PoseModelTransformer model = null!;
            protected static Labels truth = null!, predicted = null!;
            protected static Skeleton skeleton = null!;
            protected static byte[] pixels = null!;
        }
        """;

    private static readonly string Usings = string.Join('\n', Prelude.Split('\n').TakeWhile(line => line.StartsWith("using", StringComparison.Ordinal)));

    [Fact]
    public void They_compile()
    {
        var blocks = DocBlocks.Pages.SelectMany(DocBlocks.Of).Where(block => block.Language == "csharp").ToList();
        Assert.True(blocks.Count > 12, $"only {blocks.Count} blocks were found");
        var diagnostics = Compiler.Library(blocks.Select((block, i) => ($"{block.Page}:{block.Line}", Wrapped(block, i))).Prepend(("prelude", Prelude)));
        Assert.True(diagnostics.Count == 0, string.Join('\n', diagnostics));
    }

    /// <summary>The compiler that is asked finds what is wrong.</summary>
    [Fact]
    public void A_block_that_is_wrong_is_found()
    {
        var wrong = new DocBlock("page", 1, "csharp", "var model = pose.SingleInstanse();");
        Assert.Contains(Compiler.Library([("prelude", Prelude), ("page", Wrapped(wrong, 0))]), text => text.Contains("SingleInstanse"));
        Assert.Contains(Compiler.Program("p", "#:package X@1\nint x = \"\";"), text => text.StartsWith("p(2,", StringComparison.Ordinal));
    }

    // Line numbers stay those of the page. Types that a block declares go behind its statements.
    private static string Wrapped(DocBlock block, int number)
    {
        var lines = block.Text.Split('\n');
        var types = Array.FindIndex(lines, line => Declaration().IsMatch(line));
        var (statements, declarations) = types < 0 ? (lines, []) : (lines[..types], lines[types..]);
        var (own, code) = (statements.Where(line => Using().IsMatch(line)), statements.Select(line => Using().IsMatch(line) ? "" : line));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {{string.Join('\n', Usings.Split('\n').Union(own))}}
            #pragma warning disable CS0168, CS0219, CS8321, CS1998
            namespace Block{{number}};
            internal sealed class Code : Page { private static async Task Run(string[] args) {
            #line {{block.Line}} "{{block.Page}}"
            {{string.Join('\n', code)}}
            } }
            {{string.Join('\n', declarations)}}
            """);
    }

    [GeneratedRegex(@"^using [A-Z][\w.]*;")]
    private static partial Regex Using();

    [GeneratedRegex(@"^(public |internal |file )?(sealed |static |abstract )*(partial )?(class|record|struct|interface|enum) ")]
    private static partial Regex Declaration();
}
