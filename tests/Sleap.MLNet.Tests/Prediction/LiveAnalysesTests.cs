using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Each analysis frame by frame gives what it gives in a pass over a view.</summary>
public sealed class LiveAnalysesTests
{
    private readonly MLContext _ml = new(seed: 1);

    private PoseCatalog Pose => _ml.Pose();

    public static TheoryData<string, int> Analyses =>
        new()
        {
            { "FilterByScore", 0 },
            { "RemoveJumps", 0 },
            { "RepairSwaps", 0 },
            { "Egocentric", 0 },
            { "BodyLength", 0 },
            { "Distances", 0 },
            { "Angles", 0 },
            { "Social", 0 },
            { "Kinematics", 0 },
            { "InRegions", 0 },
            { "OneEuro", 0 },
            { "Trailing", 0 },
            { "Track", 0 },
            { "TrackKalman", 0 },
            { "ToInstances", 0 },
            { "Smooth", 2 },
            { "SavitzkyGolay", 4 },
            { "NormalizeSize", 1 },
            { "Rolling", 7 },
            { "Interpolate", 3 },
            { "Pchip", 7 },
            { "All", 3 + 2 + 7 },
        };

    [Theory]
    [MemberData(nameof(Analyses))]
    public void Each_analysis_gives_what_it_gives_in_a_pass(string name, int delay)
    {
        var view = LiveRecording.Load(_ml);
        var model = LiveRecording.SavedAndLoaded(Make(name, Nodes(view)).Fit(view), view);
        using var live = Pose.CreateLivePipeline<LiveRecording>(model, view.Schema);
        Assert.Equal(delay, live.Delay);
        string[] columns = [.. LiveRow.ColumnsOf(live.OutputSchema).Select(column => column.Name)];
        var expected = ColumnText.Of(model.Transform(view), columns);
        Assert.NotEmpty(expected);
        var isRowForRow = name is not ("ToInstances" or "All");

        List<string> found = [];
        var frames = 0;
        foreach (var row in _ml.Data.CreateEnumerable<LiveRecording>(view, reuseRowObject: true))
        {
            var ready = live.Push(row);
            found.AddRange(ready.Select(row => LiveRecording.Text(row, columns)));
            Assert.True(++frames > delay || ready.Count == 0);
            Assert.True(!isRowForRow || frames <= delay || ready.Count == 1);
        }
        if (isRowForRow)
            Assert.Equal(frames - delay, found.Count);
        found.AddRange(live.Flush().Select(row => LiveRecording.Text(row, columns)));
        Assert.Equal(expected, found);
        Assert.Equal(frames, live.Latency.Count);

        // Behind a flush it begins anew.
        Assert.Equal(
            expected,
            [.. Push(live, view, columns), .. live.Flush().Select(row => LiveRecording.Text(row, columns))]
        );
    }

    private static List<string> Push(LivePipeline<LiveRecording, LiveRow> live, IDataView view, string[] columns) =>
        [
            .. new MLContext()
                .Data.CreateEnumerable<LiveRecording>(view, reuseRowObject: true)
                .SelectMany(live.Push)
                .Select(row => LiveRecording.Text(row, columns)),
        ];

    private IEstimator<ITransformer> Make(string name, string[] nodes) =>
        name switch
        {
            "FilterByScore" => Pose.FilterByScore(options: new() { MinScore = 0.6f }),
            "RemoveJumps" => Pose.RemoveJumps(options: new() { MaxJump = 3 }),
            "RepairSwaps" => Pose.RepairSwaps(options: new() { MinGain = 1 }),
            "Egocentric" => Pose.Egocentric(
                "PredictedKeypoints",
                new()
                {
                    Origin = nodes[0],
                    From = nodes[1],
                    To = nodes[2],
                }
            ),
            "BodyLength" => Pose.BodyLength("PredictedKeypoints", new() { Body = nodes[..3] }),
            "Distances" => Pose.Distances(),
            "Angles" => Pose.Angles("PredictedKeypoints", new() { Corners = [new(nodes[0], nodes[1], nodes[2])] }),
            "Social" => Pose.Social(),
            "Kinematics" => Pose.Kinematics(options: new() { FramesPerSecond = 25 }),
            "InRegions" => Pose.InRegions(
                "PredictedKeypoints",
                new() { Regions = [Region.Circle("middle", 500, 500, 200)] }
            ),
            "OneEuro" => Pose.Smooth("PredictedKeypoints", new SmoothOptions { Method = SmoothMethod.OneEuro }),
            "Trailing" => Pose.Kinematics().Append(Pose.Rolling("Speed", new() { Trailing = true })),
            "Track" => Pose.Track(),
            "TrackKalman" => Pose.Track(
                new()
                {
                    Motion = TrackMotion.Kalman,
                    MaxTracks = 2,
                    ConnectSingleBreaks = true,
                }
            ),
            "ToInstances" => Pose.ToInstances(),
            "Smooth" => Pose.Smooth("PredictedKeypoints", new SmoothOptions()),
            "SavitzkyGolay" => Pose.Smooth(
                "PredictedKeypoints",
                new SmoothOptions { Method = SmoothMethod.SavitzkyGolay, Window = 9 }
            ),
            "NormalizeSize" => Pose.NormalizeSize("PredictedKeypoints", new() { Body = nodes[..2], Window = 3 }),
            "Rolling" => Pose.Kinematics().Append(Pose.Rolling("Speed")),
            "Interpolate" => Pose.Interpolate(options: new() { MaxGap = 3 }),
            "Pchip" => Pose.Interpolate(options: new() { Method = InterpolationMethod.Pchip, MaxGap = 3 }),
            _ => Pose.Track()
                .Append(Pose.RemoveJumps())
                .Append(Pose.Interpolate(options: new() { MaxGap = 3 }))
                .Append(Pose.Smooth("PredictedKeypoints", new SmoothOptions()))
                .Append(Pose.Kinematics())
                .Append(Pose.Rolling("Speed"))
                .Append(Pose.Social())
                .Append(Pose.ToInstances())
                .Append(_ml.Transforms.Concatenate("Features", "Speed", "SpeedMean", "PredictedKeypoints")),
        };

    private static string[] Nodes(IDataView view) =>
        [.. PoseColumn.SkeletonOf(view.Schema["PredictedKeypoints"]).Nodes];
}
