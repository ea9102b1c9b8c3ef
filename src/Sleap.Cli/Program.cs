using System.CommandLine;
using Sleap.Cli;
using Sleap.IO;

// Exit codes: 0 done, 1 bad input, 2 wrong command line, 130 interrupted. With --json the last line of standard output
// is one JSON object.
Terminal.Protect();

// A file whose name begins with '@' is a file, not a list of arguments.
var parsed = SleapCommand.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

// [suggest], by which a shell asks for completions, comes with an unfinished command line.
const string Trace = "SLEAP_TRACE";
var isSuggesting = parsed.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.Directive);
if (!isSuggesting && CommandLineErrors.Of(parsed) is { Count: > 0 } faults)
{
    foreach (var fault in faults)
        Terminal.Say(fault);
    Console.Error.WriteLine("Run 'sleap --help', or 'sleap VERB --help'.");
    return 2;
}
Terminal.Verb = parsed.CommandResult.Command;
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Terminal.Say("interrupted.");
    return 130;
}
catch (Exception problem)
    when (problem
            is PoseFormatException
                or IOException
                or InvalidDataException
                or ArgumentException
                or InvalidOperationException
                or FormatException
                or UnauthorizedAccessException
    )
{
    // What is wrong with the input, in one line; the stack would not help the one who typed the command.
    Terminal.Say(WithoutParameter(problem));
    return 1;
}
catch (OutOfMemoryException)
{
    Terminal.Say("there is not enough memory for this.");
    return 1;
}
catch (Exception problem) when (Environment.GetEnvironmentVariable(Trace) is not { Length: > 0 })
{
    // A fault of the tool, or what damaged input brings out of a library.
    Terminal.Say(
        $"this failed in a way that the tool does not know: {problem.GetType().Name}: {problem.Message.Split('\n')[0]} "
            + $"Set the environment variable {Trace} to 1 to see where, and report it, please."
    );
    return 1;
}

// .NET adds the parameter of a method that nobody typed.
static string WithoutParameter(Exception problem) =>
    problem is ArgumentException { ParamName: { } name }
        ? problem.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : problem.Message;
