#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Several animals that touch: a bottom-up model, trained and used: dotnet run examples/bottom-up.cs -- labels.slp
// session.mp4 EPOCHS
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.MLNet;
using Sleap.Transforms;

var (labelFile, videoFile, epochs) = (args[0], args[1], int.Parse(args[2]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();

IDataView labels = pose.LoadLabels(labelFile);
var (train, test) = pose.Split(labels, testFraction: 0.2);

// Nodes are connected along the edges of the skeleton, so it needs some that join all nodes.
Sleap.IO.Skeleton skeleton = SkeletonAnnotations.Read(labels.Schema["Keypoints"])!;
Console.WriteLine(
    $"{skeleton.Nodes.Length} nodes, {skeleton.Edges.Length} edges: "
        + $"{string.Join(", ", skeleton.Edges.Select(edge => $"{skeleton.Nodes[edge.Source]}–{skeleton.Nodes[edge.Destination]}"))}"
);

var pipeline = pose.BottomUp(
        new()
        {
            Backbone = new UNetOptions { Filters = 16, OutputStride = 2 },
            Scale = 0.25f,
            Sigma = 2.5f,
            // how far the fields reach beside an edge, in pixels of the network's input
            PartAffinity = new() { Sigma = 8 },
            MaxInstances = 2,
            Augmentation = new() { RotationMin = -180, RotationMax = 180 },
            Training = new() { Epochs = epochs, Progress = new ConsoleProgress() },
        }
    )
    .Append(pose.Track(new() { MaxTracks = 2 })); // who is who from frame to frame

ITransformer model = pipeline.Fit(train);
Console.WriteLine(pose.Evaluate(model.Transform(test)));
ml.Model.Save(model, train.Schema, "flies.zip");

IDataView poses = model.Transform(pose.LoadVideo(videoFile, Enumerable.Range(0, 5)));
pose.SaveLabels(poses, "flies.slp");
Console.WriteLine($"{poses.GetColumn<int>("FrameIndex").Count()} frames → flies.slp");
