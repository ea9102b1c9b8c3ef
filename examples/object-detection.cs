#:project ../src/Sleap.Onnx/Sleap.Onnx.csproj
// Another detector finds the animals, a centered-instance model their nodes: dotnet run examples/object-detection.cs --
// labels.slp session.mp4 detector.onnx EPOCHS
//
// detector.onnx is a detector of any origin, for instance YOLO's export, see docs/onnx.md for its inputs and outputs.
// (ML.NET's own object detection does not run beside TorchSharp 0.107, see docs/models.md.)
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

var (labelFile, videoFile, detectorFile, epochs) = (args[0], args[1], args[2], int.Parse(args[3]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView video = pose.LoadVideo(videoFile, Enumerable.Range(0, 5));

// A column PredictedBoundingBoxes, four numbers a box. Any transformer that gives one will do.
using OnnxDetectorTransformer detector = pose.FromOnnxDetector(detectorFile, new() { MaxBoxes = 10 });

// It learns from crops around the labels' centers. The middle of a box is nearest to the middle of the visible nodes,
// so no AnchorPart.
using CenteredInstanceTransformer nodes = pose.CenteredInstance(
        new()
        {
            Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
            CropSize = 160,
            Sigma = 2.5f,
            Augmentation = new() { RotationMin = -180, RotationMax = 180 },
            Training = new() { Epochs = epochs, Progress = new ConsoleProgress() },
        }
    )
    .Fit(pose.LoadLabels(labelFile))
    .With(CropSource.Boxes, "PredictedBoundingBoxes");

var chain = detector.Append(nodes);
ml.Model.Save(chain, video.Schema, "detector-and-nodes.zip"); // both in one file, for any program
var poses = pose.SaveLabels(chain.Transform(video), "detected.slp");
Console.WriteLine(
    $"{poses.Frames.Count} frames, {poses.Frames.Sum(frame => frame.Instances.Count)} animals → detected.slp"
);
