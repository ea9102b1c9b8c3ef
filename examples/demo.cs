#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// The main job from beginning to end, in two processes: 'train' learns one mouse's pose from human labels and saves the model;
// 'predict' knows only the saved model, and tracks the mouse through a video. 'dotnet run build.cs -- demo' runs both.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

const string Report = "demo/demo.json", Model = "demo/mouse.zip", Data = "examples/data/openfield";
var ml = new MLContext(seed: 1);
var pose = ml.Pose();
var clock = new Stopwatch();
switch (args.FirstOrDefault())
{
    case "train": Train(args.ElementAtOrDefault(1) ?? "unknown"); return 0;
    case "predict": Predict(); return 0;
    default: Console.Error.WriteLine("demo: say 'train' or 'predict'."); return 2;
}

void Train(string runtime)
{
    // 116 human-labelled frames of a mouse in an open field: every fifth tests, every tenth chooses the best weights, the rest train.
    clock.Restart();
    var labels = Labels.Load(Data);
    IDataView Frames(Func<int, bool> use) => pose.FromLabels(new Labels(labels.Frames.Where(frame => use(frame.FrameIndex)), labels.Videos, labels.Skeletons));
    var train = Frames(index => index % 5 != 4 && index % 10 != 3);
    var validation = Frames(index => index % 10 == 3);
    var test = Frames(index => index % 5 == 4);
    var loading = clock.Elapsed;

    clock.Restart();
    Console.WriteLine($"Training on {labels.Frames.Count(f => f.FrameIndex % 5 != 4 && f.FrameIndex % 10 != 3)} of {labels.Frames.Count} labelled frames …");
    var model = pose.SingleInstance(new()
    {
        Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
        Scale = 0.5f,
        Augmentation = new() { RotationMin = -180, RotationMax = 180 }, // filmed from above: no direction is special
        Training = new() { Epochs = 45, StepsPerEpoch = 20, Progress = new ConsoleTrainingProgress() },
    }).Fit(train, validation);
    var training = clock.Elapsed;

    clock.Restart();
    PoseMetrics metrics = pose.Evaluate(model.Transform(test));
    Console.WriteLine($"On {labels.Frames.Count(f => f.FrameIndex % 5 == 4)} frames that it has not seen: {metrics}");
    var evaluation = clock.Elapsed;

    clock.Restart();
    ml.Model.Save(model, train.Schema, Model);
    Write(new JsonObject
    {
        ["test"] = new JsonObject
        {
            ["frames"] = labels.Frames.Count(f => f.FrameIndex % 5 == 4),
            ["visible_nodes"] = metrics.VisibleNodes,
            ["found_nodes"] = metrics.FoundNodes,
            ["mean_px"] = Round(metrics.Mean),
            ["rmse_px"] = Round(metrics.Rmse),
            ["p50_px"] = Round(metrics.P50),
            ["p95_px"] = Round(metrics.P95),
            ["within_5_px"] = Round(metrics.Within),
        },
        ["seconds"] = new JsonObject { ["load"] = Round(loading), ["train"] = Round(training), ["evaluate"] = Round(evaluation), ["save"] = Round(clock.Elapsed) },
        ["runtime"] = runtime,
        ["versions"] = new JsonObject
        {
            ["Sleap.MLNet"] = Version(typeof(SingleInstanceEstimator)),
            ["Microsoft.ML"] = Version(typeof(MLContext)),
            ["TorchSharp"] = Version(typeof(TorchSharp.torch)),
            ["libtorch"] = TorchSharp.torch.__version__,
            [".NET"] = Environment.Version.ToString(),
        },
    });
}

void Predict()
{
    clock.Restart();
    var model = ml.Model.Load(Model, out _);
    var loading = clock.Elapsed;

    clock.Restart();
    var video = pose.LoadVideo($"{Data}/videos/m3v1mp4.mp4");
    var poses = pose.ToLabels(model.Transform(video), progress: new ConsoleFrameProgress());
    var predicting = clock.Elapsed;

    clock.Restart();
    poses.Labels.Save("demo/predictions.slp");
    poses.Labels.Save("demo/poses.csv");
    var some = Enumerable.Range(1, 4).Select(i => poses.Labels.Frames.Count * i / 5).ToArray();
    pose.DrawSheet(poses.Labels, some, "demo/poses.png");
    var report = JsonNode.Parse(File.ReadAllText(Report))!.AsObject();
    report["video"] = new JsonObject
    {
        ["requested"] = poses.Requested,
        ["processed"] = poses.Processed,
        ["failed"] = poses.Failed.Count,
        ["empty"] = poses.Empty,
        ["frames_per_second"] = Round(poses.Processed / predicting.TotalSeconds),
    };
    var seconds = report["seconds"]!.AsObject();
    seconds["load_model"] = Round(loading);
    seconds["predict"] = Round(predicting);
    seconds["write"] = Round(clock.Elapsed);
    Write(report);
    Console.WriteLine($"{poses.Processed} of {poses.Requested} frames, {poses.Failed.Count} failed, {poses.Empty} without a mouse, {poses.Processed / predicting.TotalSeconds:0.0} frames/s");
    Console.WriteLine("demo/predictions.slp  demo/poses.csv  demo/poses.png  demo/mouse.zip");
}

void Write(JsonObject report) => File.WriteAllText(Report, report.ToJsonString(new() { WriteIndented = true }));

static string Version(Type type) => type.Assembly.GetName().Version!.ToString();

static JsonNode? Round(object value) => value switch
{
    TimeSpan time => Math.Round(time.TotalSeconds, 1),
    double number when double.IsFinite(number) => Math.Round(number, 3),
    _ => null,
};
