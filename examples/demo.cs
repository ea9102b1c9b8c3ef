#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// The main job from beginning to end, in two processes: 'train' learns one mouse's pose from human labels and saves the
// model; 'predict' knows only the saved model, and tracks the mouse through a video. 'dotnet run build.cs -- demo' runs
// both.
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

const string Report = "demo/demo.json",
    Model = "demo/mouse.zip",
    Data = "examples/data/openfield",
    Video = $"{Data}/videos/m3v1mp4.mp4";
var ml = new MLContext(seed: 1);
var pose = ml.Pose();
var clock = new Stopwatch();
switch (args.FirstOrDefault())
{
    case "train":
        Train();
        return 0;
    case "predict":
        Predict();
        return 0;
    default:
        Console.Error.WriteLine("demo: say 'train' or 'predict'.");
        return 2;
}

void Train()
{
    // 116 human-labeled frames of a mouse in an open field: every fifth tests, every tenth chooses the best weights,
    // the rest train.
    clock.Restart();
    var (rest, test) = pose.SplitEvery(pose.LoadLabels(Data), 5, 4);
    var (train, validation) = pose.SplitEvery(rest, 10, 3);
    var loading = clock.Elapsed;

    clock.Restart();
    Console.WriteLine(
        $"Training on {train.GetRowCount()} labeled frames; {validation.GetRowCount()} choose the "
            + $"best weights, {test.GetRowCount()} test."
    );
    var model = pose.SingleInstance(
            new()
            {
                Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
                Scale = 0.5f,
                Sigma = 3.5f,
                // filmed from above: no direction is special
                Augmentation = new() { RotationMin = -180, RotationMax = 180 },
                Training = new()
                {
                    Epochs = 16,
                    StepsPerEpoch = 20,
                    Progress = new ConsoleProgress(),
                },
            }
        )
        .Fit(train, validation);
    var training = clock.Elapsed;

    clock.Restart();
    PoseMetrics metrics = pose.Evaluate(model.Transform(test));
    Console.WriteLine($"On frames that it has not seen: {metrics}");
    var evaluation = clock.Elapsed;

    clock.Restart();
    ml.Model.Save(model, train.Schema, Model);
    Write(
        new JsonObject
        {
            ["test"] = new JsonObject
            {
                ["frames"] = metrics.Frames,
                ["visible_nodes"] = metrics.All.Visible,
                ["found_nodes"] = metrics.All.Found,
                ["mean_px"] = Round(metrics.All.Mean),
                ["rmse_px"] = Round(metrics.All.Rmse),
                ["p50_px"] = Round(metrics.All.P50),
                ["p95_px"] = Round(metrics.All.P95),
                ["within_5_px"] = Round(metrics.All.Within),
            },
            ["seconds"] = new JsonObject
            {
                ["load"] = Round(loading),
                ["train"] = Round(training),
                ["evaluate"] = Round(evaluation),
                ["save"] = Round(clock.Elapsed),
            },
            ["versions"] = new JsonObject
            {
                ["Sleap.MLNet"] = Version(typeof(SingleInstanceEstimator)),
                ["Microsoft.ML"] = Version(typeof(MLContext)),
                ["TorchSharp"] = Version(typeof(TorchSharp.torch)),
                ["libtorch"] = TorchSharp.torch.__version__,
                [".NET"] = Environment.Version.ToString(),
            },
        }
    );
}

void Predict()
{
    clock.Restart();
    var model = ml.Model.Load(Model, out _);
    var loading = clock.Elapsed;

    clock.Restart();
    var video = pose.LoadVideo(Video);
    var poses = pose.ToLabels(model.Transform(video));
    var predicting = clock.Elapsed;

    clock.Restart();
    poses.Save("demo/predictions.slp");
    poses.Save("demo/poses.csv");
    var report = JsonNode.Parse(File.ReadAllText(Report))!.AsObject();
    var (frames, empty) = (pose.FrameReport(video), poses.Frames.Count(frame => frame.Instances.Count == 0));
    var some = Enumerable.Range(1, 6).Select(i => frames.Requested * i / 7);
    pose.DrawSheet(model.Transform(pose.LoadVideo(Video, some)), "demo/poses.png");
    var speed = poses.Frames.Count / predicting.TotalSeconds;
    report["video"] = new JsonObject
    {
        ["requested"] = frames.Requested,
        ["processed"] = poses.Frames.Count,
        ["failed"] = frames.Failed,
        ["empty"] = empty,
        ["frames_per_second"] = Round(speed),
    };
    var seconds = report["seconds"]!.AsObject();
    seconds["load_model"] = Round(loading);
    seconds["predict"] = Round(predicting);
    seconds["write"] = Round(clock.Elapsed);
    Write(report);
    Console.WriteLine(
        $"{poses.Frames.Count} of {frames.Requested} frames, {frames.Failed} failed, {empty} without a "
            + $"mouse, {speed:0.0} frames/s"
    );
    Console.WriteLine("demo/predictions.slp  demo/poses.csv  demo/poses.png  demo/mouse.zip");
}

void Write(JsonObject report)
{
    using var writer = new Utf8JsonWriter(File.Create(Report), new() { Indented = true });
    report.WriteTo(writer);
}

static string Version(Type type) =>
    type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
    ?? type.Assembly.GetName().Version!.ToString();

static JsonNode? Round(object value) =>
    value switch
    {
        TimeSpan time => Math.Round(time.TotalSeconds, 1),
        double number when double.IsFinite(number) => Math.Round(number, 3),
        _ => null,
    };
