using System.Globalization;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>The texts of a scaffold's files.</summary>
internal sealed class ScaffoldCode(Scaffold scaffold)
{
    private const string Here = """(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? ".")""";

    private string Name => scaffold.Name;

    private ModelChoice Choice => scaffold.Choice;

    private string Estimator => Choice.Options switch
    {
        TopDownOptions => "TopDown",
        TopDownIdOptions => "TopDownId",
        BottomUpOptions => "BottomUp",
        BottomUpIdOptions => "BottomUpId",
        _ => "SingleInstance",
    };

    private string Labels => OptionsCode.Quoted(scaffold.LabelsPath);

    public string Training(SourceReference reference) => $$"""
        {{reference.Lines}}
        // Trains {{Name}}, a {{Choice.Type}} model, and saves it beside this file: dotnet run {{Name}}.training.cs{{reference.Run}}
        // {{Choice.Type}}: {{Choice.TypeReason}}.
        using Microsoft.ML;
        using Sleap.MLNet;
        using Sleap.Transforms;

        var labelsFile = args.FirstOrDefault() ?? {{Labels}};
        var modelFile = Path.Combine({{Here}}, "{{scaffold.FileName}}.zip");

        var ml = new MLContext(seed: 1);
        var pose = ml.Pose();

        // A fifth is held back to test on, always the same frames: {{Name}}.evaluate.cs tests on them too.
        var (train, test) = pose.Split(pose.LoadLabels(labelsFile), testFraction: 0.2);

        // From here on an ML.NET pipeline: append pose.Smooth, pose.Kinematics, pose.Track, a trainer …
        var pipeline = pose.{{Estimator}}(new()
        {{OptionsCode.Write(Choice.Options, Choice.Reasons, "").TrimStart()}});

        ITransformer model = pipeline.Fit(train);
        PoseMetrics metrics = pose.Evaluate(model.Transform(test));
        Console.WriteLine($"On frames that it has not seen: {metrics}");
        ml.Model.Save(model, train.Schema, modelFile);
        Console.WriteLine($"→ {modelFile}");

        """;

    public string Evaluate(SourceReference reference) => $$"""
        {{reference.Lines}}
        // How good {{Name}} is on the frames that training held back, with a page of the worst ones: dotnet run {{Name}}.evaluate.cs{{reference.Run}}
        using Microsoft.ML;
        using Sleap.Transforms;

        var labelsFile = args.FirstOrDefault() ?? {{Labels}};
        var folder = {{Here}};

        var ml = new MLContext(seed: 1);
        var pose = ml.Pose();
        var (_, test) = pose.Split(pose.LoadLabels(labelsFile), testFraction: 0.2);   // as in {{Name}}.training.cs
        IDataView predictions = ml.Model.Load(Path.Combine(folder, "{{scaffold.FileName}}.zip"), out _).Transform(test);

        PoseMetrics metrics = pose.EvaluationReport(predictions, Path.Combine(folder, "evaluation"));
        Console.WriteLine(metrics.ToTable());
        Console.WriteLine($"→ {Path.Combine(folder, "evaluation", "report.html")}");

        """;

    public string Consumption(SourceReference reference) => $$"""
        {{reference.Lines}}
        // Uses {{Name}}: dotnet run {{Name}}.consumption.cs{{reference.Run}} -- picture.png, or session.mp4
        // In a program of your own, take the class below as it is.
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Sleap.Transforms;

        if (args is not [var source])
        {
            Console.Error.WriteLine("Say a picture or a video: dotnet run {{Name}}.consumption.cs{{reference.Run}} -- session.mp4");
            return 2;
        }
        if (Path.GetExtension(source).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".bmp")
        {
            var output = {{Name}}Model.Predict(source);
            var nodes = {{Name}}Model.Nodes;
            for (var i = 0; i < output.KeypointScore.Length; i++)
                Console.WriteLine($"animal {i / nodes.Count}  {nodes[i % nodes.Count],-16} {output.PredictedKeypoints[2 * i],8:0.0} {output.PredictedKeypoints[2 * i + 1],8:0.0}  score {output.KeypointScore[i]:0.00}");
        }
        else
        {
            var file = Path.ChangeExtension(source, ".predictions.slp");
            var poses = {{Name}}Model.PredictVideo(source, file);
            Console.WriteLine($"{poses.Frames.Count} frames, {poses.Frames.Sum(frame => frame.Instances.Count)} animals → {file}");
        }
        return 0;

        /// <summary>The trained model, loaded once.</summary>
        internal static class {{Name}}Model
        {
            private static readonly MLContext ML = new(seed: 1);
            private static readonly PoseCatalog Pose = ML.Pose();
            private static readonly Lazy<ITransformer> Model = new(() => ML.Model.Load(ModelFile, out _));
            private static readonly Lazy<PredictionEngine<ModelInput, ModelOutput>> Engine = new(() => ML.Model.CreatePredictionEngine<ModelInput, ModelOutput>(Model.Value));

            /// <summary>What {{Name}}.training.cs wrote.</summary>
            public static string ModelFile { get; set; } = Path.Combine({{Here}}, "{{scaffold.FileName}}.zip");

            /// <summary>The nodes of an animal, in the order of the places.</summary>
            public static IReadOnlyList<string> Nodes { get; } = [{{string.Join(", ", scaffold.Facts.Skeleton.Nodes.Select(OptionsCode.Quoted))}}];

            /// <summary>The poses in one picture, a PNG, JPEG or BMP file.</summary>
            public static ModelOutput Predict(string picture)
            {
                using var image = MLImage.CreateFromFile(picture);
                return Predict(image);
            }

            /// <summary>The poses in one picture. One thread at a time: a prediction engine is not for several.</summary>
            public static ModelOutput Predict(MLImage image) => Engine.Value.Predict(new ModelInput { Image = image });

            /// <summary>The poses in a video, saved as labels; the file's ending says the format (.slp, .csv, .h5, …).</summary>
            public static Sleap.IO.Labels PredictVideo(string video, string file) => Pose.SaveLabels(Model.Value.Transform(Pose.LoadVideo(video)), file);
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

    public string Readme(SourceReference reference) => $"""
        # {Name}

