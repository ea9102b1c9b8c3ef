using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The columns of several animals name the values of one animal, so that they can become columns of one animal.
/// </summary>
public sealed class AnimalSlotNamesTests
{
    private readonly MLContext _ml = new(1);

    private PoseCatalog Pose => _ml.Pose();

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void ToInstances_takes_every_column_of_every_model(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var poses = model.Transform(SampleModels.Frames(_ml, kind, 2));
        var estimator = Pose.ToInstances("PredictedKeypoints");
        var transformer = estimator.Fit(poses);
        SchemaAssert.Same(estimator, transformer, poses.Schema);
        var animals = transformer.Transform(poses);
        Assert.NotEmpty(animals.GetColumn<int>("FrameIndex"));
        Assert.Equal(["x", "y"], Slots(animals, "PredictedCentroid"));
        Assert.Equal(model.Skeleton.Nodes, Slots(animals, "KeypointScore"));
        Assert.Equal(
            model.Skeleton.Nodes.SelectMany(node => new[] { $"{node}.x", $"{node}.y" }),
            Slots(animals, "PredictedKeypoints")
        );
        if (model.Classes.Count > 0)
            Assert.Equal(model.Classes, Slots(animals, "IdentityScore"));
        Assert.DoesNotContain(
            animals.Schema,
            column => !column.IsHidden && column.Type is VectorDataViewType { IsKnownSize: false }
        );
    }

