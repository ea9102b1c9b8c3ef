#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Two flies with a model that sleap-nn trained: dotnet run examples/two-flies.cs -- CENTROID-FOLDER CENTERED-FOLDER
// VIDEO FRAMES
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

var (centroid, centered, video, frames) = (args[0], args[1], args[2], int.Parse(args[3]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
using var model = pose.FromSleap(centroid, centered);

IDataView poses = model.Transform(pose.LoadVideo(video, Enumerable.Range(0, frames)));
pose.SaveLabels(poses, "flies.slp");
pose.DrawSheet(poses, "flies.png");
ml.Model.Save(model, poses.Schema, "flies.zip"); // from here on an ML.NET model like any other

var rows = ml.Data.CreateEnumerable<Frame>(poses, reuseRowObject: false).ToList();
Console.WriteLine(
    $"{rows.Count} frames, {rows.Sum(row => row.InstanceScore.Length)} flies, mean score "
        + $"{rows.SelectMany(row => row.InstanceScore).Average():0.00}"
);

/// <summary>What is read of a row.</summary>
internal sealed class Frame
{
    /// <summary>One number a fly.</summary>
    public float[] InstanceScore { get; set; } = [];
}
