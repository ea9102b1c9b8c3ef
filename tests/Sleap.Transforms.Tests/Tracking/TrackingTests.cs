using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Tracking as a part of a pipeline and over labels.</summary>
public sealed class TrackingTests
{
    private static readonly float[] Shape = [0, 0, 10, 2, 20, 9];
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void TheSchemaIsKnownBeforeARowIsRead()
    {
        var view = View(Crossing(3));
        var estimator = _ml.Pose().Track(new TrackingOptions { MaxTracks = 2 });
        var column = estimator.Fit(view).Transform(view).Schema["PredictedTrack"];
        var type = Assert.IsType<VectorDataViewType>(column.Type);
        Assert.Equal(2ul, Assert.IsType<KeyDataViewType>(type.ItemType).Count);
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetKeyValues(ref names);
        Assert.Equal(["track_0", "track_1"], names.DenseValues().Select(name => name.ToString()));
        var shape = estimator.GetOutputSchema(SchemaShapes.Of(view.Schema)).Single(c => c.Name == "PredictedTrack");
        Assert.True(shape.IsKey);
        Assert.Equal(SchemaShape.Column.VectorKind.VariableVector, shape.Kind);
    }

    [Fact]
    public void TracksSurviveSavingTheModelAndTheLabels()
    {
        var rows = Crossing(40);
        var view = View(rows);
        var fitted = _ml.Pose()
            .Track(
                new TrackingOptions
                {
                    MaxTracks = 3,
                    Motion = TrackMotion.Kalman,
                    PreCullIou = 0.5,
                }
            )
            .Fit(view);
        using TestFolder folder = new();
        _ml.Model.Save(fitted, view.Schema, folder["track.zip"]);
        var tracked = _ml.Model.Load(folder["track.zip"], out _).Transform(view);
        var keys = Poses.Column<uint[]>(tracked, "PredictedTrack");
        Assert.Equal(Poses.Column<uint[]>(fitted.Transform(view), "PredictedTrack"), keys);
        for (var row = 0; row < rows.Length; row++)
            Assert.Equal(rows[row].Turned ? [2u, 1u] : [1u, 2u], keys[row]);

        _ml.Pose().SaveLabels(tracked, folder["tracked.slp"]);
        var labels = Labels.Load(folder["tracked.slp"]);
        Assert.Equal(["track_0", "track_1"], labels.Tracks.Select(track => track.Name));
        Assert.All(
            labels.Frames.Zip(rows),
            pair =>
                Assert.Equal(
                    pair.Second.Turned ? ["track_1", "track_0"] : ["track_0", "track_1"],
                    pair.First.Instances.Select(i => i.Track!.Name)
                )
        );
        Assert.Contains(
            "track_1",
            _ml.Pose().ToDataFrame(tracked)["track"].Cast<object?>().Select(value => value?.ToString())
        );
    }

    [Fact]
    public void NumberingBeginsAnewAtEachVideo()
    {
        Row[] rows =
        [
            .. Crossing(5),
            .. Crossing(5)
                .Select(row => new Row
                {
                    Video = "other",
                    FrameIndex = row.FrameIndex,
                    PredictedKeypoints = [.. row.PredictedKeypoints.Select(x => x + 500)],
                }),
        ];
        var keys = Keys(rows, new TrackingOptions());
        Assert.All(keys, row => Assert.True(row.Max() <= 2));
    }

