#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// From the poses of two flies to what they do: dotnet run examples/fly-behavior.cs --
// tests/data/flies13_20190128.predictions.slp report
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

var (file, folder) = (args[0], args[1]);
const double FramesPerSecond = 25;

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
IDataView flies = pose.LoadPredictions(file);

var upper = Region.Polygon("upper half", (0, 0), (1023, 0), (1023, 511), (0, 511));
IDataView behavior = pose.RemoveJumps("PredictedKeypoints", new() { MaxJump = 60 })
    .Append(pose.Interpolate("PredictedKeypoints", new() { MaxGap = 5 }))
    .Append(pose.Smooth("PredictedKeypoints", new SmoothOptions { Method = SmoothMethod.SavitzkyGolay, Window = 7 }))
    .Append(pose.Kinematics("PredictedKeypoints", new() { FramesPerSecond = FramesPerSecond }))
    .Append(pose.Social("PredictedKeypoints", new() { ContactDistance = 10 }))
    .Append(pose.InRegions("PredictedKeypoints", new() { Regions = [upper], FramesPerSecond = FramesPerSecond }))
    .Fit(flies)
    .Transform(flies);

// One row a fly and frame, with what was measured beside its nodes.
DataFrame table = pose.ToDataFrame(
    behavior,
    new()
    {
        Layout = TableLayout.Wide,
        FramesPerSecond = FramesPerSecond,
        Extra = ["Speed", "AnimalDistance", "Contact", "InRegion"],
    }
);
foreach (
    var fly in Enumerable.Range(0, (int)table.Rows.Count).GroupBy(row => (string?)table["track"][row] ?? "no track")
)
{
    double[] Values(string column) =>
        [.. fly.Select(row => table[column][row] is { } value ? Convert.ToDouble(value) : double.NaN)];
    double Mean(string column) => Values(column).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    var contact = Values("Contact");
    var bouts = contact.Where((now, i) => now == 1 && (i == 0 || contact[i - 1] != 1)).Count();
    Console.WriteLine(
        $"{fly.Key}: {Mean("Speed"):0} px/s, {Mean("AnimalDistance"):0} px from the other, {bouts} "
            + $"contacts, {Mean("InRegion"):0%} of the time in the upper half"
    );
}

// One row a fly with vectors of fixed size: what KMeans, FastTree and the other trainers of ML.NET take.
var rows = pose.Egocentric(
        "PredictedKeypoints",
        new()
        {
            Origin = "thorax",
            From = "thorax",
            To = "head",
        }
    )
    .Append(pose.ToInstances("PredictedKeypoints"))
    .Fit(behavior)
    .Transform(behavior);
Console.WriteLine($"features: {rows.Schema["PredictedKeypoints"].Type}, {rows.GetColumn<float>("Speed").Count()} rows");

Console.WriteLine(pose.Report(behavior, folder).Page);
