#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Another detector finds the animals, a centered-instance model their nodes: dotnet run examples/object-detection.cs --
// labels.slp session.mp4 boxes.csv EPOCHS
//
// boxes.csv is what any detector found: frame,left,top,right,bottom in pixels of the frame, a line a box.
// (ML.NET's own object detection does not run beside TorchSharp 0.107, see docs/models.md.)
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

var (labelFile, videoFile, boxesFile, epochs) = (args[0], args[1], args[2], int.Parse(args[3]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView video = pose.LoadVideo(videoFile, Enumerable.Range(0, 5));

// A column PredictedBoundingBoxes, four numbers a box. Any transformer that gives one will do.
IDataView detected = BoxesOf(boxesFile).Transform(video);

// It learns from crops around the labels' centers. The middle of a box is nearest to the middle of the visible nodes,
// so no AnchorPart.
CenteredInstanceTransformer nodes = pose.CenteredInstance(
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

var poses = pose.SaveLabels(nodes.Transform(detected), "detected.slp");
ml.Model.Save(nodes, detected.Schema, "nodes.zip"); // behind the detector, in any program
Console.WriteLine(
    $"{detected.GetRowCount() ?? poses.Frames.Count} frames, "
        + $"{poses.Frames.Sum(frame => frame.Instances.Count)} "
        + $"animals → detected.slp"
);

ITransformer BoxesOf(string table)
{
    var boxes = File.ReadLines(table)
        .Skip(1)
        .Select(line => line.Split(','))
        .ToLookup(
            cells => int.Parse(cells[0]),
            cells => cells[1..5].Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))
        );
    return ml
        .Transforms.CustomMapping<FrameRow, Boxes>(
            (row, found) => found.PredictedBoundingBoxes = [.. boxes[row.FrameIndex].SelectMany(box => box)],
            contractName: null
        )
        .Fit(video);
}

/// <summary>What the boxes are found by.</summary>
internal sealed class FrameRow
{
    /// <summary>From 0.</summary>
    public int FrameIndex { get; set; }
}

/// <summary>What is added.</summary>
internal sealed class Boxes
{
    /// <summary>Left, top, right and bottom of each box.</summary>
    public float[] PredictedBoundingBoxes { get; set; } = [];
}
