using System.CommandLine;
using System.Text;
using Sleap.IO;
using Spectre.Console;

namespace Sleap.Cli;

/// <summary>
/// What a person sees: messages on standard error, and whether there is a terminal to draw on. Where there is none, or
/// <c>TERM</c> is <c>dumb</c>, output is plain text; <c>NO_COLOR</c> switches colors off, as Spectre.Console does.
/// </summary>
internal static class Terminal
{
    private static readonly Lock Gate = new();
    private static readonly (string Library, string CommandLine)[] Options =
    [
        ("set TrueInstances = UserElsePredicted", "give --use-predictions"),
        ("TrueInstances = UserElsePredicted takes", "--use-predictions takes"),
        ("Instances = UserElsePredicted takes", "--use-predictions takes"),
        ("set VideosInOrder", "give --videos-in-order"),
    ];
    private static readonly TextWriter RawOutput = Console.Out;
    private static readonly TextWriter RawError = Console.Error;
    private static IAnsiConsole? _drawing;

    /// <summary>The verb that runs, for the names of its options.</summary>
    public static Command? Verb { get; set; }

    /// <summary>Standard output, if tables can be drawn on it; else null.</summary>
    public static IAnsiConsole? Output => Drawable(RawOutput, Console.IsOutputRedirected);

    /// <summary>Standard error, if progress can be drawn on it; else null.</summary>
    public static IAnsiConsole? Error => Drawable(RawError, Console.IsErrorRedirected);

    /// <summary>
    /// Lets no text that is printed control the terminal: names come from files of others. Drawings are not changed.
    /// </summary>
    public static void Protect()
    {
        Console.SetOut(new TerminalWriter(RawOutput));
        Console.SetError(new TerminalWriter(RawError));
    }

    /// <summary>
    /// Writes a message to standard error, above what is being drawn there. Options of the library get their names on
    /// the command line.
    /// </summary>
    /// <param name="message">Plain text; brackets are brackets.</param>
    public static void Say(string message)
    {
        foreach (var (library, commandLine) in Options)
            message = message.Replace(library, commandLine, StringComparison.Ordinal);
        message = OptionNames.In(message, Verb);
        lock (Gate)
        {
            // Only a message above a drawing is broken into lines by Spectre.Console, which must know their number.
            if (_drawing is { } console)
                console.WriteLine($"sleap: {TerminalWriter.Visible(message)}");
            else
                Console.Error.WriteLine($"sleap: {message}");
        }
    }

    /// <summary>Says where progress is being drawn; null when it is over.</summary>
    public static void Draw(IAnsiConsole? console)
    {
        lock (Gate)
            _drawing = console;
    }

    private static IAnsiConsole? Drawable(TextWriter stream, bool isRedirected)
    {
        if (isRedirected)
            return null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new TerminalOutput(stream) });
        return console.Profile.Capabilities is { Ansi: true, Interactive: true } ? console : null;
    }
}

/// <summary>A terminal for Spectre.Console, which knows only the streams of <see cref="Console"/> as such.</summary>
internal sealed class TerminalOutput(TextWriter terminal) : IAnsiConsoleOutput
{
    // What Spectre.Console takes where a terminal does not say its size.
    private const int AnyWidth = 80;
    private const int AnyHeight = 24;

    public TextWriter Writer => terminal;

    public bool IsTerminal => true;

    public int Width => Console.BufferWidth is > 0 and var width ? width : AnyWidth;

    public int Height => Console.WindowHeight is > 0 and var height ? height : AnyHeight;

    public void SetEncoding(Encoding encoding)
    {
        // The terminal's own stays.
    }
}

/// <summary>Writes text with its control characters shown as \uXXXX; only line breaks and tabs stay.</summary>
internal sealed class TerminalWriter(TextWriter terminal) : TextWriter
{
    public override Encoding Encoding => terminal.Encoding;

    public static string Visible(string text) =>
        OneLine.Shown(text.Replace("\r\n", "\n", StringComparison.Ordinal), IsUnwanted);

    public override void Write(char value) => terminal.Write(Visible(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => terminal.Write(Visible(value ?? ""));

    // In one piece, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => terminal.WriteLine(Visible(value ?? ""));

    public override void Flush() => terminal.Flush();

    private static bool IsUnwanted(char letter) => OneLine.IsControl(letter) && letter is not ('\n' or '\t');
}
