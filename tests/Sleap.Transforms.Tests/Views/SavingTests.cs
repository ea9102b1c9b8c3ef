using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using ParquetSharp;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class SavingTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void PredictionsBecomePredictedInstances()
    {
        var labels = _ml.Pose().ToLabels(Predictions());
        Assert.Equal([0, 1, 2], labels.Frames.Select(frame => frame.FrameIndex));
        var animal = labels.Frames[0].Instances.Single();
        Assert.True(animal.IsPredicted);
        Assert.Equal(0.75f, animal.Score);
        Assert.Equal([0.5f, 1f], animal.Points.Select(point => point.Score));
        Assert.Equal((1, 2), (animal.Points[0].X, animal.Points[0].Y));
        Assert.Empty(labels.Frames[1].Instances);
        Assert.True(labels.Frames[2].Instances.Single().Points[0].IsMissing);
        Assert.Equal(1, (int)labels.Provenance["frames"]!["empty"]!);
        Assert.Equal(3, (int)labels.Provenance["frames"]!["requested"]!);
        Assert.StartsWith("Sleap.Transforms ", (string)labels.Provenance["created_by"]!);
    }

    [Fact]
    public void SlpFilesHoldWhatTheViewHeld()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        pose.SaveLabels(Predictions(), folder["p.slp"]);
        var back = pose.LoadLabels(
            folder["p.slp"],
            new LabelsOptions { Instances = InstanceChoice.Predicted, KeepEmptyFrames = true }
        );
        Assert.Equal(
            Poses.Column<float[]>(Predictions(), "PredictedKeypoints")[0],
            Poses.Column<float[]>(back, "Keypoints")[0]
        );
        Assert.Equal([0, 1, 2], Poses.Column<int>(back, "FrameIndex"));
    }

    [Fact]
    public void TheTableHasARowForEachNodeOfEachAnimal()
    {
        var table = _ml.Pose().ToDataFrame(Predictions());
        Assert.Equal(
            ["video", "frame", "instance", "track", "node", "x", "y", "score"],
            table.Columns.Select(column => column.Name)
        );
        Assert.Equal(4, table.Rows.Count);
        Assert.Equal(["snout", "tail", "snout", "tail"], table.Columns["node"].Cast<string>());
        Assert.Equal([1f, 3f, null, 7f], table.Columns["x"].Cast<float?>());
        Assert.Equal([0, 0, 2, 2], table.Columns["frame"].Cast<int?>().Select(value => value!.Value));
        Assert.Equal([0.5f, 1f, null, 0.25f], table.Columns["score"].Cast<float?>());
    }

    [Fact]
    public void AllRowsAreInTheTable()
    {
        var view = Poses.Path(_ml, [.. Enumerable.Range(0, 1234).Select(i => (i, (float)i, 0f))]);
        var table = _ml.Pose().ToDataFrame(view);
        Assert.Equal(1234, table.Rows.Count);
        Assert.Equal("node0", table.Columns["node"][5]);
    }

    [Fact]
    public void CsvIsTheSameTable()
    {
        using var folder = new TestFolder();
        _ml.Pose().SaveCsv(Predictions(), folder["p.csv"]);
        Assert.Equal(
            [
                "video,frame,instance,track,node,x,y,score",
                "\"a,\"\"b\"\".mp4\",0,0,,snout,1,2,0.5",
                "\"a,\"\"b\"\".mp4\",0,0,,tail,3,4,1",
                "\"a,\"\"b\"\".mp4\",2,0,,snout,,,",
                "\"a,\"\"b\"\".mp4\",2,0,,tail,7,8.5,0.25",
            ],
            File.ReadAllLines(folder["p.csv"])
        );
        Assert.Single(Directory.GetFiles(folder.Path));
        // The library's own reader takes it.
        Assert.Equal(2, Labels.Load(folder["p.csv"]).Frames.Count);
    }

    [Fact]
    public void ParquetIsTheSameTableWithTypes()
    {
        using var folder = new TestFolder();
        _ml.Pose().SaveTable(Predictions(), folder["p.csv"]);
        _ml.Pose().SaveTable(Predictions(), folder["p.parquet"], new TableOptions { FramesPerSecond = 4 });
        Assert.Equal(5, File.ReadAllLines(folder["p.csv"]).Length);
        using var file = new ParquetFileReader(folder["p.parquet"]);
        using var group = file.RowGroup(0);
        Assert.Equal(
            ["video", "frame", "time", "instance", "track", "node", "x", "y", "score"],
            Enumerable.Range(0, 9).Select(i => file.FileMetaData.Schema.Column(i).Name)
        );
        Assert.Equal([0, 0, 2, 2], group.Column(1).LogicalReader<int?>().ReadAll(4));
        Assert.Equal([0, 0, 0.5, 0.5], group.Column(2).LogicalReader<double?>().ReadAll(4));
        Assert.All(group.Column(4).LogicalReader<string?>().ReadAll(4), Assert.Null);
        Assert.Equal(["snout", "tail", "snout", "tail"], group.Column(5).LogicalReader<string>().ReadAll(4));
        Assert.Equal([1f, 3f, null, 7f], group.Column(6).LogicalReader<float?>().ReadAll(4));
        Assert.Equal([0.5f, 1f, null, 0.25f], group.Column(8).LogicalReader<float?>().ReadAll(4));
    }

    [Fact]
    public void ATableOfAnotherEndingIsRefusedBeforeItIsWritten()
    {
        using var folder = new TestFolder();
        var fault = Assert.Throws<ArgumentException>(() => _ml.Pose().SaveTable(Predictions(), folder["p.xlsx"]));
        Assert.Contains(".parquet", fault.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void TracksKeepTheirNames()
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
                    )
                )
            );
        var table = _ml.Pose().ToDataFrame(view);
        Assert.Equal(["b", "b", "b", "a", "a", "a"], table.Columns["track"].Cast<string>());
        Assert.Equal([0, 0, 0, 1, 1, 1], table.Columns["instance"].Cast<int?>().Select(value => value!.Value));
    }

    [Fact]
    public void AViewWithoutPosesIsRefused()
    {
        var view = new RichView(2);
        var message = Assert.Throws<ArgumentException>(() => _ml.Pose().ToLabels(view)).Message;
        Assert.Contains("'PredictedKeypoints'", message);
        Assert.Contains("X, Text, Key", message);
        var wrong = Assert
            .Throws<ArgumentException>(() =>
                _ml.Pose().ToLabels(view, new PoseColumnOptions { PredictedKeypoints = "Text" })
            )
            .Message;
        Assert.Contains("'Text'", wrong);
        Assert.Contains("expected keypoints", wrong);
    }

    /// <summary>Three frames of a two-node animal: whole, empty, and with one node.</summary>
    private IDataView Predictions()
    {
        var skeleton = new Skeleton("mouse", ["snout", "tail"]);
        var rows = _ml.Data.LoadFromEnumerable(
            new[]
            {
                new Row
                {
                    FrameIndex = 0,
                    P = [1, 2, 3, 4],
                    KeypointScore = [0.5f, 1],
                    InstanceScore = 0.75f,
                },
                new Row
                {
                    FrameIndex = 1,
                    P = [float.NaN, float.NaN, float.NaN, float.NaN],
                    KeypointScore = [0, 0],
                    InstanceScore = 0,
                },
                new Row
                {
                    FrameIndex = 2,
                    P = [float.NaN, float.NaN, 7, 8.5f],
                    KeypointScore = [float.NaN, 0.25f],
                    InstanceScore = 0.25f,
                },
            }
        );
        return new MappedDataView(
            rows,
            new MapperBinding(
                rows.Schema,
                new WithSkeleton(rows.Schema["P"], KeypointColumns.Fixed("PredictedKeypoints", skeleton))
            )
        );
    }

    private sealed class Row
    {
        public string Video { get; set; } = "a,\"b\".mp4";

        public int FrameIndex { get; set; }

        [VectorType(4)]
        public float[] P { get; set; } = [];

        [VectorType(2)]
        public float[] KeypointScore { get; set; } = [];

        public float InstanceScore { get; set; }
    }

    private sealed class WithSkeleton(DataViewSchema.Column input, OutputColumn output) : PoseMapper
    {
        public override IReadOnlyList<OutputColumn> Outputs => [output];

        public override IReadOnlyList<DataViewSchema.Column> Inputs => [input];

        public override PosePass Begin(DataViewRow row, IReadOnlyList<bool> activeOutputs) =>
            new Pass(row.GetGetter<VBuffer<float>>(input));

        private sealed class Pass(ValueGetter<VBuffer<float>> getter) : PosePass
        {
            private VBuffer<float> _value;

            public override void Read(int slot) => getter(ref _value);

            public override void Process(int count) { }

            public override Delegate CreateGetter(int output, Func<int> slot) =>
                (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => _value.CopyTo(ref value));
        }
    }
}