        A model that finds the poses of animals in pictures and videos, made by `sleap new` for `{scaffold.LabelsPath}`.

        | file | what it does | run it |
        |---|---|---|
        | `{Name}.training.cs` | trains the model and saves it as `{scaffold.FileName}.zip` | `dotnet run {Name}.training.cs{reference.Run}` |
        | `{Name}.evaluate.cs` | tells how good it is, on frames it has not seen, and shows the worst | `dotnet run {Name}.evaluate.cs{reference.Run}` |
        | `{Name}.consumption.cs` | uses it, here and in your programs | `dotnet run {Name}.consumption.cs{reference.Run} -- session.mp4` |
        {string.Join('\n', scaffold.Configurations().Select(file => $"| `{file.Name}` | the same options as sleap-nn's configuration | |"))}

        The .NET 10 SDK is all they need. A program of its own is each of them: change what you like.

        ## What the labels are

        | | |
        |---|---|
        {Facts()}

        ## What was chosen, and why

        **{Choice.Type}**, because {Choice.TypeReason}. Another one: `sleap new {scaffold.FileName} --labels … --type {string.Join('|', ModelChoice.Types)}`.

        The options, each with its reason above it, are in `{Name}.training.cs`. They were chosen from the labels' numbers and not tried: look at
        `{Name}.evaluate.cs`'s page first when results are poor, and at more labels second.

        """;

    private string Facts()
    {
        var facts = scaffold.Facts;
        var skeleton = $"{facts.Skeleton.Nodes.Length} nodes, {facts.Skeleton.Edges.Length} edges: {string.Join(", ", facts.Skeleton.Nodes)}";
        (string, FormattableString)[] rows =
        [
            ("frames", $"{facts.Frames}{(facts.Shape is { } shape ? $" of {shape.Width} x {shape.Height} px" : "")}"),
            ("animals", $"{facts.Animals}, up to {facts.MostAnimals} in a frame, {facts.Overlapping:0%} of them over another"),
            ("an animal", $"{facts.Length:0} px long in the median, {facts.LargestLength:0} px at most"),
            ("skeleton", $"{skeleton}"),
            ("tracks", $"{(facts.Tracks.Count == 0 ? "none" : string.Join(", ", facts.Tracks))}"),
        ];
        return string.Join('\n', rows.Select(row => $"| {row.Item1} | {row.Item2.ToString(CultureInfo.InvariantCulture)} |"));
    }

    private string Properties()
    {
        var many = Choice.Options is not SingleInstanceOptions;
        List<(string Type, string Name, string What)> columns =
        [
            ("float[]", "PredictedKeypoints", many ? "x and y of each node of each animal, in pixels of the picture; NaN = not found." : "x and y of each node, in pixels of the picture; NaN = not found."),
            ("float[]", "KeypointScore", "How sure each node is, about 0 to 1; 0 = not found."),
            (many ? "float[]" : "float", "InstanceScore", many ? "How sure each animal is, about 0 to 1." : "How sure the animal is, about 0 to 1."),
            ("float[]", "PredictedCentroid", many ? "x and y of each animal's centre." : "x and y of the animal's centre."),
        ];
        if (Choice.Options is TopDownOptions or TopDownIdOptions) columns.Add(("float[]", "CentroidScore", "How sure each animal's centre is."));
        if (Choice.Options is TopDownIdOptions or BottomUpIdOptions)
            columns.AddRange([("uint[]", "PredictedIdentity", $"Who each animal is: 1 = {scaffold.Facts.Tracks[0]} and so on; 0 = unknown."), ("float[]", "IdentityScore", $"The probability of each of the {scaffold.Facts.Tracks.Count} names, for each animal.")]);
        return string.Join("\n\n", columns.Select(column => $$"""
                /// <summary>{{column.What}}</summary>
                {{Attribute(column.Name)}}public {{column.Type}} {{column.Name}} { get; set; }{{(column.Type.EndsWith(']') ? " = [];" : "")}}
            """));
    }

    // ML.NET wants to know how many values a key has.
    private string Attribute(string column) => column == "PredictedIdentity" ? string.Create(CultureInfo.InvariantCulture, $"[KeyType({scaffold.Facts.Tracks.Count})] ") : "";
}
