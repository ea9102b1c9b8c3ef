using System.Globalization;
using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>C# blocks of pages as the files of one program, with the variables that pages speak of.</summary>
internal static partial class BlockProgram
{
    /// <summary>
    /// What a reader has by then: made once, and hidden by what a block declares itself. The estimators are those of
    /// the library with little training: extension methods of no namespace go before those that a using brings.
    /// </summary>
    public const string Prelude = """
        using System.Collections.Immutable;
        using Microsoft.Data.Analysis;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Sleap.IO;
        using Sleap.MLNet;
        using Sleap.Transforms;

        internal abstract class Page
        {
            protected static MLContext ml = null!;
            protected static PoseCatalog pose = null!;
            protected static IDataView labels = null!, train = null!, test = null!, poses = null!, view = null!, video = null!;
            protected static PoseModelTransformer model = null!;
            protected static Labels truth = null!, predicted = null!;
            protected static Skeleton skeleton = null!;
            protected static byte[] pixels = null!;

            // A folder with labels.slp, session.mp4, session.predictions.slp and models.
            public static void Enter(string folder)
            {
                Environment.CurrentDirectory = folder;
                ml = new MLContext(seed: 1);
                pose = ml.Pose();
                labels = pose.LoadLabels("labels.slp");
                (train, test) = pose.Split(labels, testFraction: 0.2);
                (truth, predicted) = (Labels.Load("labels.slp"), Labels.Load("session.predictions.slp"));
                skeleton = truth.Skeletons[0];
                video = pose.LoadVideo("session.mp4");
                pixels = new byte[480 * 640];
                model = pose.FromSleap([.. Directory.GetDirectories("models")]);
                var found = pose.LoadLabels("session.predictions.slp", new() { Instances = InstanceChoice.Predicted });
                view = pose.Kinematics("Keypoints").Fit(found).Transform(found);
                var copies = ml.Transforms.CopyColumns("PredictedKeypoints", "Keypoints")
                    .Append(ml.Transforms.CopyColumns("PredictedTrack", "Track"));
                var predictions = copies.Fit(found).Transform(found);
                poses = pose.Kinematics("PredictedKeypoints").Fit(predictions).Transform(predictions);
            }
        }

        internal static class LittleTraining
        {
            public static SingleInstanceEstimator SingleInstance(this PoseCatalog pose, SingleInstanceOptions? options = null) =>
                ModelCatalog.SingleInstance(pose, Little(options ?? new()));

            public static BottomUpEstimator BottomUp(this PoseCatalog pose, BottomUpOptions? options = null) =>
                ModelCatalog.BottomUp(pose, Little(options ?? new()));

            public static BottomUpIdEstimator BottomUpId(this PoseCatalog pose, BottomUpIdOptions? options = null) =>
                ModelCatalog.BottomUpId(pose, Little(options ?? new()));

            public static TopDownEstimator TopDown(this PoseCatalog pose, TopDownOptions options) =>
                ModelCatalog.TopDown(pose, options with
                {
                    Centroid = Little(options.Centroid),
                    CenteredInstance = Little(options.CenteredInstance),
                });

            public static TopDownIdEstimator TopDownId(this PoseCatalog pose, TopDownIdOptions options) =>
                ModelCatalog.TopDownId(pose, options with
                {
                    Centroid = Little(options.Centroid),
                    CenteredInstance = Little(options.CenteredInstance),
                });

            private static TOptions Little<TOptions>(TOptions options)
                where TOptions : NetworkOptions => (TOptions)(options with
                {
                    Backbone = options.Backbone is UNetOptions network ? network with { Filters = 4 } : options.Backbone,
                    Training = options.Training with { Epochs = 1, StepsPerEpoch = 1, BatchSize = 1 },
                });
        }
        """;

    private static readonly string Usings = string.Join(
        '\n',
        Prelude.Split('\n').TakeWhile(line => line.StartsWith("using", StringComparison.Ordinal))
    );

    /// <summary>The files of a library that has all blocks.</summary>
    public static IEnumerable<(string Name, string Source)> Library(IReadOnlyList<DocBlock> blocks) =>
        blocks.Select((block, i) => (Name(block), Wrapped(block, i))).Prepend(("prelude", Prelude));

    /// <summary>
    /// The files of a program that runs one block after the other, each in a folder, and ends with 1 when one of them
    /// fails.
    /// </summary>
    /// <param name="blocks">The blocks, with the folder that each runs in.</param>
    public static IEnumerable<(string Name, string Source)> Program(
        IReadOnlyList<(DocBlock Block, string Folder)> blocks
    )
    {
        var steps = blocks.Select(
            (entry, i) =>
                $"""await Step("{Name(entry.Block)}", @"{entry.Folder}", Block{i.ToString(CultureInfo.InvariantCulture)}.Code.Run);"""
        );
        var main = $$"""
            internal static class Program
            {
                private static int failed;

                private static async Task<int> Main()
                {
                    {{string.Join('\n', steps)}}
                    return failed;
                }

                private static async Task Step(string name, string folder, Func<string[], Task> block)
                {
                    if (Environment.CurrentDirectory != folder) Page.Enter(folder);
                    try
                    {
                        var before = Environment.CpuUsage.TotalTime;
                        await block([]);
                        Console.WriteLine($"{name}: ran, {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.0} s of a core");
                    }
                    catch (Exception problem)
                    {
                        Console.WriteLine($"{name}: {problem}");
                        failed = 1;
                    }
                }
            }
            """;
        return [.. Library([.. blocks.Select(entry => entry.Block)]), ("main", main)];
    }

    public static string Name(DocBlock block) =>
        string.Create(CultureInfo.InvariantCulture, $"{block.Page}:{block.Line}");

    // Line numbers stay those of the page. Types that a block declares go behind its statements.
    private static string Wrapped(DocBlock block, int number)
    {
        var lines = block.Text.Split('\n');
        var types = Array.FindIndex(lines, line => Declaration().IsMatch(line));
        var (statements, declarations) = types < 0 ? (lines, []) : (lines[..types], lines[types..]);
        var (own, code) = (
            statements.Where(line => Using().IsMatch(line)),
            statements.Select(line => Using().IsMatch(line) ? "" : line)
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {{string.Join('\n', Usings.Split('\n').Union(own))}}
            #pragma warning disable CS0168, CS0219, CS8321, CS1998
            namespace Block{{number}};
            internal sealed class Code : Page { internal static async Task Run(string[] args) {
            #line {{block.Line}} "{{block.Page}}"
            {{string.Join('\n', code)}}
            } }
            {{string.Join('\n', declarations)}}
            """
        );
    }

    [GeneratedRegex(@"^using [A-Z][\w.]*;")]
    private static partial Regex Using();

    [GeneratedRegex(
        @"^(public |internal |file )?(sealed |static |abstract )*(partial )?(class|record|struct|interface|enum) "
    )]
    private static partial Regex Declaration();
}
