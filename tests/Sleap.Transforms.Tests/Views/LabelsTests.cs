using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class LabelsTests
{
    private static readonly double[] Visible = [1, 2, double.NaN, double.NaN, 5, 6];

    private readonly MLContext _ml = new(1);

    [Fact]
    public void OneAnimalIsAFixedVector()
    {
        Track track = new("a");
        var view = _ml.Pose()
            .FromLabels(
                Poses.Labels(
                    (3, [Poses.Animal(Poses.Mouse, false, track, Visible)]),
                    (9, [Poses.Animal(Poses.Mouse, false, null, 0, 0, 1, 1, 2, 2)])
                )
            );
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 3, 2), view.Schema["Keypoints"].Type);
        Assert.IsType<KeyDataViewType>(view.Schema["Track"].Type);
        Assert.Equal([3, 9], view.GetColumn<int>("FrameIndex"));
        Assert.Equal([1u, 0u], view.GetColumn<uint>("Track"));
        Assert.Equal(
            [
                [1, 2, float.NaN, float.NaN, 5, 6],
                [0, 0, 1, 1, 2, 2],
            ],
            view.GetColumn<float[]>("Keypoints")
        );
        Assert.Equal(["not-there.mp4", "not-there.mp4"], view.GetColumn<string>("Video"));
        Assert.Equal(2, view.GetRowCount());
    }

    [Fact]
    public void SeveralAnimalsAreAVariableVector()
    {
        Track a = new("a"),
            b = new("b");
        var view = _ml.Pose()
            .FromLabels(
                Poses.Labels(
                    (
                        0,
                        [
                            Poses.Animal(Poses.Mouse, false, b, 1, 1, 1, 1, 1, 1),
                            Poses.Animal(Poses.Mouse, false, a, 2, 2, 2, 2, 2, 2),
                        ]
                    ),
                    (1, [Poses.Animal(Poses.Mouse, false, a, 3, 3, 3, 3, 3, 3)])
                )
            );
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 0, 3, 2), view.Schema["Keypoints"].Type);
        Assert.Equal([12, 6], view.GetColumn<float[]>("Keypoints").Select(k => k.Length));
        Assert.Equal(
            [
                [1u, 2u],
                [2u],
            ],
            view.GetColumn<uint[]>("Track")
        );
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Track"].GetKeyValues(ref names);
        Assert.Equal(["b", "a"], names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void SeveralFilesAndPatternsAreOneView()
    {
        using var folder = new TestFolder();
        Poses.Labels((3, [Poses.Animal(Poses.Mouse, false, new Track("a"), Visible)])).Save(folder["one.slp"]);
        Poses.Labels((9, [Poses.Animal(Poses.Mouse, false, new Track("a"), Visible)])).Save(folder["two.slp"]);
        Assert.Equal([3, 9], _ml.Pose().LoadLabels(folder["*.slp"]).GetColumn<int>("FrameIndex"));
        var view = _ml.Pose().LoadLabels([folder["two.slp"], folder["one.slp"]]);
        Assert.Equal([3, 9], view.GetColumn<int>("FrameIndex"));
        Assert.Equal([1u, 1u], view.GetColumn<uint>("Track"));
        Assert.Single(view.GetColumn<string>("Video").Distinct());
        Assert.Contains(
            "*.h5",
            Assert.Throws<FileNotFoundException>(() => _ml.Pose().LoadLabels(folder["*.h5"])).Message
        );
    }

    [Fact]
    public void UserInstancesWinOverPredictedOnes()
    {
        Instance user = Poses.Animal(Poses.Mouse, false, null, 1, 1, 1, 1, 1, 1),
            predicted = Poses.Animal(Poses.Mouse, true, null, 2, 2, 2, 2, 2, 2);
        var labels = Poses.Labels((0, [user, predicted]), (1, [predicted]));
        float[][] Keypoints(InstanceChoice choice) =>
            [
                .. _ml.Pose()
                    .FromLabels(labels, new LabelsOptions { Instances = choice })
                    .GetColumn<float[]>("Keypoints"),
            ];
        Assert.Equal([1, 2], Keypoints(InstanceChoice.UserElsePredicted).Select(k => k[0]));
        Assert.Equal([1], Keypoints(InstanceChoice.User).Select(k => k[0]));
        Assert.Equal([2, 2], Keypoints(InstanceChoice.Predicted).Select(k => k[0]));
        Assert.Equal([12, 6], Keypoints(InstanceChoice.All).Select(k => k.Length));
    }

    /// <summary>Of two centroids in a frame one is a prediction; the other frames have none.</summary>
    [Fact]
    public void CentroidsOfAPersonAreInstancesWithAllNodesAtThem()
    {
        var path = Path.Combine(TestFolder.Repository, "tests", "golden", "files", "rich.slp");
        var options = new LabelsOptions { Instances = InstanceChoice.UserCentroids };
        var nodes = Labels.Load(path).Skeletons[0].Nodes.Length;
        foreach (
            var view in (IDataView[])
                [_ml.Pose().LoadLabels(path, options), _ml.Pose().FromLabels(Labels.Load(path), options)]
        )
        {
            Assert.Equal([10], view.GetColumn<int>("FrameIndex"));
            var keypoints = Assert.Single(view.GetColumn<float[]>("Keypoints"));
            Assert.Equal(Enumerable.Repeat<float[]>([100.5f, 120.25f], nodes).SelectMany(xy => xy), keypoints);
            Assert.Equal([1u], view.GetColumn<uint>("Track"));
        }

        // Another copy of the file: those of both count.
        using var folder = new TestFolder();
        File.Copy(path, folder["again.slp"]);
        var both = _ml.Pose().LoadLabels([path, folder["again.slp"]], options);
        Assert.All(both.GetColumn<int>("FrameIndex"), frame => Assert.Equal(10, frame));
        Assert.Contains(
            "of the kind UserCentroids",
            Assert
                .Throws<InvalidDataException>(() =>
                    _ml.Pose().FromLabels(Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, Visible)])), options)
                )
                .Message
        );
    }

    [Fact]
    public void AnAnimalWithoutAVisiblePointIsNone()
    {
        var nowhere = Poses.Animal(Poses.Mouse, false, null, [.. Enumerable.Repeat(double.NaN, 6)]);
        var labels = Poses.Labels((0, [nowhere]), (1, [Poses.Animal(Poses.Mouse, false, null, Visible), nowhere]));
        Assert.Equal([1], _ml.Pose().FromLabels(labels).GetColumn<int>("FrameIndex"));
        var all = _ml.Pose().FromLabels(labels, new LabelsOptions { KeepEmptyFrames = true });
        Assert.Equal([0, 1], all.GetColumn<int>("FrameIndex"));
        Assert.All(all.GetColumn<float[]>("Keypoints").First(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void WithoutALabeledFrameTheMessageSaysWhatThereIs()
    {
        var message = Assert.Throws<InvalidDataException>(() => _ml.Pose().FromLabels(Poses.Labels((0, [])))).Message;
        Assert.Contains("no labeled frame", message);
        Assert.Contains("1 frames, 0 instances", message);
        Assert.Contains(
            "no skeleton",
            Assert.Throws<InvalidDataException>(() => _ml.Pose().FromLabels(new Labels([]))).Message
        );
    }

    [Fact]
    public void SeveralSkeletonsMustBeChosenFrom()
    {
        var rat = new Skeleton("rat", ["nose"]);
        var labels = Poses.Labels(
            (0, [Poses.Animal(Poses.Mouse, false, null, Visible)]),
            (1, [Poses.Animal(rat, false, null, 7, 8)])
        );
        var message = Assert.Throws<ArgumentException>(() => _ml.Pose().FromLabels(labels)).Message;
        Assert.Contains("'mouse', 'rat'", message);
        Assert.Equal(
            [
                [7, 8],
            ],
            _ml.Pose().FromLabels(labels, new LabelsOptions { Skeleton = "rat" }).GetColumn<float[]>("Keypoints")
        );
        Assert.Contains(
            "'cat'",
            Assert
                .Throws<ArgumentException>(() => _ml.Pose().FromLabels(labels, new LabelsOptions { Skeleton = "cat" }))
                .Message
        );
    }

    [Fact]
    public void ASingleLayoutRefusesASecondAnimal()
    {
        var animal = Poses.Animal(Poses.Mouse, false, null, Visible);
        var message = Assert
            .Throws<ArgumentException>(() =>
                _ml.Pose()
                    .FromLabels(
                        Poses.Labels((4, [animal, animal])),
                        new LabelsOptions { Layout = InstanceLayout.Single }
                    )
            )
            .Message;
        Assert.Contains("2 instances in frame 4 of not-there.mp4", message);
        Assert.False(
            (
                (VectorDataViewType)
                    _ml.Pose()
                        .FromLabels(Poses.Labels((4, [animal])), new LabelsOptions { Layout = InstanceLayout.Many })
                        .Schema["Keypoints"]
                        .Type
            ).IsKnownSize
        );
    }

    [Fact]
    public void AMovedVideoCanBeGiven()
    {
        var folder = Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1");
        var labels = Poses.Labels((2, [Poses.Animal(Poses.Mouse, false, null, Visible)]));
        var view = _ml.Pose().FromLabels(labels, new LabelsOptions { VideoPath = folder });
        Assert.Equal(folder, view.GetColumn<string>("Video").Single());
        Assert.Equal(640, view.GetColumn<MLImage>("Image").Single().Width);
        Assert.Contains(
            "'nowhere'",
            Assert
                .Throws<FileNotFoundException>(() =>
                    _ml.Pose().FromLabels(labels, new LabelsOptions { VideoPath = "nowhere" })
                )
                .Message
        );
        var other = new LabeledFrame
        {
            Video = Video.FromFile("other.mp4"),
            FrameIndex = 0,
            Instances = labels.Frames[0].Instances,
        };
        Assert.Contains(
            "2 videos",
            Assert
                .Throws<ArgumentException>(() =>
                    _ml.Pose()
                        .FromLabels(new Labels([.. labels.Frames, other]), new LabelsOptions { VideoPath = folder })
                )
                .Message
        );
    }

    [Fact]
    public void ColumnsCanBeNamed()
    {
        var columns = new PoseColumnOptions
        {
            Video = "Film",
            Image = "Picture",
            Keypoints = "Points",
        };
        var view = _ml.Pose()
            .FromLabels(
                Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, Visible)])),
                new LabelsOptions { Columns = columns }
            );
        Assert.Equal(
            ["Film", "FrameIndex", "Picture", "FrameError", "Points", "Track"],
            view.Schema.Select(column => column.Name)
        );
    }

    [Fact]
    public void AMissingFileIsNamed() =>
        Assert.Contains(
            "nowhere.slp",
            Assert.Throws<FileNotFoundException>(() => _ml.Pose().LoadLabels("nowhere.slp")).Message
        );

    [Fact]
    public void LabelsComeBackAsTheyWere()
    {
        Track track = new("a");
        var labels = Poses.Labels(
            (
                3,
                [
                    Poses.Animal(Poses.Mouse, false, track, Visible),
                    Poses.Animal(Poses.Mouse, false, null, 0, 0, 1, 1, 2, 2),
                ]
            ),
            (5, [Poses.Animal(Poses.Mouse, false, track, Visible)])
        );
        var back = _ml.Pose().ToLabels(_ml.Pose().FromLabels(labels));
        Assert.Equal([3, 5], back.Frames.Select(frame => frame.FrameIndex));
        Assert.Same(labels.Videos[0], back.Videos[0]);
        Assert.Equal(Poses.Mouse, back.Skeletons.Single());
        var first = back.Frames[0].Instances[0];
        Assert.False(first.IsPredicted);
        Assert.Equal("a", first.Track!.Name);
        Assert.Same(first.Track, back.Frames[1].Instances[0].Track);
        Assert.Null(back.Frames[0].Instances[1].Track);
        Assert.True(first.Points[1].IsMissing);
        Assert.Equal((5, 6), (first.Points[2].X, first.Points[2].Y));
        Assert.Equal(2, (int)back.Provenance["frames"]!["processed"]!);
    }
}
