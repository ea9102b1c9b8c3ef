using System.Globalization;
using System.Security;
using Sleap.IO;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>The texts of a scaffold's files.</summary>
internal sealed class ScaffoldCode(Scaffold scaffold)
{
    private const string Here = "AppContext.GetData(\"EntryPointFileDirectoryPath\") as string ?? \".\"";

    /// <summary>Options that no labels tell: their code, and what they are for.</summary>
    public static readonly (string Name, string Code, string Reason)[] RunOptions =
    [
        ("Progress", "new ConsoleProgress()", "a line after each epoch, with the time left."),
        ("RunFolder", "runFolder", "every epoch is kept in here, with a page to look at while it runs: report.html."),
        ("Resume", "args.Length > 1", "goes on with a run that was named."),
        ("CancellationToken", "stop.Token", "Ctrl+C ends it after the current step, with the best weights so far."),
    ];

    private string Name => scaffold.Name;

    private AutoOptions Proposal => scaffold.Proposal;

    private PoseModelKind Kind => Proposal.Kind;

    // A centroid model finds other animals than the labels have: of one node. Only where they are is compared.
    private bool IsCentroid => Kind is PoseModelKind.Centroid;

    private const string PageOfTheWorst = """
        PoseMetrics metrics = pose.EvaluationReport(predictions, Path.Combine(folder, "evaluation"));
        Console.WriteLine(metrics.ToTable());
        Console.WriteLine($"→ {Path.Combine(folder, "evaluation", "report.html")}");
        """;

    private const string BuildFiles =
        "\n| `Directory.*` | empty: they keep build settings of the folders above out, which may not be yours | |";

    private string Labels => OneLine.Quoted(scaffold.LabelsPath);

    private string Instances =>
        scaffold.UsesPredictions ? ", new() { Instances = InstanceChoice.UserElsePredicted }" : "";

    public string Training(SourceReference reference)
    {
        var code = RunOptions.ToDictionary(option => option.Name, option => option.Code);
        var options = OptionsCode.Write(Proposal.Options, scaffold.Reasons, code, "").TrimStart();
        var metrics = IsCentroid
            ? "CentroidMetrics metrics = pose.EvaluateCentroids(pose.ToLabels(test), pose.ToLabels(model.Transform(test)));"
            : "PoseMetrics metrics = pose.Evaluate(model.Transform(test));";
        var run = $"dotnet run {Name}.training.cs{reference.Run}";
        return $$"""
            {{reference.Lines}}
            // Trains {{Name}}, a {{Proposal.Type}} model, and saves it beside this file: {{run}}
            // {{Proposal.Type}}: {{OneLine.Of(scaffold.TypeReason)}}
            using Microsoft.ML;
            using Sleap.MLNet;
            using Sleap.Transforms;

            var labelsFile = args.FirstOrDefault() ?? {{Labels}};
            var folder = {{Here}};
            var modelFile = Path.Combine(folder, "{{scaffold.FileName}}.zip");
            // A new run, or one to go on with: {{run}} -- LABELS runs/THE-RUN
            var runFolder = args.Length > 1 ? args[1] : Path.Combine(folder, "runs", DateTime.Now.ToString("yyyy-MM-dd-HHmmss"));
            using var stop = new CancellationTokenSource();
            // A second Ctrl+C ends it at once.
            Console.CancelKeyPress += (_, key) => { key.Cancel = !stop.IsCancellationRequested; stop.Cancel(); };

            var ml = new MLContext(seed: 1);
            var pose = ml.Pose();

            // A fifth is held back to test on, always the same frames: {{Name}}.evaluate.cs tests on them too.
            var (train, test) = pose.Split(pose.LoadLabels(labelsFile{{Instances}}), testFraction: 0.2);

            // From here on an ML.NET pipeline: append pose.Smooth, pose.Kinematics, pose.Track, a trainer …
            var pipeline = pose.{{Kind}}(new()
            {{options}});

            ITransformer model;
            try
            {
                model = pipeline.Fit(train);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine("Ended before the first epoch was done: there is no model yet.");
                return 130;
            }
            {{metrics}}
            Console.WriteLine($"On frames that it has not seen: {metrics}");
            ml.Model.Save(model, train.Schema, modelFile);
            Console.WriteLine($"→ {modelFile}");
            Console.WriteLine($"how it went: {Path.Combine(runFolder, "report.html")}");
            return 0;

            """;
    }

