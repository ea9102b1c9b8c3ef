using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>Every line that a person may copy is understood: of README and docs, and of each verb's help.</summary>
public sealed partial class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-help-").FullName;

    public static TheoryData<string> Pages => [.. DocBlocks.Pages];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Lines_of_the_pages_are_understood(string page)
    {
        var text = File.ReadAllText(Path.Combine(Cli.Root, page));
        var lines = DocBlocks
            .Of(page)
            .Where(block => block.Language is "" or "bash" or "sh" or "console")
            .SelectMany(block => block.Text.Replace("\\\n", " ").Split('\n'))
            .Concat(Inline().Matches(text).Select(match => match.Groups[1].Value))
            .Select(line => CommandLine().Match(line.Trim()))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value)
            // patterns, not lines to type
            .Where(line =>
                line.IndexOfAny(['[', '…', '|', '<']) < 0 && !line.Contains("...") && !Placeholder().IsMatch(line)
            );
        // Inside a sentence a verb alone is a name: 'sleap train' is the verb, not a line.
        Assert.All(
            lines.Where(line =>
                !SleapCommand.Parse([.. Split(line)]).Tokens.All(token => token.Type == TokenType.Command)
            ),
            line => AssertUnderstood(line, page)
        );
    }

    [Fact]
    public void Every_verb_has_an_example_that_is_understood()
    {
        var all = Verbs(SleapCommand.Create(), "sleap").ToList();
        Assert.True(all.Count > 12);
        foreach (var (name, verb) in all)
        {
            Assert.True(ExampleOf(verb) is not null, $"'{name} --help' has no line that begins with 'Example: sleap'.");
            AssertUnderstood(ExampleOf(verb)!["sleap ".Length..], name);
            Assert.All(
                verb.Options.Concat<Symbol>(verb.Arguments),
                symbol =>
                    Assert.False(
                        string.IsNullOrWhiteSpace(symbol.Description),
                        $"{name} {symbol.Name} has no description"
                    )
            );
        }
    }

    /// <summary>
    /// As they stand, on small files of the names they have, one after the other; where that would take long, with a
    /// word that makes it short.
    /// </summary>
    [Fact]
    public void The_examples_run()
    {
        Dictionary<string, string[]> more = new()
        {
            ["info"] = [],
            ["convert"] = [],
            ["new"] = [],
            ["train"] = ["--epochs", "1", "--steps-per-epoch", "1", "--filters", "2"],
            ["predict"] = ["--frames", "0-3"],
            ["track"] = [],
            ["merge"] = [],
            ["eval"] = [],
            ["analyze"] = [],
            ["render"] = [],
            ["report"] = [],
            ["benchmark"] = ["--frames", "2", "--batch-sizes", "1"],
            ["cluster"] = [],
            ["doctor"] = [],
        };
        var labels = IO.Labels.Load(Path.Combine(Cli.Root, "tests/data/small_robot_minimal.slp"));
        File.Copy(Path.Combine(Cli.Root, "tests/data/small_robot.mp4"), Path.Combine(_folder, "session.mp4"));
        var video = IO.Video.FromFile(Path.Combine(_folder, "session.mp4"));
        IO.Labels Part(int first, int count) =>
            new([
                .. labels
                    .Frames.Skip(first)
                    .Take(count)
                    .Select(
                        (frame, i) =>
                            new IO.LabeledFrame
                            {
                                Video = video,
                                FrameIndex = first + i,
                                Instances = frame.Instances,
                            }
                    ),
            ]);
        Part(0, 2).Save(Path.Combine(_folder, "labels.slp"));
        Part(0, 1).Save(Path.Combine(_folder, "session.shard-0-of-2.slp"));
        Part(1, 1).Save(Path.Combine(_folder, "session.shard-1-of-2.slp"));
        var verbs = SleapCommand.Create().Subcommands.ToDictionary(verb => verb.Name);
        foreach (var (name, words) in more)
        {
            if (name is "track" or "eval")
                Part(0, 2).Save(Path.Combine(_folder, "session.predictions.slp"));
            // One step of training finds nothing; what comes after the prediction is tried on something.
            if (name is "track")
                Part(0, 2).Save(Path.Combine(_folder, "session.slp"));
            string[] line = [.. Split(ExampleOf(verbs[name])!).Skip(1), .. words];
            var (code, output, error) = Cli.Run(_folder, [], line);
            Assert.True(code == 0, $"sleap {string.Join(' ', line)}: exit code {code}\n{output}{error}");
        }
        Assert.Equal(2, IO.Labels.Load(Path.Combine(_folder, "session.tracked.slp")).Frames.Count);
    }

    private static void AssertUnderstood(string line, string where)
    {
        var faults = CommandLineErrors.Of(SleapCommand.Parse([.. Split(line)]));
        Assert.True(faults.Count == 0, $"{where}: 'sleap {line}': {string.Join(" ", faults)}");
    }

    private static IEnumerable<(string Name, Command Verb)> Verbs(Command command, string name) =>
        command.Subcommands.SelectMany(verb =>
            Verbs(verb, $"{name} {verb.Name}").Prepend(($"{name} {verb.Name}", verb))
        );

    private static string? ExampleOf(Command verb) =>
        verb.Description!.Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.StartsWith("Example: sleap ", StringComparison.Ordinal))
            ?["Example: ".Length..];

    /// <summary>Words as a shell parts them: by spaces outside quotes, up to a comment.</summary>
    private static IEnumerable<string> Split(string line) =>
        Words()
            .Matches(line)
            .Select(match => match.Value)
            .TakeWhile(word => word != "#")
            .Select(word => word.Replace("\"", "").Replace("'", ""));

    [GeneratedRegex(@"(?:""[^""]*""|'[^']*'|[^\s""'])+")]
    private static partial Regex Words();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Inline();

    [GeneratedRegex(@"(^| )[A-Z]{2,}( |$)")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^(?:\$ )?(?:dotnet run build\.cs -- )?sleap (.+)$")]
    private static partial Regex CommandLine();
}
