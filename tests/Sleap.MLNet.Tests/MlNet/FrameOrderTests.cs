using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// What goes along the frames warns when the rows of a model's poses are not a video's frames in their order.
/// </summary>
public sealed class FrameOrderTests
{
    private const int Frames = 60;
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public FrameOrderTests() =>
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
                _warnings.Add(entry.Message);
        };

    public static TheoryData<string, string> Analyses =>
        new()
        {
            { "Kinematics", "Speed" },
            { "Smooth", "PredictedKeypoints" },
            { "Interpolate", "PredictedKeypoints" },
            { "Rolling", "InstanceScoreMean" },
            { "InRegions", "RegionEntries" },
        };

    private PoseCatalog Pose => _ml.Pose();

    [Theory]
    [MemberData(nameof(Analyses))]
    public void Shuffled_rows_are_one_warning_a_pass(string name, string column)
    {
        var poses = Poses(Enumerable.Range(0, Frames));
        Warns(name, column, _ml.Data.ShuffleRows(poses, seed: 1), "go back");
        // And none for the same rows before they are shuffled: analyze first.
        Assert.Empty(Warnings(column, _ml.Data.ShuffleRows(Analyzed(name, poses), seed: 1)));
    }

    [Theory]
    [MemberData(nameof(Analyses))]
    public void Rows_drawn_by_chance_are_one_warning_a_pass(string name, string column)
    {
        var poses = Poses(Enumerable.Range(0, Frames));
        var (train, test) = Pose.Split(poses);
        Warns(name, column, train, "many gaps");
        Warns(name, column, test, "many gaps");
        Warns(name, column, _ml.Data.TrainTestSplit(poses, seed: 1).TrainSet, "many gaps");
        // Analyzed first and split afterwards, and split by blocks.
        Assert.Empty(Warnings(column, Pose.Split(Analyzed(name, poses)).TrainSet));
        var blocks = Pose.Split(poses, (_, frame) => frame >= 40);
        Assert.Empty(Warnings(column, Analyzed(name, blocks.TrainSet)));
        Assert.Empty(Warnings(column, Analyzed(name, blocks.TestSet)));
    }

    [Theory]
    [MemberData(nameof(Analyses))]
    public void Frames_in_their_order_are_no_warning_at_any_step(string name, string column)
    {
        Assert.Empty(Warnings(column, Analyzed(name, Poses(Enumerable.Range(0, 20)))));
        Assert.Empty(Warnings(column, Analyzed(name, Poses(Enumerable.Range(0, 12).Select(i => 10 * i)))));
    }

    [Fact]
    public void A_loaded_chain_warns_where_it_was_loaded()
    {
        var poses = Poses(Enumerable.Range(0, Frames));
        using var file = new MemoryStream();
        _ml.Model.Save(
            Pose.Kinematics()
                .Append(
                    Pose.BodyLength(
                        "PredictedKeypoints",
                        new() { Body = [.. SkeletonAnnotations.Read(poses.Schema["PredictedKeypoints"])!.Nodes] }
                    )
                )
                .Fit(poses),
            poses.Schema,
            file
        );
        file.Position = 0;
        var other = new MLContext();
        List<string> warnings = [];
        other.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
                warnings.Add(entry.Message);
        };
        ColumnText.Of(
            other.Model.Load(file, out _).Transform(_ml.Data.ShuffleRows(poses, seed: 1)),
            "Speed",
            "BodyLength"
        );
        Assert.Contains("] Kinematics: ", Assert.Single(warnings));
        Assert.Empty(_warnings);
    }

    private void Warns(string name, string column, IDataView rows, string what)
    {
        var view = Analyzed(name, rows);
        var warning = Assert.Single(Warnings(column, view));
        Assert.Contains($"] {name}: ", warning);
        Assert.Contains(what, warning);
        Assert.Contains(Path.GetFileName(SampleModels.Robot), warning);
        Assert.Contains("split or filter the rows afterwards", warning);
        Assert.Contains("pose.Split(view, (video, frame) => …)", warning);
        Assert.Single(Warnings(column, view));
    }

    private List<string> Warnings(string column, IDataView view)
    {
        _warnings.Clear();
        Assert.NotEmpty(ColumnText.Of(view, column));
        return [.. _warnings];
    }

    private IDataView Analyzed(string name, IDataView poses)
    {
        IEstimator<ITransformer> analysis = name switch
        {
            "Kinematics" => Pose.Kinematics(),
            "Smooth" => Pose.Smooth(),
            "Interpolate" => Pose.Interpolate("PredictedKeypoints"),
            "Rolling" => Pose.Rolling("InstanceScore"),
            _ => Pose.InRegions("PredictedKeypoints", new() { Regions = [Region.Circle("middle", 100, 100, 50)] }),
        };
        return analysis.Fit(poses).Transform(poses);
    }

    private IDataView Poses(IEnumerable<int> frames)
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 8);
        var poses = _ml.Data.Cache(
            model.Transform(Pose.LoadVideo(SampleModels.VideoOf(PoseModelKind.SingleInstance), frames))
        );
        // The cache is filled here, once, while there is a model.
        Assert.NotEmpty(ColumnText.Of(poses, ["Video", "FrameIndex", .. SampleModels.Outputs(model)]));
        return poses;
    }
}
