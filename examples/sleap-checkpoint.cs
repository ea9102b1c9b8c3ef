#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// A model folder of sleap-nn, as it is: judged, used, saved as an ML.NET model, and written back: dotnet run
// examples/sleap-checkpoint.cs -- FOLDER labels.slp session.mp4
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.MLNet;
using Sleap.Transforms;

var (folder, labelFile, videoFile) = (args[0], args[1], args[2]);

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
using PoseModelTransformer sleap = pose.FromSleap(folder); // training_config.yaml and best.ckpt; no Python
Console.WriteLine($"{string.Join(", ", sleap.Skeleton.Nodes)}");

// It predicts as sleap-nn does. What it predicts with can be changed without training.
using PoseModelTransformer sure = sleap.With(new() { PeakThreshold = 0.3f, BatchSize = 8 });
PoseMetrics metrics = pose.Evaluate(
    sure.Transform(pose.LoadLabels(labelFile)),
    new() { Rules = EvaluationRules.SleapNN }
);
Console.WriteLine(metrics);

// From here on a model like any other: part of a pipeline, saved and loaded in any program.
IDataView frames = pose.LoadVideo(videoFile, Enumerable.Range(0, 20));
var smooth = pose.Smooth("PredictedKeypoints", window: 5).Fit(sure.Transform(frames));
ml.Model.Save(new TransformerChain<ITransformer>(sure, smooth), frames.Schema, "sleap.zip");
pose.SaveCsv(ml.Model.Load("sleap.zip", out _).Transform(frames), "poses.csv");

// And back: a folder that sleap-nn loads.
Console.WriteLine($"→ {string.Join(", ", pose.SaveSleap(sleap, "back"))}");
