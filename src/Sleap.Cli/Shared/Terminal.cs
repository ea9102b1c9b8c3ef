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
    private static IAnsiConsole? _drawing;

    /// <summary>Standard output, if tables can be drawn on it; else null.</summary>
    public static IAnsiConsole? Output => Drawable(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error, if progress can be drawn on it; else null.</summary>
    public static IAnsiConsole? Error => Drawable(Console.Error, Console.IsErrorRedirected);

    /// <summary>
    /// Writes a message to standard error, above what is being drawn there. Options of the library get their names on
    /// the command line.
    /// </summary>
    /// <param name="message">Plain text; brackets are brackets.</param>
    public static void Say(string message)
    {
        foreach (var (library, commandLine) in Options)
            message = message.Replace(library, commandLine, StringComparison.Ordinal);
        lock (Gate)
        {
            // Only a message above a drawing is broken into lines by Spectre.Console, which must know their number.
            if (_drawing is { } console)
                console.WriteLine($"sleap: {message}");
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
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(stream) });
        return console.Profile.Capabilities is { Ansi: true, Interactive: true } ? console : null;
    }
}
