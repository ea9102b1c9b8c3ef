using Spectre.Console;

namespace Sleap.Cli.Tests;

public sealed class OutputTableTests
{
    private static OutputTable Tracks() =>
        new OutputTable("animal", ">frames", ">mean Speed")
            .Row("fly [red]1[/]", "12", "0.5")
            .Row("[b", "3000", "12.25");

    [Fact]
    public void Plain_text_has_a_line_a_row_and_no_escape_sequences()
    {
        Assert.Equal(
            [
                "animal         frames  mean Speed",
                "fly [red]1[/]      12         0.5",
                "[b               3000       12.25",
            ],
            Tracks().Lines(null)
        );
        var path = new string('x', 500) + " [y]";
        Assert.Equal(["name  " + path, "b     c"], new OutputTable(2).Row("name", path).Row("b", "c").Lines(null));
    }

    [Fact]
    public void A_terminal_has_a_line_below_the_headers_and_brackets_stay()
    {
        var lines = Tracks().Lines(Terminal(60));
        Assert.Equal(4, lines.Count);
        Assert.DoesNotContain('\e', string.Concat(lines));
        Assert.Matches("^─+$", lines[1]);
        Assert.Equal("  fly [red]1[/]       12          0.5", lines[2]);
        Assert.All(lines, line => Assert.DoesNotMatch(@"\e\[3\d", line));
    }

    [Fact]
    public void Numbers_are_never_broken_and_texts_are_where_the_terminal_ends()
    {
        Assert.Equal(Tracks().Lines(null), Tracks().Lines(Terminal(30)));
        var reasons = new OutputTable("option", "reason").Row("Scale", "animals are about 112 pixels long");
        var lines = reasons.Lines(Terminal(30));
        Assert.All(lines, line => Assert.True(line.Length <= 30, line));
        Assert.Equal(4, lines.Count);
    }

    private static Profile Terminal(int width)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Out = new AnsiConsoleOutput(new StringWriter()) }
        );
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console.Profile;
    }
}
