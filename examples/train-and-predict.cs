#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// dotnet run examples/train-and-predict.cs -- labels.slp session.mp4
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

var (labelFile, videoFile) = (args[0], args[1]);

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView labels = pose.LoadLabels(labelFile);
var (train, test) = pose.Split(labels, testFraction: 0.2);

var pipeline = pose.SingleInstance(
        new()
        {
            Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
            Scale = 0.5f,
        }
    )
    .Append(pose.Smooth("PredictedKeypoints", window: 5))
    .Append(pose.Kinematics("PredictedKeypoints"));
ITransformer model = pipeline.Fit(train);
PoseMetrics metrics = pose.Evaluate(model.Transform(test));
ml.Model.Save(model, train.Schema, "mouse.zip");

IDataView poses = ml.Model.Load("mouse.zip", out _).Transform(pose.LoadVideo(videoFile));
pose.SaveLabels(poses, "session.predictions.slp");
DataFrame table = pose.ToDataFrame(poses); // tidy: video, frame, instance, track, node, x, y, score

Console.WriteLine(metrics);
Console.WriteLine($"{table.Rows.Count} rows: {string.Join(", ", table.Columns.Select(column => column.Name))}");
