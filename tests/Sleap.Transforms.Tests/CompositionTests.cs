using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

/// <summary>Our views and transformers among ML.NET's own.</summary>
public sealed class CompositionTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void PosesBecomeFeaturesWithNamedSlots()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        var pipeline = _ml.Pose()
            .Smooth("Keypoints", outputColumn: "Smooth")
            .Append(_ml.Pose().Kinematics("Smooth"))
            .Append(_ml.Transforms.Concatenate("Features", "Smooth", "Centroid", "Speed"))
            .Append(
                _ml.Transforms.CustomMapping<Moved, Label>((from, to) => to.IsFast = from.Speed > 5, contractName: null)
            )
            .Append((IEstimator<ITransformer>)_ml.Transforms.DropColumns("Centroid"));
        var view = pipeline.Fit(labels).Transform(labels);

        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 11), view.Schema["Features"].Type);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        view.Schema["Features"].GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        Assert.Equal("Smooth.snout.x", names[0]);
        Assert.Equal("Centroid.y", names[9]);
        var speed = Poses.Column<float>(view, "Speed");
        Assert.Equal(speed.Select(value => value > 5), view.GetColumn<bool>("IsFast"));
        Assert.Equal(speed, view.GetColumn<float[]>("Features").Select(features => features[10]));
        Assert.Contains(true, view.GetColumn<bool>("IsFast"));
    }

    [Fact]
    public void PreviewShowsPicturesAndPoses()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        var preview = _ml.Pose().Smooth("Keypoints").Preview(labels, maxRows: 3);
        Assert.Equal(3, preview.RowView.Length);
        Assert.IsType<MLImage>(preview.RowView[2].Values.First(pair => pair.Key == "Image").Value);
    }

    [Fact]
    public void MlNetsOwnSplitKeepsPictures()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        var split = _ml.Data.TrainTestSplit(labels, testFraction: 0.25, seed: 1);
        int[] train = Poses.Column<int>(split.TrainSet, "FrameIndex"),
            test = Poses.Column<int>(split.TestSet, "FrameIndex");
        Assert.Equal(Enumerable.Range(0, 116), train.Concat(test).Order());
        Assert.Equal(test.Length, Poses.Column<MLImage>(split.TestSet, "Image").Length);
        Assert.Equal(
            0,
            _ml.Pose()
                .Evaluate(
                    _ml.Transforms.CopyColumns("PredictedKeypoints", "Keypoints")
                        .Fit(split.TestSet)
                        .Transform(split.TestSet)
                )
                .Rmse
        );
    }

    [Fact]
    public void SkippedAndFilteredRowsAreSmoothedAmongWhatIsLeft()
    {
        var path = Poses.Path(_ml, [.. Enumerable.Range(0, 10).Select(i => (i, (float)(i * i), 0f))]);
        var some = _ml.Data.TakeRows(_ml.Data.SkipRows(path, 2), 5);
        var smooth = _ml.Pose().Smooth("Keypoints", 3).Fit(some).Transform(some);
        Assert.Equal([6.5f, 9, 16, 25, 30.5f], Poses.Column<float[]>(smooth, "Keypoints").Select(k => k[0]));
        // Fewer rows than the window, and rows taken from the smoothed view.
        Assert.Equal(
            [0.5f, 1],
            Poses
                .Column<float[]>(
                    _ml.Data.TakeRows(_ml.Pose().Smooth("Keypoints", 3).Fit(path).Transform(path), 2),
                    "Keypoints"
                )
                .Select(k => k[0])
        );
    }

    [Fact]
    public void RowsOfOurOwnClassComeOutOfTheView()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        Frame[] rows = [.. _ml.Data.CreateEnumerable<Frame>(_ml.Data.TakeRows(labels, 3), reuseRowObject: false)];
        Assert.Equal([0, 1, 2], rows.Select(row => row.FrameIndex));
        Assert.All(rows, row => Assert.Equal(8, row.Keypoints.Length));
        Assert.EndsWith("m4s1", rows[0].Video);
    }

    private sealed class Moved
    {
        public float Speed { get; set; }
    }

    private sealed class Label
    {
        public bool IsFast { get; set; }
    }

    private sealed class Frame
    {
        public string Video { get; set; } = "";

        public int FrameIndex { get; set; }

        public float[] Keypoints { get; set; } = [];
    }
}
