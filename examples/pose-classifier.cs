#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Behavior from poses: a table of 'frame,behavior' that a person wrote, poses as features, and ML.NET's own trainer.
// dotnet run examples/pose-classifier.cs -- session.slp behaviors.csv FROM TO
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

// The animal's axis runs from one node to another; its poses are turned so that it lies the same way in all frames.
var (poseFile, tableFile, from, to) = (args[0], args[1], args[2], args[3]);
var behaviors = File.ReadLines(tableFile)
    .Skip(1)
    .Select(line => line.Split(','))
    .ToDictionary(cells => int.Parse(cells[0]), cells => cells[1].Trim());

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView poses = pose.LoadLabels(poseFile, new() { Instances = InstanceChoice.UserElsePredicted });

// One row an animal: its speed, and where its nodes are, seen from itself. In memory, since a trainer reads its
// features again and again.
IDataView animals = ml.Data.Cache(
    pose.Interpolate("Keypoints", new() { MaxGap = 5 })
        .Append(pose.Kinematics("Keypoints"))
        .Append(
            pose.Egocentric(
                "Keypoints",
                new()
                {
                    Origin = from,
                    From = from,
                    To = to,
                }
            )
        )
        .Append(pose.ToInstances("Keypoints"))
        .Append(
            ml.Transforms.CustomMapping<Frame, Labeled>(
                (row, labeled) => labeled.Behavior = behaviors.GetValueOrDefault(row.FrameIndex, "other"),
                contractName: null
            )
        )
        .Fit(poses)
        .Transform(poses)
);
var split = ml.Data.TrainTestSplit(animals, testFraction: 0.2, seed: 1);

// Trainers take no NaN: a node that is missing becomes the mean of its slot.
var classifier = ml
    .Transforms.ReplaceMissingValues(
        "Pose",
        "Keypoints",
        Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Mean
    )
    .Append(
        ml.Transforms.ReplaceMissingValues(
            "Motion",
            "Speed",
            Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Mean
        )
    )
    .Append(ml.Transforms.Concatenate("Features", "Pose", "Motion"))
    .Append(ml.Transforms.NormalizeMeanVariance("Features"))
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Behavior"))
    .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
var metrics = ml.MulticlassClassification.Evaluate(classifier.Fit(split.TrainSet).Transform(split.TestSet));
Console.WriteLine(
    $"right in {metrics.MicroAccuracy:0.0%} of the rows held back, {metrics.MacroAccuracy:0.0%} in the "
        + $"mean of the behaviors"
);

/// <summary>What the label follows from.</summary>
internal sealed class Frame
{
    /// <summary>From 0.</summary>
    public int FrameIndex { get; set; }
}

/// <summary>What is added.</summary>
internal sealed class Labeled
{
    /// <summary>What the animal does.</summary>
    public string Behavior { get; set; } = "";
}
