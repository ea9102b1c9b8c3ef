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
            TrackVerb.Create(),
            MergeVerb.Create(),
            EvalVerb.Create(),
            AnalyzeVerb.Create(),
            RenderVerb.Create(),
            ReportVerb.Create(),
            BenchmarkVerb.Create(),
            ClusterVerb.Create(),
            DoctorVerb.Create(),
        };
        CommandLineNumbers.Use(root);
        return root;
    }
}
