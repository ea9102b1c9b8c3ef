using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

/// <summary>What every analysis must do.</summary>
public sealed class AnalysisContractTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (var name in Names)
        {
            cases.Add(name, false, false);
            cases.Add(name, true, false);
            cases.Add(name, true, true);
        }
        return cases;
    }

    private static string[] Names { get; } =
    [
        "Smooth",
        "Interpolate",
        "RemoveJumps",
        "RepairSwaps",
        "Egocentric",
        "NormalizeSize",
        "BodyLength",
        "Distances",
        "Angles",
        "Social",
        "Kinematics",
        "InRegions",
        "Rolling",
        "ToInstances",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnnouncedGivenSavedAndLoaded(string name, bool many, bool predicted)
    {
        var view = View(many, predicted);
        var estimator = Make(name, predicted ? "PredictedKeypoints" : "Keypoints");
        Shapes.CheckAnnouncement(estimator, view);
        var transformer = estimator.Fit(view);
        using var folder = new TestFolder();
        _ml.Model.Save(transformer, view.Schema, folder["model.zip"]);
        IDataView expected = transformer.Transform(view),
            found = new MLContext(3).Model.Load(folder["model.zip"], out _).Transform(view);
        Assert.Equal(Shapes.Of(expected).Select(Shapes.Describe), Shapes.Of(found).Select(Shapes.Describe));
        Assert.Equal(Text(expected), Text(found));
        if (name != "ToInstances")
        {
            // Order, number and other columns of the rows stay.
            Assert.Equal(Poses.Column<int>(view, "FrameIndex"), Poses.Column<int>(expected, "FrameIndex"));
            Assert.Equal(
                view.Schema.Count(column => !column.IsHidden),
                view.Schema.Count(column => expected.Schema.GetColumnOrNull(column.Name) is not null)
            );
        }
    }

    [Fact]
    public void ToInstancesGivesRowsThatTrainersTake()
    {
        var herd = View(many: true, predicted: false);
        var pose = _ml.Pose();
        var rows = pose.Kinematics("Keypoints")
            .Append(pose.Distances("Keypoints"))
            .Append(pose.Rolling("Speed", new() { Window = 3 }))
            .Append(pose.ToInstances("Keypoints"))
            .Fit(herd)
            .Transform(herd);
        Assert.Equal("snout.x", Slots(rows, "Keypoints")[0]);
        Assert.Equal(["snout-left", "snout-tail", "left-tail"], Slots(rows, "Distances"));
        Assert.Equal(["x", "y"], Slots(rows, "Velocity"));
        Assert.Equal(NumberDataViewType.Single, rows.Schema["SpeedMean"].Type);
        Assert.IsType<KeyDataViewType>(rows.Schema["Track"].Type);
        var frames = Poses.Column<int>(rows, "FrameIndex");
        var tracks = Poses.Column<uint>(rows, "Track");
        var points = Poses.Column<float[]>(rows, "Keypoints");
        Assert.Equal(12 * 3, frames.Length);
        for (var row = 0; row < frames.Length; row++)
            Assert.Equal((float)Points(frames[row], (int)tracks[row] - 1)[0], points[row][0]);
        var ids = new HashSet<DataViewRowId>();
        using var cursor = rows.GetRowCursor([rows.Schema["Speed"]]);
        var id = cursor.GetIdGetter();
        DataViewRowId value = default;
        while (cursor.MoveNext())
        {
            id(ref value);
            Assert.True(ids.Add(value));
        }
        Assert.Equal(36, ids.Count);
    }

    [Fact]
    public void ColumnsThatDoNotFitTheAnimalsAreErrors()
    {
        var view = _ml.Data.LoadFromEnumerable(
            new[]
            {
                new Wrong { Keypoints = [1, 2, 3, 4], Track = [1, 2] },
            }
        );
        Assert.Contains(
            "'Track' has 2 values",
            Assert
                .Throws<InvalidDataException>(() =>
                    Poses.Column<float>(_ml.Pose().Kinematics("Keypoints").Fit(view).Transform(view), "Speed")
                )
                .Message
        );
        var herd = View(many: true, predicted: false);
        Assert.Contains(
            "Nowhere",
            Assert
                .Throws<ArgumentException>(() =>
                    _ml.Pose().ToInstances("Keypoints", new() { Values = ["Nowhere"] }).Fit(herd)
                )
                .Message
        );
    }

    [Theory]
    [InlineData("flies13_20190128.predictions.slp")]
    [InlineData("centered_pair_predictions.slp")]
    public void RealRecordings(string file)
    {
        var pose = _ml.Pose();
        var poses = pose.LoadLabels(
            Path.Combine(TestFolder.Repository, "tests", "data", file),
            new() { Instances = InstanceChoice.Predicted, Layout = InstanceLayout.Many }
        );
        var view = pose.RemoveJumps("Keypoints")
            .Append(pose.Interpolate("Keypoints", new() { Method = InterpolationMethod.Pchip }))
            .Append(pose.Smooth("Keypoints", new SmoothOptions { Method = SmoothMethod.SavitzkyGolay }))
            .Append(pose.Kinematics("Keypoints"))
            .Append(pose.Social("Keypoints"))
            .Append(pose.ToInstances("Keypoints"))
            .Fit(poses)
            .Transform(poses);
        var animals =
            Poses.Column<float[]>(poses, "Keypoints").Sum(row => row.Length)
            / (2 * PoseColumn.SkeletonOf(poses.Schema["Keypoints"]).Nodes.Length);
        float[] speed = Poses.Column<float>(view, "Speed"),
            distance = Poses.Column<float>(view, "AnimalDistance");
        Assert.InRange(speed.Length, animals * 0.99, animals);
        float[] seen = [.. speed.Where(float.IsFinite).Order()];
        Assert.True(seen.Length > 0.9 * speed.Length, $"{seen.Length} of {speed.Length} speeds");
        // Flies walk some pixels a frame; a mix-up of two would be tens.
        Assert.InRange(seen[seen.Length / 2], 0.01, 5);
        Assert.InRange(distance.Where(float.IsFinite).Average(), 10, 600);
    }

    private static double[] Points(int frame, int animal) =>
        [(100 * animal) + frame, 5, (100 * animal) + frame - 4, 9, (100 * animal) + frame - 10, 6];

    private static string[] Slots(IDataView view, string column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema[column].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static string[] Text(IDataView view) =>
        [
            .. view
                .Schema.Where(column => !column.IsHidden && column.Name != "Image")
                .Select(column =>
                    column.Name
                    + ": "
                    + column.Type switch
                    {
                        VectorDataViewType { ItemType.RawType: var raw } when raw == typeof(float) => string.Join(
                            " | ",
                            Poses.Column<float[]>(view, column.Name).Select(row => string.Join(" ", row))
                        ),
                        { RawType: var raw } when raw == typeof(float) => string.Join(
                            " ",
                            Poses.Column<float>(view, column.Name)
                        ),
                        KeyDataViewType => string.Join(" ", Poses.Column<uint>(view, column.Name)),
                        _ => "",
                    }
                ),
        ];

    private IDataView View(bool many, bool predicted)
    {
        var view = Herd.View(_ml, 12, many ? 3 : 1, Points);
        return predicted
            ? _ml
                .Transforms.CopyColumns("PredictedKeypoints", "Keypoints")
                .Append(_ml.Transforms.CopyColumns("PredictedTrack", "Track"))
                .Fit(view)
                .Transform(view)
            : view;
    }

    private IEstimator<ITransformer> Make(string name, string column)
    {
        var pose = _ml.Pose();
        return name switch
        {
            "Smooth" => pose.Smooth(
                column,
                new SmoothOptions { Method = SmoothMethod.SavitzkyGolay, OutputColumn = "Smooth" }
            ),
            "Interpolate" => pose.Interpolate(column, new() { Method = InterpolationMethod.Cubic }),
            "RemoveJumps" => pose.RemoveJumps(column),
            "RepairSwaps" => pose.RepairSwaps(column, new() { MinGain = 1 }),
            "Egocentric" => pose.Egocentric(
                column,
                new()
                {
                    Origin = "left",
                    From = "tail",
                    To = "snout",
                    OutputColumn = "Ego",
                }
            ),
            "NormalizeSize" => pose.NormalizeSize(column, new() { Body = ["snout", "tail"], Window = 3 }),
            "BodyLength" => pose.BodyLength(column, new() { Body = ["snout", "tail"] }),
            "Distances" => pose.Distances(column, new() { Pairs = [new("snout", "tail")] }),
            "Angles" => pose.Angles(column, new() { Corners = [new("snout", "left", "tail")] }),
            "Social" => pose.Social(column, new() { HeadingFrom = "tail", HeadingTo = "snout" }),
            "Kinematics" => pose.Kinematics(column, new() { Node = "snout" }),
            "InRegions" => pose.InRegions(
                column,
                new()
                {
                    Regions = [Region.Circle("nest", 0, 0, 50), Region.Polygon("arm", (0, 0), (200, 0), (200, 200))],
                }
            ),
            "Rolling" => pose.Rolling(
                column,
                new() { Window = 5, Statistics = [RollingStatistic.Sd, RollingStatistic.Max] }
            ),
            _ => pose.ToInstances(column),
        };
    }

    private sealed class Wrong
    {
        [VectorType(2, 2)]
        public float[] Keypoints { get; set; } = [];

        [KeyType(5)]
        public uint[] Track { get; set; } = [];
    }
}