    [Fact]
    public void RowsOutOfOrderAreRefused()
    {
        var rows = Crossing(3);
        var fault = Assert.Throws<InvalidOperationException>(() => Keys([rows[1], rows[0]], new TrackingOptions()));
        Assert.Contains("frame 0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreTracksThanNamesAreRefusedAndACapIsKept()
    {
        // Every frame somewhere else: nothing can go on where a fixed window has forgotten it.
        Row[] rows =
        [
            .. Enumerable
                .Range(0, 20)
                .Select(i => new Row { FrameIndex = i, PredictedKeypoints = [float.NaN, float.NaN, i, i, i, i] }),
        ];
        TrackingOptions jumping = new() { Scoring = TrackScoring.EuclideanDistance, TrackCapacity = 10 };
        var fault = Assert.Throws<InvalidOperationException>(() => Keys(rows, jumping));
        Assert.Contains(nameof(TrackingOptions.TrackCapacity), fault.Message, StringComparison.Ordinal);
        Assert.All(Keys(rows, jumping with { MaxTracks = 1 }), row => Assert.True(row.All(key => key <= 1)));
    }

    [Fact]
    public void EmptyFramesMissingAnimalsAndDuplicatesAreWithstood()
    {
        var rows = Crossing(8);
        rows[2].PredictedKeypoints = [];
        rows[3].PredictedKeypoints = [.. rows[3].PredictedKeypoints, .. rows[3].PredictedKeypoints];
        rows[4].PredictedKeypoints = [.. Enumerable.Repeat(float.NaN, 12)];
        rows[5].PredictedKeypoints = [float.PositiveInfinity, 3, .. rows[5].PredictedKeypoints[2..]];
        foreach (var motion in new[] { TrackMotion.None, TrackMotion.Kalman }) // optical flow wants images
        {
            var keys = Keys(rows, new TrackingOptions { MaxTracks = 2, Motion = motion });
            Assert.Empty(keys[2]);
            Assert.Equal(4, keys[3].Length);
            Assert.Equal([1u, 2u], keys[3].Where(key => key > 0).Order());
            Assert.Equal(rows[7].Turned ? [2u, 1u] : [1u, 2u], keys[7]);
        }
    }

    [Theory]
    [InlineData(TrackScoring.WeightedOks, 1u)]
    [InlineData(TrackScoring.Oks, 2u)] // the crumb fits the track perfectly, and the animal only nearly
    public void AFalseAnimalOfOneNodeDoesNotTakeTheTrackItLiesOn(TrackScoring scoring, uint expected)
    {
        float[] none = [float.NaN, float.NaN, float.NaN, float.NaN],
            elsewhere = [.. none, 300, 300],
            onTheAnimal = [.. none, .. At(10, 50)[4..]];
        Row[] rows =
        [
            new() { FrameIndex = 0, PredictedKeypoints = At(10, 50) },
            new() { FrameIndex = 1, PredictedKeypoints = [.. At(10, 50), .. elsewhere] },
            new() { FrameIndex = 2, PredictedKeypoints = [.. At(11, 50), .. onTheAnimal] },
        ];
        Assert.Equal([expected, 3 - expected], Keys(rows, new TrackingOptions { Scoring = scoring })[2]);
    }

    [Fact]
    public void TwoFliesKeepTheirTracksThoughTheirNumberIsNotKnownAndThereAreFalseAnimals()
    {
        // Animals of two or three nodes are false; the last frame is of one fly.
        var file = Labels.Load(Path.Combine(TestFolder.Repository, "tests", "data", "centered_pair_predictions.slp"));
        Instance[][] flies =
        [
            .. _ml.Pose()
                .Track(file, new TrackingOptions())
                .Frames.OrderBy(frame => frame.FrameIndex)
                .Select(frame => frame.Instances.Where(i => i.Points.Count(point => !point.IsMissing) >= 10).ToArray()),
        ];
        Assert.Equal(1099, flies.Count(frame => frame.Length == 2));
        Assert.Equal(2, flies.SelectMany(frame => frame).Select(fly => fly.Track).Distinct().Count());
        foreach ((var before, var now) in flies.Zip(flies.Skip(1)))
            Assert.All(now, fly => Assert.Same(before.MinBy(other => Apart(fly, other))!.Track, fly.Track));
    }

    // Mean distance of the nodes that both have.
    private static double Apart(Instance a, Instance b) =>
        a
            .Points.Zip(b.Points)
            .Where(pair => !pair.First.IsMissing && !pair.Second.IsMissing)
            .Average(pair =>
                Math.Sqrt(Math.Pow(pair.First.X - pair.Second.X, 2) + Math.Pow(pair.First.Y - pair.Second.Y, 2))
            );

    [Fact]
    public void AllFaultsOfTheOptionsComeAtOnce()
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            _ml.Pose()
                .Track(
                    new TrackingOptions
                    {
                        WindowSize = 0,
                        MaxTracks = 0,
                        Scoring = TrackScoring.Iou,
                    }
                )
        );
        Assert.All(
            new[] { "WindowSize is 0", "MaxTracks is 0", "Iou" },
            text => Assert.Contains(text, fault.Message, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void LabelsAreTrackedInTheOrderOfTheirFramesAndNothingIsLeftOut()
    {
        var file = Labels.Load(Path.Combine(TestFolder.Repository, "tests", "data", "centered_pair_predictions.slp"));
        var tracked = _ml.Pose().Track(file, new TrackingOptions { MaxTracks = 2 });
        Assert.Equal(
            file.Frames.Select(frame => frame.Instances.Count),
            tracked.Frames.Select(frame => frame.Instances.Count)
        );
        Assert.Equal(["track_0", "track_1"], tracked.Tracks.Select(track => track.Name).Order());
        Assert.All(
            tracked.Frames,
            frame =>
                Assert.Equal(
                    frame.Instances.Count(i => i.Track is not null),
                    frame.Instances.Select(i => i.Track).OfType<Track>().Distinct().Count()
                )
        );
    }

    private uint[][] Keys(Row[] rows, TrackingOptions options)
    {
        var view = View(rows);
        return Poses.Column<uint[]>(_ml.Pose().Track(options).Fit(view).Transform(view), "PredictedTrack");
    }

    private IDataView View(Row[] rows)
    {
        // The form [*, 3, 2] of any number of animals is not one an attribute can say.
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.PredictedKeypoints)].ColumnType = new VectorDataViewType(
            NumberDataViewType.Single,
            0,
            3,
            2
        );
        return _ml.Data.LoadFromEnumerable(rows, definition);
    }

    // Two animals that pass each other at some distance, in changing order.
    private static Row[] Crossing(int frames) =>
        [
            .. Enumerable
                .Range(0, frames)
                .Select(i =>
                {
                    float[] a = At((3 * i) + 10, 50),
                        b = At(130 - (3 * i), 75);
                    var turned = i % 3 == 2;
                    return new Row
                    {
                        FrameIndex = i,
                        PredictedKeypoints = turned ? [.. b, .. a] : [.. a, .. b],
                        Turned = turned,
                    };
                }),
        ];

    private static float[] At(float x, float y) => [.. Shape.Select((value, i) => value + (i % 2 == 0 ? x : y))];

    private sealed class Row
    {
        public string Video { get; set; } = "v";

        public int FrameIndex { get; set; }

        public float[] PredictedKeypoints { get; set; } = [];

        [NoColumn]
        public bool Turned { get; set; }
    }
}
