using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class DataFrameTests
{
    private readonly MLContext _ml = new(1);

    private static string Flies =>
        Path.Combine(TestFolder.Repository, "tests", "data", "flies13_20190128.predictions.slp");

    [Fact]
    public void AWideTableHasARowForEachAnimal()
    {
        var table = _ml.Pose()
            .ToDataFrame(TwoMice(), new TableOptions { Layout = TableLayout.Wide, FramesPerSecond = 25 });
        Assert.Equal(
            [
                "video",
                "frame",
                "time",
                "instance",
                "track",
                "score",
                "snout.x",
                "snout.y",
                "snout.score",
                "left.x",
                "left.y",
                "left.score",
                "tail.x",
                "tail.y",
                "tail.score",
            ],
            table.Columns.Select(column => column.Name)
        );
        Assert.Equal(3, table.Rows.Count);
        Assert.Equal([0.0, 0.0, 0.2], table.Columns["time"].Cast<double?>().Select(time => time!.Value));
        Assert.Equal(["b", "a", "b"], table.Columns["track"].Cast<string>());
        Assert.Equal([1f, 2f, 5f], table.Columns["snout.x"].Cast<float?>().Select(x => x!.Value));
        Assert.Null(table.Columns["left.x"][2]);
        Assert.Null(table.Columns["score"][0]);
    }

    [Fact]
    public void FurtherColumnsGoAlong()
    {
        var view = _ml.Pose().Kinematics("Keypoints").Fit(OneMouse()).Transform(OneMouse());
        var table = _ml.Pose()
            .ToDataFrame(view, new TableOptions { Layout = TableLayout.Wide, Extra = ["Speed", "Centroid", "Track"] });
        Assert.Equal(
            ["Speed", "Centroid.x", "Centroid.y", "Track"],
            table.Columns.Select(column => column.Name).TakeLast(4)
        );
        Assert.Equal([null, 5f, 5f], table.Columns["Speed"].Cast<float?>());
        Assert.Equal([0f, 3f, 6f], table.Columns["Centroid.x"].Cast<float?>().Select(x => x!.Value));
        Assert.Equal(["m", "m", "m"], table.Columns["Track"].Cast<string>());
    }

    [Fact]
    public void AFurtherColumnOfAllAnimalsIsDividedAmongThem()
    {
        var view = _ml.Pose().FromDataFrame(Csv("frame,instance,node,x,y,score\n0,0,a,1,1,0.5\n0,1,a,2,2,0.25\n"));
        var table = _ml.Pose()
            .ToDataFrame(view, new TableOptions { Extra = ["InstanceScore", "PredictedKeypoints", "PredictedTrack"] });
        Assert.Equal([0.5f, 0.25f], table.Columns["InstanceScore"].Cast<float?>().Select(score => score!.Value));
        Assert.Equal([1f, 2f], table.Columns["PredictedKeypoints.a.x"].Cast<float?>().Select(x => x!.Value));
        Assert.Equal([null, null], table.Columns["PredictedTrack"].Cast<string?>());
    }

    [Fact]
    public void AFurtherColumnWithoutAValueForEachAnimalIsAnError()
    {
        var view = _ml.Pose().FromDataFrame(Csv("frame,instance,node,x,y,score\n0,0,a,1,1,0.5\n0,1,a,2,2,0.25\n"));
        var more = _ml
            .Transforms.CustomMapping<Frame, Three>((_, three) => three.Values = [1, 2, 3], null)
            .Fit(view)
            .Transform(view);
        Assert.Contains(
            "SaveCsv: the column 'Values' has 3 values in a row of 2 instances, expected one for each instance",
            Assert
                .Throws<InvalidOperationException>(() =>
                    _ml.Pose()
                        .SaveCsv(
                            more,
                            Path.Combine(Path.GetTempPath(), "never-there.csv"),
                            new TableOptions { Extra = ["Values"] }
                        )
                )
                .Message
        );
    }

    [Theory]
    [InlineData(TableLayout.Tidy)]
    [InlineData(TableLayout.Wide)]
    public void ARecordingGoesThereAndBack(TableLayout layout)
    {
        var pose = _ml.Pose();
        var view = pose.LoadLabels(Flies, new LabelsOptions { Instances = InstanceChoice.UserElsePredicted });
        var table = pose.ToDataFrame(view, new TableOptions { Layout = layout });
        var back = pose.FromDataFrame(table, SkeletonAnnotations.Read(view.Schema["Keypoints"]));
        Assert.Equal(view.Schema["Keypoints"].Type, back.Schema["Keypoints"].Type);
        Assert.Equal(Poses.Column<int>(view, "FrameIndex"), Poses.Column<int>(back, "FrameIndex"));
        Assert.Equal(Poses.Column<float[]>(view, "Keypoints"), Poses.Column<float[]>(back, "Keypoints"));
        Labels labels = pose.ToLabels(view),
            again = pose.ToLabels(back);
        Assert.Equal(
            labels.Frames.SelectMany(frame => frame.Instances).Select(animal => animal.Track?.Name),
            again.Frames.SelectMany(frame => frame.Instances).Select(animal => animal.Track?.Name)
        );
        Assert.Equal(labels.Skeletons[0], again.Skeletons[0]);
    }

    [Fact]
    public void PredictionsComeBackWithTheirScores()
    {
        var pose = _ml.Pose();
        var view = pose.FromDataFrame(
            Csv(
                "frame,instance,track,score,snout.x,snout.y,snout.score,tail.x,tail.y,tail.score\n"
                    + "4,0,m,0.75,1,2,0.5,3,4,1\n6,0,m,0.25,,,,7,8.5,0.25\n"
            )
        );
        Assert.Equal(
            ["PredictedKeypoints", "PredictedTrack", "KeypointScore", "InstanceScore"],
            view.Schema.Select(column => column.Name).TakeLast(4)
        );
        Assert.Equal([0.75f, 0.25f], Poses.Column<float>(view, "InstanceScore"));
        Assert.Equal([float.NaN, float.NaN, 7, 8.5f], Poses.Column<float[]>(view, "PredictedKeypoints")[1]);
        var labels = pose.ToLabels(view);
        Assert.Equal(
            (4, 0.75f, 0.5f, "m"),
            (
                labels.Frames[0].FrameIndex,
                labels.Frames[0].Instances[0].Score,
                labels.Frames[0].Instances[0].Points[0].Score,
                labels.Frames[0].Instances[0].Track!.Name
            )
        );
        // A trainer takes one animal of a fixed size.
        Assert.True(((VectorDataViewType)view.Schema["PredictedKeypoints"].Type).IsKnownSize);
    }

    [Fact]
    public void NumbersReadAsTextAreNumbers()
    {
        // The reader of CSV takes a column for text when it does not know better.
        var table = new DataFrame(
            new Int32DataFrameColumn("frame", [0, 0]),
            new StringDataFrameColumn("node", ["snout", "tail"]),
            new StringDataFrameColumn("x", ["", "2.5"]),
            new StringDataFrameColumn("y", [null!, "3"])
        );
        Assert.Equal(
            [float.NaN, float.NaN, float.NaN, float.NaN, 2.5f, 3],
            Poses.Column<float[]>(_ml.Pose().FromDataFrame(table, Poses.Mouse), "Keypoints")[0]
        );
    }

    [Fact]
    public void SavedLabelsAreATableToo()
    {
        using var folder = new TestFolder();
        var labels = Labels.Load(Path.Combine(TestFolder.Repository, "tests/data/centered_pair_predictions.slp"));
        labels.Save(folder["p.csv"]);
        var view = _ml.Pose().FromDataFrame(DataFrame.LoadCsv(folder["p.csv"]));
        Assert.Equal(
            labels.Frames[3].Instances.Select(instance => instance.Score),
            Poses.Column<float[]>(view, "InstanceScore")[3]
        );
        Assert.Equal(labels.Frames.Select(frame => frame.FrameIndex), Poses.Column<int>(view, "FrameIndex"));
    }

    [Fact]
    public void RowsLeftOutAreMissingNodes()
    {
        var pose = _ml.Pose();
        var table = pose.ToDataFrame(TwoMice());
        var back = pose.FromDataFrame(table.Filter(table["node"].ElementwiseNotEquals("left")), Poses.Mouse);
        Assert.Equal(
            [1, 1, float.NaN, float.NaN, 1, 1, 2, 2, float.NaN, float.NaN, 2, 2],
            Poses.Column<float[]>(back, "Keypoints")[0]
        );
    }

    [Theory]
    [InlineData("node,x,y\na,1,2\n", "no column frame")]
    [InlineData("frame,x,y\n0,1,2\n", "there is no node")]
    [InlineData(
        "frame,node,x,y\n0,a,1,2\n0,a,3,4\n",
        "row 1 of the table has the node 'a' of an instance that has it already"
    )]
    [InlineData("frame,node,x,y\n0,q,1,2\n", "'mouse' has no node q")]
    [InlineData("frame,node,x,y\n-1,snout,1,2\n", "row 0 of the table has no frame number")]
    [InlineData("frame,node,x,y\n0,snout,left,2\n", "'left' in the column 'x'")]
    [InlineData(
        "frame,instance,track,node,x,y\n0,0,a,snout,1,2\n0,0,b,tail,1,2\n",
        "has the track 'b', and the instance 0 of this frame has 'a'"
    )]
    public void WhatIsNoTableOfPosesIsRefused(string csv, string message)
    {
        var skeleton = message.Contains("'a' of an instance") ? null : Poses.Mouse;
        Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(() => _ml.Pose().FromDataFrame(Csv(csv), skeleton)).Message
        );
    }

    [Fact]
    public void OptionsAreCheckedTogether()
    {
        var faults = Assert
            .Throws<ArgumentException>(() =>
                new TableOptions
                {
                    Layout = (TableLayout)9,
                    FramesPerSecond = 0,
                    Extra = [""],
                }.Checked()
            )
            .Message;
        Assert.Contains("Layout is 9", faults);
        Assert.Contains("FramesPerSecond is 0", faults);
        Assert.Contains("Extra has an empty name", faults);
        Assert.Contains(
            "two columns 'x'",
            Assert
                .Throws<ArgumentException>(() => _ml.Pose().ToDataFrame(Named("x"), new TableOptions { Extra = ["x"] }))
                .Message
        );
        Assert.Contains(
            "no column 'Speed'",
            Assert
                .Throws<ArgumentException>(() =>
                    _ml.Pose().ToDataFrame(TwoMice(), new TableOptions { Extra = ["Speed"] })
                )
                .Message
        );
    }

    /// <summary>
    /// What docs/dataframe.md shows: mean speed by animal and minute, and time in a part of the arena.
    /// </summary>
    [Fact]
    public void GroupsByAnimalAndMinute()
    {
        var pose = _ml.Pose();
        const double rate = 30;
        var table = pose.ToDataFrame(
            pose.LoadLabels(Flies, new LabelsOptions { Instances = InstanceChoice.UserElsePredicted }),
            new TableOptions { Layout = TableLayout.Wide, FramesPerSecond = rate }
        );
        var (track, time, x, y) = (
            table.Columns.GetStringColumn("track"),
            table.Columns.GetDoubleColumn("time"),
            table.Columns.GetSingleColumn("thorax.x"),
            table.Columns.GetSingleColumn("thorax.y")
        );
        var last = new Dictionary<string, long>();
        var speed = new DoubleDataFrameColumn(
            "speed",
            Enumerable
                .Range(0, (int)table.Rows.Count)
                .Select(row =>
                {
                    double? value =
                        last.TryGetValue(track[row], out var before)
                        && time[row] - time[before] is { } dt
                        && dt < 1.5 / rate
                        && x[row] is { } px
                        && x[before] is { } bx
                            ? double.Hypot(px - bx, (double)(y[row] - y[before])!) / dt
                            : null;
                    last[track[row]] = row;
                    return value;
                })
        );
        table.Columns.Add(speed);
        table.Columns.Add(
            new StringDataFrameColumn(
                "animal minute",
                track.Zip(
                    time,
                    (name, seconds) =>
                        string.Create(CultureInfo.InvariantCulture, $"{name} minute {(int)(seconds! / 60)}")
                )
            )
        );
        table.Columns.Add(
            new DoubleDataFrameColumn("seconds in upper half", y.Select(value => value < 512 ? (double?)(1 / rate) : 0))
        );
        var means = table.GroupBy("animal minute").Mean("speed");
        var sums = table.GroupBy("track").Sum("seconds in upper half");
        // Two animals, 100 seconds at 30 frames a second.
        Assert.Equal(4, means.Rows.Count);
        Assert.All(means.Columns["speed"].Cast<double?>(), value => Assert.InRange(value!.Value, 1, 500));
        Assert.Equal(2, sums.Rows.Count);
        var upper = y.Count(value => value < 512) / rate;
        Assert.Equal(upper, sums.Columns["seconds in upper half"].Cast<double?>().Sum()!.Value, 6);
        Assert.InRange(upper, 1, 200);
    }

    private static DataFrame Csv(string text) => DataFrame.LoadCsvFromString(text);

    private IDataView Named(string column) =>
        _ml.Transforms.CopyColumns(column, "FrameIndex").Fit(TwoMice()).Transform(TwoMice());

    private IDataView TwoMice()
    {
        Track a = new("a"),
            b = new("b");
        return _ml.Pose()
            .FromLabels(
                Poses.Labels(
                    (
                        0,
                        [
                            Poses.Animal(Poses.Mouse, false, b, 1, 1, 1, 1, 1, 1),
                            Poses.Animal(Poses.Mouse, false, a, 2, 2, 2, 2, 2, 2),
                        ]
                    ),
                    (5, [Poses.Animal(Poses.Mouse, false, b, 5, 5, double.NaN, double.NaN, 6, 6)])
                )
            );
    }

    private IDataView OneMouse()
    {
        Track m = new("m");
        return _ml.Pose()
            .FromLabels(
                Poses.Labels([
                    .. Enumerable
                        .Range(0, 3)
                        .Select(i =>
                            (i, new[] { Poses.Animal(Poses.Mouse, false, m, 3 * i, 4 * i, 3 * i, 4 * i, 3 * i, 4 * i) })
                        ),
                ])
            );
    }

    private sealed class Frame
    {
        public int FrameIndex { get; set; }
    }

    private sealed class Three
    {
        public float[] Values { get; set; } = [];
    }
}