    public string Evaluate(SourceReference reference)
    {
        var pageOf = IsCentroid ? "" : "with a page of the worst ones: ";
        var evaluation = IsCentroid
            ? "Console.WriteLine(pose.EvaluateCentroids(pose.ToLabels(test), pose.ToLabels(predictions)));"
            : PageOfTheWorst;
        return $$"""
            {{reference.Lines}}
            // How good {{Name}} is on the frames that training held back, {{pageOf}}dotnet run {{Name}}.evaluate.cs{{reference.Run}}
            using Microsoft.ML;
            using Sleap.Transforms;

            var labelsFile = args.FirstOrDefault() ?? {{Labels}};
            var folder = {{Here}};

            var ml = new MLContext(seed: 1);
            var pose = ml.Pose();
            var (_, test) = pose.Split(pose.LoadLabels(labelsFile{{Instances}}), testFraction: 0.2);   // as in {{Name}}.training.cs
            IDataView predictions = ml.Model.Load(Path.Combine(folder, "{{scaffold.FileName}}.zip"), out _).Transform(test);

            {{evaluation}}

            """;
    }

    public string Consumption(SourceReference reference)
    {
        var nodes = IsCentroid ? ["centroid"] : Proposal.Subject.Skeleton.Nodes;
        var nodesCode = string.Join(", ", nodes.Select(OneLine.Quoted));
        return $$"""
            {{reference.Lines}}
            // Uses {{Name}}: dotnet run {{Name}}.consumption.cs{{reference.Run}} -- picture.png, or session.mp4
            // In a program of your own, take the class below as it is.
            using Microsoft.ML;
            using Microsoft.ML.Data;
            using Sleap.Transforms;

            if (args is not [var source])
            {
                Console.Error.WriteLine("Name an image or a video: dotnet run {{Name}}.consumption.cs{{reference.Run}} -- session.mp4");
                return 2;
            }
            if (Path.GetExtension(source).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".bmp")
            {
                var output = {{Name}}Model.Predict(source);
                var nodes = {{Name}}Model.Nodes;
                for (var i = 0; i < output.KeypointScore.Length; i++)
                {
                    var (x, y) = (output.PredictedKeypoints[2 * i], output.PredictedKeypoints[2 * i + 1]);
                    var (animal, node) = (i / nodes.Count, nodes[i % nodes.Count]);
                    Console.WriteLine($"animal {animal}  {node,-16} {x,8:0.0} {y,8:0.0}  score {output.KeypointScore[i]:0.00}");
                }
            }
            else
            {
                var file = Path.ChangeExtension(source, ".predictions.slp");
                var poses = {{Name}}Model.PredictVideo(source, file);
                Console.WriteLine($"{poses.Frames.Count} frames, {poses.Frames.Sum(frame => frame.Instances.Count)} instances → {file}");
            }
            return 0;

            /// <summary>The trained model, loaded once.</summary>
            internal static class {{Name}}Model
            {
                private static readonly MLContext ML = new(seed: 1);
                private static readonly PoseCatalog Pose = ML.Pose();
                private static readonly Lazy<ITransformer> Model = new(() => ML.Model.Load(ModelFile, out _));
                private static readonly Lazy<PredictionEngine<ModelInput, ModelOutput>> Engine =
                    new(() => ML.Model.CreatePredictionEngine<ModelInput, ModelOutput>(Model.Value));

                /// <summary>What {{Name}}.training.cs wrote.</summary>
                public static string ModelFile { get; set; } = Path.Combine({{Here}}, "{{scaffold.FileName}}.zip");

                /// <summary>The nodes of an animal, in the order of the places.</summary>
                public static IReadOnlyList<string> Nodes { get; } = [{{nodesCode}}];

                /// <summary>The poses in one picture, a PNG, JPEG or BMP file.</summary>
                public static ModelOutput Predict(string picture)
                {
                    using var image = MLImage.CreateFromFile(picture);
                    return Predict(image);
                }

                /// <summary>The poses in one picture. One thread at a time: a prediction engine is not for several.</summary>
                public static ModelOutput Predict(MLImage image) => Engine.Value.Predict(new ModelInput { Image = image });

                /// <summary>The poses in a video, saved as labels; the file's ending says the format (.slp, .csv, .h5, …).</summary>
                public static Sleap.IO.Labels PredictVideo(string video, string file) =>
                    Pose.SaveLabels(Model.Value.Transform(Pose.LoadVideo(video)), file);
            }

            /// <summary>What the model sees.</summary>
            internal sealed class ModelInput
            {
                /// <summary>A picture of any size.</summary>
                public MLImage? Image { get; set; }
            }

            /// <summary>What the model finds.</summary>
            internal sealed class ModelOutput
            {
            {{Properties()}}
            }

            """;
    }