    [Fact]
    public void The_values_of_an_animal_go_to_its_row()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, PoseModelKind.BottomUpId, 3)));
        var animals = Pose.ToInstances("PredictedKeypoints").Fit(poses).Transform(poses);
        foreach (var column in (string[])["PredictedKeypoints", "KeypointScore", "PredictedCentroid", "IdentityScore"])
        {
            Assert.Equal(
                poses.GetColumn<float[]>(column).SelectMany(row => row),
                animals.GetColumn<float[]>(column).SelectMany(row => row)
            );
        }

        Assert.Equal(
            poses.GetColumn<uint[]>("PredictedIdentity").SelectMany(row => row),
            animals.GetColumn<uint>("PredictedIdentity")
        );
        Assert.Equal(
            poses.GetColumn<float[]>("InstanceScore").SelectMany(row => row),
            animals.GetColumn<float>("InstanceScore")
        );
    }

    [Theory]
    [InlineData("PredictedCentroid")]
    [InlineData("IdentityScore")]
    [InlineData("KeypointScore")]
    public void Rolling_takes_the_columns_of_a_model_of_several_animals(string column)
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var found = model.Transform(SampleModels.Frames(_ml, PoseModelKind.BottomUpId, 3));
        var poses = _ml.Data.Cache(Pose.Track(new() { MaxTracks = 2 }).Fit(found).Transform(found));
        var estimator = Pose.Rolling(column, new() { Window = 3, Statistics = [RollingStatistic.Mean] });
        var transformer = estimator.Fit(poses);
        SchemaAssert.Same(estimator, transformer, poses.Schema);
        var animals = Pose.ToInstances("PredictedKeypoints")
            .Fit(transformer.Transform(poses))
            .Transform(transformer.Transform(poses));
        Assert.Equal(Slots(animals, column), Slots(animals, column + "Mean"));
        var (frames, tracks) = (
            animals.GetColumn<int>("FrameIndex").ToArray(),
            animals.GetColumn<uint>("PredictedTrack").ToArray()
        );
        var (values, means) = (
            animals.GetColumn<float[]>(column).ToArray(),
            animals.GetColumn<float[]>(column + "Mean").ToArray()
        );
        Assert.Equal(6, frames.Length);
        var middle = Array.FindIndex(frames, frame => frame == 1);
        float[][] own = [.. values.Where((_, row) => tracks[row] == tracks[middle])];
        Assert.Equal(3, own.Length);
        for (var slot = 0; slot < means[middle].Length; slot++)
        {
            Assert.Equal(
                own.Select(value => value[slot]).Where(float.IsFinite).DefaultIfEmpty(float.NaN).Average(),
                means[middle][slot],
                1e-3f
            );
        }
    }

    [Fact]
    public void The_announced_columns_of_a_model_are_those_that_come_with_names()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDownId);
        var schema = model.GetOutputSchema(SampleModels.Frames(_ml, PoseModelKind.TopDownId, 1).Schema);
        var announced = Pose.TopDownId().GetOutputSchema(LabelsShape());
        Assert.Contains("PredictedCentroid: AnimalSlotNames", NamesOf(announced));
        Assert.Equal(NamesOf(SchemaShapes.Of(schema)), NamesOf(announced));

        string NamesOf(SchemaShape shape) =>
            string.Join(
                ", ",
                shape
                    .Where(column => SampleModels.Outputs(model).Contains(column.Name))
                    .Select(column =>
                        $"{column.Name}: "
                        + $"{string.Join(' ', column.Annotations.Select(annotation => annotation.Name).Order())}"
                    )
                    .Order()
            );
    }

    [Fact]
    public void Columns_of_others_that_name_nothing_stay_as_they_are()
    {
        var view = Foreign();
        const string message = "'Foreign' is Vector<Single, *, 2> and does not name its 2 values";
        Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(() => Pose.ToInstances("PredictedKeypoints").Fit(view)).Message
        );
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Pose.Rolling("Foreign").Fit(view)).Message);
        var estimator = Pose.ToInstances("PredictedKeypoints", new() { Values = [] });
        var transformer = estimator.Fit(view);
        SchemaAssert.Same(estimator, transformer, view.Schema);
        var animals = transformer.Transform(view);
        Assert.Equal([1, 2, 3, 4], Assert.Single(animals.GetColumn<float[]>("PredictedKeypoints")));
        Assert.Equal(["node0.x", "node0.y", "node1.x", "node1.y"], Slots(animals, "PredictedKeypoints"));
        Assert.IsType<VectorDataViewType>(animals.Schema["Foreign"].Type);
    }

    [Fact]
    public void ToInstances_of_labels_leaves_out_what_a_model_found_beside_them()
    {
        // One labeled animal, two found ones: they are not the same animals, nor as many.
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var labels = Pose.FromLabels(
            new Labels([
                new LabeledFrame
                {
                    Video = Video.FromFile(SampleModels.VideoOf(PoseModelKind.BottomUpId)),
                    FrameIndex = 0,
                    Instances =
                    [
                        new Instance
                        {
                            Skeleton = model.Skeleton,
                            Points = [.. model.Skeleton.Nodes.Select((_, node) => new Point(node, 1))],
                        },
                    ],
                },
            ]),
            new LabelsOptions { Layout = InstanceLayout.Many }
        );
        var both = model.Transform(labels);
        Assert.Equal(4, Assert.Single(both.GetColumn<float[]>("PredictedCentroid")).Length);
        var animals = Pose.ToInstances("Keypoints").Fit(both).Transform(both);
        Assert.Equal(1, Assert.Single(animals.GetColumn<float[]>("Keypoints"))[1]);
    }

    [Fact]
    public void A_window_behind_ToInstances_is_an_error_and_not_a_shorter_window()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, PoseModelKind.BottomUpId, 3)));
        var rows = Pose.Kinematics().Append(Pose.ToInstances()).Fit(poses).Transform(poses);
        foreach (var trailing in (bool[])[false, true])
        {
            var late = Pose.Rolling("Speed", new() { Window = 3, Trailing = trailing }).Fit(rows).Transform(rows);
            Assert.Contains(
                "Put Rolling before ToInstances",
                Assert.Throws<InvalidDataException>(() => late.GetColumn<float>("SpeedMean").ToArray()).Message
            );
        }
    }

    private static string[] Slots(IDataView view, string column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema[column].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private SchemaShape LabelsShape()
    {
        using var folder = new PairFolder(2);
        return SchemaShapes.Of(folder.View(_ml).Schema);
    }

    private IDataView Foreign()
    {
        var definition = SchemaDefinition.Create(typeof(ForeignRow));
        definition["PredictedKeypoints"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 0, 2, 2);
        definition["Foreign"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 0, 2);
        return _ml.Data.LoadFromEnumerable(
            [new ForeignRow { PredictedKeypoints = [1, 2, 3, 4], Foreign = [5, 6] }],
            definition
        );
    }

    private sealed class ForeignRow
    {
        public float[] PredictedKeypoints { get; set; } = [];
        public float[] Foreign { get; set; } = [];
    }
}
