#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// A pose column as the features of an ML.NET trainer: postures that recur, found by KMeans.
// dotnet run examples/pose-clusters.cs -- mouse.zip session.mp4
using Microsoft.ML;
using Sleap.Transforms;

var (modelFile, videoFile) = (args[0], args[1]);

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView video = pose.LoadVideo(videoFile);

// A trainer reads its features again and again, KMeans some twenty times: in memory, the network runs once and not at
// every pass.
IDataView poses = ml.Data.Cache(ml.Model.Load(modelFile, out _).Transform(video), "PredictedKeypoints");

// Trainers take vectors of a fixed size without NaN: a node that was not found becomes the mean of its slot.
var clusters = ml
    .Transforms.ReplaceMissingValues(
        "Features",
        "PredictedKeypoints",
        Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Mean
    )
    .Append(ml.Transforms.NormalizeMeanVariance("Features"))
    .Append(ml.Clustering.Trainers.KMeans("Features", numberOfClusters: 4));
IDataView assigned = clusters.Fit(poses).Transform(poses);

foreach (
    var group in ml
        .Data.CreateEnumerable<Posture>(assigned, reuseRowObject: false)
        .GroupBy(row => row.PredictedLabel)
        .OrderBy(group => group.Key)
)
    Console.WriteLine($"posture {group.Key}: {group.Count()} frames");

/// <summary>The cluster of a frame.</summary>
internal sealed class Posture
{
    /// <summary>From 1.</summary>
    public uint PredictedLabel { get; set; }
}
