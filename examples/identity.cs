#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Animals that look different keep their names, whatever happens between the frames: a top-down ID model. The labels'
// tracks are the names, the same in every frame: dotnet run examples/identity.cs -- labels.slp session.mp4 EPOCHS
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.MLNet;
using Sleap.Transforms;

var (labelFile, videoFile, epochs) = (args[0], args[1], int.Parse(args[2]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();

IDataView labels = pose.LoadLabels(labelFile);
var training = new TrainerOptions { Epochs = epochs, Progress = new ConsoleProgress() };
var turning = new AugmentationOptions { RotationMin = -180, RotationMax = 180 };

using TopDownIdTransformer model = pose.TopDownId(
        new()
        {
            AnchorPart = "thorax",
            Centroid = new()
            {
                Scale = 0.125f,
                Sigma = 2.5f,
                Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
                Augmentation = turning,
                Training = training,
            },
            CenteredInstance = new()
            {
                CropSize = 160,
                Sigma = 2.5f,
                Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
                Augmentation = turning,
                Training = training,
            },
            // how much being right about the name counts beside being right about the place
            ClassVectors = new() { LossWeight = 0.01f },
        }
    )
    .Fit(labels);
Console.WriteLine($"tells apart: {string.Join(", ", model.Classes)}");

IDataView poses = model.Transform(pose.LoadVideo(videoFile, Enumerable.Range(0, 5)));
foreach (var frame in ml.Data.CreateEnumerable<Frame>(poses, reuseRowObject: false))
{
    // An animal that looks like none of them has the key 0.
    var names = frame.PredictedIdentity.Select(key => key == 0 ? "nobody" : model.Classes[(int)key - 1]);
    Console.WriteLine($"frame {frame.FrameIndex}: {string.Join(", ", names)}");
}
pose.SaveLabels(poses, "flies.slp"); // the names are the tracks of the file

/// <summary>What is read of a row.</summary>
internal sealed class Frame
{
    /// <summary>From 0.</summary>
    public int FrameIndex { get; set; }

    /// <summary>The place of each animal's name in the list of names, from 1.</summary>
    [KeyType(2)]
    public uint[] PredictedIdentity { get; set; } = [];
}
