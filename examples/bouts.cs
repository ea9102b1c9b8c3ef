#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Behaviors as intervals of frames, from a person's table to a classifier's ethogram: dotnet run examples/bouts.cs --
// tests/data/flies13_20190128.predictions.slp report
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

var (file, folder) = (args[0], args[1]);
const double FramesPerSecond = 25;
const int FirstTestFrame = 2000;

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
Labels labels = Labels.Load(file);
IDataView flies = pose.FromPredictions(labels);
IDataView measured = pose.Interpolate("PredictedKeypoints", new() { MaxGap = 5 })
    .Append(pose.Kinematics("PredictedKeypoints", new() { FramesPerSecond = FramesPerSecond }))
    .Append(pose.Social("PredictedKeypoints", new() { ContactDistance = 10 }))
    .Fit(flies)
    .Transform(flies);

// What a person scored. Here it is the frames in which legs or wings touch; a table that BORIS exported is read by
// Bout.Load("scored.tsv").
IReadOnlyList<Bout> scored = pose.Bouts(
    measured,
    "Contact",
    new()
    {
        Behavior = "contact",
        CloseGaps = 5,
        MinLength = 5,
    }
);

// One row a fly and frame, with its label. The classifier sees where the other fly is, and not whether they touch.
IDataView rows = pose.LabelBouts(pose.ToInstances("PredictedKeypoints").Fit(measured).Transform(measured), scored);
var (train, test) = pose.Split(rows, (video, frame) => frame >= FirstTestFrame);
string[] features = ["AnimalDistance", "FacingAngle", "Speed"];
var classifier = ml
    .Transforms.ReplaceMissingValues([.. features.Select(name => new InputOutputColumnPair(name))])
    .Append(ml.Transforms.Concatenate("Features", features))
    .Append(ml.Transforms.NormalizeMeanVariance("Features"))
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Behavior"))
    .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedBehavior", "PredictedLabel"))
    .Fit(train);

// Its answers of single frames become bouts: short gaps are closed, and what is shorter than a fifth of a second is
// left out.
IReadOnlyList<Bout> found = pose.Bouts(
    classifier.Transform(test),
    "PredictedBehavior",
    new()
    {
        NoBehavior = ["other"],
        CloseGaps = 5,
        MinLength = 5,
    }
);
foreach (
    var one in pose.EvaluateBouts(scored.Where(bout => bout.FirstFrame >= FirstTestFrame), found, minOverlap: 0.25)
)
{
    Console.WriteLine(
        $"{one.Behavior}: {one.MatchedBouts} of {one.TrueBouts} bouts found, {one.PredictedBouts} predicted "
            + $"(F1 {one.F1:0.00}); of frames {one.FrameF1:0.00}"
    );
}

// For BORIS, for sleap-io and as a page with an ethogram.
Directory.CreateDirectory(folder);
Bout.Save(found, Path.Combine(folder, "bouts.boris.tsv"), FramesPerSecond);
Labels withBouts = labels.WithBouts(found);
withBouts.Save(Path.Combine(folder, "bouts.slp"));
Console.WriteLine(pose.ToDataFrame(found, FramesPerSecond).Head(3));
Console.WriteLine(pose.Report(withBouts, folder, new() { Plot = new() { FramesPerSecond = FramesPerSecond } }).Page);
