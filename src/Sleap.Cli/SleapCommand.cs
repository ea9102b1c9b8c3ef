using System.CommandLine;

namespace Sleap.Cli;

/// <summary>The whole command line.</summary>
internal static class SleapCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Animal poses: train models on labels, predict videos, evaluate, analyze and convert.\n"
                + "Example: sleap info labels.slp"
        )
        {
            InfoVerb.Create(),
            ConvertVerb.Create(),
            CheckVerb.Create(),
            FixVerb.Create(),
            NewVerb.Create(),
            TrainVerb.Create(),
            ConfigVerb.Create(),
            PredictVerb.Create(),
            SuggestVerb.Create(),
            ForecastVerb.Create(),
            TrackVerb.Create(),
            MergeVerb.Create(),
            EvalVerb.Create(),
            ExportVerb.Create(),
            AnalyzeVerb.Create(),
            BoutsVerb.Create(),
            RenderVerb.Create(),
            StudioVerb.Create(),
            ReportVerb.Create(),
            BenchmarkVerb.Create(),
            ClusterVerb.Create(),
            DoctorVerb.Create(),
        };
        CommandLineNumbers.Use(root);
        return root;
    }

    /// <summary>
    /// Parses a command line. Options are understood with hyphens and, as sleap-nn writes them, with underscores.
    /// </summary>
    public static ParseResult Parse(IReadOnlyList<string> words)
    {
        var root = Create();
        Command verb = root;
        List<string> spelled = [];
        foreach (var word in words.TakeWhile(word => word != "--"))
        {
            verb = verb.Subcommands.FirstOrDefault(verb => verb.Name == word) ?? verb;
            spelled.Add(Spelled(word, verb));
        }

        // A file whose name begins with '@' is a file, not a list of arguments.
        return root.Parse(
            [.. spelled, .. words.Skip(spelled.Count)],
            new ParserConfiguration { ResponseFileTokenReplacer = null }
        );
    }

    private static string Spelled(string word, Command verb)
    {
        var name = word.Split('=', ':')[0];
        var option = verb
            .Options.SelectMany(option => option.Aliases.Prepend(option.Name))
            .FirstOrDefault(known => known.Replace('_', '-') == name.Replace('_', '-'));
        return option is null ? word : option + word[name.Length..];
    }
}
