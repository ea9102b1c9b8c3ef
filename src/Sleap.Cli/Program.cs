using System.CommandLine;
using Sleap.Cli;
using Sleap.IO;

// Exit codes: 0 well, 1 bad input, 2 wrong words, 130 interrupted. With --json the last line of standard output is one JSON object.
var root = new RootCommand("Animal poses: train models on labels, predict videos, evaluate and convert.")
{
    InfoVerb.Create(), ConvertVerb.Create(), TrainVerb.Create(), ConfigVerb.Create(), PredictVerb.Create(), TrackVerb.Create(), EvalVerb.Create(),
    RenderVerb.Create(), ReportVerb.Create(),
};
var words = root.Parse(args);
if (words.Errors.Count > 0)
{
    foreach (var error in words.Errors) Console.Error.WriteLine($"sleap: {error.Message}");
    Console.Error.WriteLine("Run 'sleap --help', or 'sleap VERB --help'.");
    return 2;
}
try
{
    return await words.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("sleap: interrupted.");
    return 130;
}
catch (Exception problem) when (problem is PoseFormatException or IOException or InvalidDataException or ArgumentException or InvalidOperationException or FormatException or UnauthorizedAccessException)
{
    // What is wrong with the input, in one line; the stack would not help the one who typed the command.
    Console.Error.WriteLine($"sleap: {problem.Message}");
    return 1;
}
