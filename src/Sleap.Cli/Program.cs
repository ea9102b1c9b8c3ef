using System.CommandLine;
using Sleap.Cli;
using Sleap.IO;

// Exit codes: 0 done, 1 bad input, 2 wrong command line, 130 interrupted. With --json the last line of standard output
// is one JSON object.
var parsed = SleapCommand.Create().Parse(args);

// [suggest], by which a shell asks for completions, comes with an unfinished command line.
var isSuggesting = parsed.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.Directive);
if (!isSuggesting && CommandLineErrors.Of(parsed) is { Count: > 0 } faults)
{
    foreach (var fault in faults)
        Console.Error.WriteLine($"sleap: {fault}");
    Console.Error.WriteLine("Run 'sleap --help', or 'sleap VERB --help'.");
    return 2;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("sleap: interrupted.");
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
    VerbOutput.Warn([WithoutParameter(problem)]);
    return 1;
}

// .NET adds the parameter of a method that nobody typed.
static string WithoutParameter(Exception problem) =>
    problem is ArgumentException { ParamName: { } name }
        ? problem.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : problem.Message;