    public string Readme(SourceReference reference)
    {
        var andTheWorst = IsCentroid ? "" : ", and shows the worst";
        var configurations = string.Join(
            '\n',
            scaffold
                .Configurations()
                .Select(file => $"| `{file.Name}` | the same options as sleap-nn's configuration | |")
        );
        var types = string.Join('|', ProposedOptions.Types);
        string Run(string program, string arguments = "") =>
            $"`dotnet run {Name}.{program}.cs{reference.Run}{arguments}`";
        return $"""
            # {Name}

            A model that finds the poses of animals in pictures and videos, made by `sleap new` for `{OneLine.Of(
                scaffold.LabelsPath
            )}`.

            | file | what it does | run it |
            |---|---|---|
            | `{Name}.training.cs` | trains the model and saves it as `{scaffold.FileName}.zip` | {Run("training")} |
            | `{Name}.evaluate.cs` | tells how good it is, on frames it has not seen{andTheWorst} | {Run("evaluate")} |
            | `{Name}.consumption.cs` | uses it, here and in your programs | {Run("consumption", " -- session.mp4")} |
            | `runs/` | each training with its checkpoints and `report.html`: curves, and the worst frames as images | |
            {configurations}{(reference.IsInClone ? "" : BuildFiles)}

            The .NET 10 SDK is all they need. A program of its own is each of them: change what you like.

            ## What the labels are

            | | |
            |---|---|
            {Facts()}

            ## What was chosen, and why

            **{Proposal.Type}**: {scaffold.TypeReason} Another one: `sleap new {scaffold.FileName} --labels … --type {types}`.

            The options, each with its reason above it, are in `{Name}.training.cs`. They were chosen from the labels' numbers
            and not tried: look at what `{Name}.evaluate.cs` says first when results are poor, and at more labels second.

            """;
    }

    private string Facts()
    {
        var (labels, frame) = (Proposal.Labels, Proposal.Frame);
        var skeleton =
            $"{labels.Skeleton.Nodes.Length} nodes, {labels.Skeleton.Edges.Length} edges: "
            + $"{string.Join(", ", labels.Skeleton.Nodes)}";
        (string Name, string Value)[] rows =
        [
            ("frames", $"{labels.Frames} of {frame.Width} x {frame.Height} px"),
            (
                "animals",
                $"{labels.Instances.Count}, up to {labels.MostInAFrame} in a frame, {labels.Overlapping():0%} of them "
                    + "over another"
            ),
            ("an animal", $"{labels.Side(0.5):0} px long in the median, {labels.Side(1):0} px at most"),
            ("skeleton", $"{skeleton}"),
            ("tracks", $"{(labels.Tracks.Count == 0 ? "none" : string.Join(", ", labels.Tracks))}"),
        ];
        return string.Join('\n', rows.Select(row => $"| {row.Name} | {row.Value} |"));
    }

    private string Properties()
    {
        var many = Kind is not PoseModelKind.SingleInstance;
        List<(string Type, string Name, string What)> columns =
        [
            (
                "float[]",
                "PredictedKeypoints",
                many
                    ? "x and y of each node of each animal, in pixels of the image; NaN = not found."
                    : "x and y of each node, in pixels of the image; NaN = not found."
            ),
            ("float[]", "KeypointScore", "How sure each node is, about 0 to 1; 0 = not found."),
            (
                many ? "float[]" : "float",
                "InstanceScore",
                many ? "How sure each animal is, about 0 to 1." : "How sure the animal is, about 0 to 1."
            ),
            (
                "float[]",
                "PredictedCentroid",
                many ? "x and y of each animal's center." : "x and y of the animal's center."
            ),
        ];
        if (Proposal.Options.Networks[0] is CentroidOptions)
            columns.Add(("float[]", "CentroidScore", "How sure each animal's center is."));
        if (Proposal.Subject.Classes.Count > 0)
        {
            columns.AddRange([
                (
                    "uint[]",
                    "PredictedIdentity",
                    $"Who each animal is: 1 = {Proposal.Subject.Classes[0]} and so on; 0 = unknown."
                ),
                (
                    "float[]",
                    "IdentityScore",
                    $"The probability of each of the {Proposal.Subject.Classes.Count} names, for each animal."
                ),
            ]);
        }

        return string.Join("\n\n", columns.Select(column => Property(column.Type, column.Name, column.What)));
    }

    private string Property(string type, string name, string what)
    {
        var value = type.EndsWith(']') ? " = [];" : "";
        return $$"""
                /// <summary>{{SecurityElement.Escape(OneLine.Of(what))}}</summary>
                {{Attribute(name)}}public {{type}} {{name}} { get; set; }{{value}}
            """;
    }

    // ML.NET must know how many values a key has.
    private string Attribute(string column) =>
        column == "PredictedIdentity"
            ? string.Create(CultureInfo.InvariantCulture, $"[KeyType({Proposal.Subject.Classes.Count})] ")
            : "";
}
