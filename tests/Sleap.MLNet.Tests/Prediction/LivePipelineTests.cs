using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>A chain frame by frame gives what it gives as a pass over a view.</summary>
public sealed class LivePipelineTests
{
    private const string Flies = "flies13_20190128.predictions.slp";
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
        var view = Recording(Flies);
        var model = SavedAndLoaded(Make(name, Nodes(view)).Fit(view), view);
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
            found.AddRange(ready.Select(row => Text(row, columns)));
            Assert.True(++frames > delay || ready.Count == 0);
            Assert.True(!isRowForRow || frames <= delay || ready.Count == 1);
        }
        if (isRowForRow)
            Assert.Equal(frames - delay, found.Count);
        found.AddRange(live.Flush().Select(row => Text(row, columns)));
        Assert.Equal(expected, found);
        Assert.Equal(frames, live.Latency.Count);

        // Behind a flush it begins anew.
        Assert.Equal(expected, [.. Push(live, view, columns), .. live.Flush().Select(row => Text(row, columns))]);
    }

    [Fact]
    public void From_pixels_to_a_loaded_classifier()
    {
        const int frames = 40;
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown, batchSize: 1);
        var video = Labeled(SampleModels.Frames(_ml, PoseModelKind.TopDown, frames));
        var chain = model.Append(Behavior().Fit(_ml.Data.Cache(model.Transform(video))));
        var loaded = SavedAndLoaded(chain, video);
        var expected = loaded.Transform(SampleModels.Frames(_ml, PoseModelKind.TopDown, frames));
        using var source = Video.FromFile(SampleModels.VideoOf(PoseModelKind.TopDown)).Open();

        using var named = Pose.CreateLivePipeline(loaded, new() { WarmUpFrames = 1 });
        Assert.Equal(3 + 2, named.Delay);
        List<LiveRow> rows = [];
        for (var frame = 0; frame < frames; frame++)
            rows.AddRange(named.Push(source.Read(frame)));
        rows.AddRange(named.Flush());
        string[] columns = ["FrameIndex", "PredictedTrack", "PredictedLabel", "Probability", "SpeedMean", "Features"];
        Assert.Equal(2 * frames, rows.Count);
        Assert.Equal(ColumnText.Of(expected, columns), rows.Select(row => Text(row, columns)));
        Assert.Equal([0, 0, 1], rows.Take(3).Select(row => row.Get<int>("FrameIndex")));
        Assert.Equal(2 * 2, rows[0].Get<float[]>("PredictedKeypoints").Length);

        // Rows of a class of one's own, of images of ML.NET.
        using var typed = Pose.CreateLivePipeline<Picture, Behaving>(loaded, options: new() { WarmUpFrames = 0 });
        List<Behaving> found = [];
        for (var frame = 0; frame < frames; frame++)
        {
            using var image = FrameImage.From(source.Read(frame));
            found.AddRange(typed.Push(new Picture { FrameIndex = frame, Image = image }));
        }
        found.AddRange(typed.Flush());
        Assert.Equal(
            rows.Select(row =>
                (row.Get<int>("FrameIndex"), row.Get<uint>("PredictedTrack"), row.Get<bool>("PredictedLabel"))
            ),
            found.Select(row => (row.FrameIndex, row.PredictedTrack, row.PredictedLabel))
        );
        (loaded as IDisposable)?.Dispose();
    }

    [Fact]
    public void Optical_flow_sees_the_frames()
    {
        const int frames = 12;
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown, batchSize: 1);
        var video = SampleModels.Frames(_ml, PoseModelKind.TopDown, frames);
        var chain = model.Append(
            Pose.Track(new() { Motion = TrackMotion.OpticalFlow, FlowScale = 0.5 })
                .Append(Pose.Smooth())
                .Fit(model.Transform(video))
        );
        string[] columns = ["FrameIndex", "PredictedTrack", "PredictedKeypoints", "InstanceScore"];
        using var source = Video.FromFile(SampleModels.VideoOf(PoseModelKind.TopDown)).Open();
        using var live = Pose.CreateLivePipeline(chain, new() { WarmUpFrames = 0, MaxDelay = 2 });
        var found = Enumerable.Range(0, frames).SelectMany(frame => live.Push(source.Read(frame))).ToList();
        Assert.Equal(
            ColumnText.Of(chain.Transform(video), columns),
            found.Concat(live.Flush()).Select(row => Text(row, columns))
        );
    }

    [Fact]
    public void Only_what_is_wanted_is_computed_and_delays()
    {
        var view = Recording(Flies);
        var model = Pose.Kinematics()
            .Append(Pose.Smooth("PredictedKeypoints", outputColumn: "Smooth"))
            .Append(Pose.Rolling("Speed"))
            .Fit(view);
        using var live = Pose.CreateLivePipeline<LiveRecording, Moving>(model, view.Schema, new() { MaxDelay = 0 });
        Assert.Equal(0, live.Delay);
        Assert.Equal(
            model.Transform(view).GetColumn<float[]>("Speed"),
            _ml.Data.CreateEnumerable<LiveRecording>(view, true).SelectMany(live.Push).Select(row => row.Speed!)
        );
        var error = Assert.Throws<ArgumentException>(() =>
            Pose.CreateLivePipeline<LiveRecording>(model, view.Schema, new() { MaxDelay = 8 })
        );
        Assert.Contains("9 frames later, and MaxDelay is 8", error.Message);
        Assert.Contains("Smooth (2), Rolling (7)", error.Message);
        Assert.Contains(
            "MaxDelay is -1",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePipeline(model, new() { MaxDelay = -1 })).Message
        );
    }

    [Fact]
    public void Steps_that_are_no_row_mappers_are_refused_by_name()
    {
        var view = Recording(Flies);
        var chain = Pose.Kinematics().Fit(view).Append(new EveryOther());
        Assert.StartsWith(
            "EveryOther does not map row for row",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePipeline<LiveRecording>(chain, view.Schema)).Message
        );
        // A column that the rows do not have.
        Assert.Contains(
            "PredictedKeypoints",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePipeline(Pose.Kinematics().Fit(view))).Message
        );
    }

    [Fact]
    public void A_fault_ends_the_pipeline()
    {
        var view = Recording(Flies);
        var live = Pose.CreateLivePipeline<LiveRecording>(Pose.Track().Fit(view), view.Schema);
        var row = _ml.Data.CreateEnumerable<LiveRecording>(view, reuseRowObject: false).First();
        Assert.Single(live.Push(row));
        Assert.Throws<ArgumentNullException>(() => live.Push(null!));
        var fault = Assert.Throws<InvalidOperationException>(() => live.Push(row));
        Assert.Contains("comes after frame", fault.Message);
        var next = Assert.Throws<InvalidOperationException>(() => live.Push(row));
        Assert.Contains("Create another pipeline", next.Message);
        Assert.Same(fault, next.InnerException);
        live.Dispose();
        Assert.Throws<ObjectDisposedException>(() => live.Push(row));
    }

    [Fact]
    public void Wrong_names_and_types_of_values_are_told()
    {
        var view = Recording(Flies);
        using var live = Pose.CreateLivePipeline<LiveRecording>(Pose.Kinematics().Fit(view), view.Schema);
        var row = Assert.Single(live.Push(_ml.Data.CreateEnumerable<LiveRecording>(view, false).First()));
        Assert.Equal(row.Get<float[]>("PredictedKeypoints").Length / 26, row.Get<float[]>("Speed").Length);
        Assert.EndsWith(".mp4", row.Get<string>("Video"));
        Assert.Contains("no column 'Nothing'", Fault(() => row.Get<float>("Nothing")));
        Assert.Contains("its values are System.Single[], not System.Single", Fault(() => row.Get<float>("Speed")));

        static string Fault(Func<object> get) => Assert.Throws<ArgumentException>(get).Message;
    }

    [Fact]
    public void Pipelines_on_several_threads_share_a_model()
    {
        const int frames = 6;
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown, batchSize: 1);
        var video = SampleModels.Frames(_ml, PoseModelKind.TopDown, frames);
        var chain = model.Append(Pose.Track().Append(Pose.Kinematics()).Fit(model.Transform(video)));
        string[] columns = ["FrameIndex", "PredictedTrack", "PredictedKeypoints", "Speed"];
        var expected = ColumnText.Of(chain.Transform(video), columns);
        var found = new List<string>[4];
        Parallel.For(
            0,
            found.Length,
            new ParallelOptions { MaxDegreeOfParallelism = found.Length },
            thread =>
            {
                using var source = Video.FromFile(SampleModels.VideoOf(PoseModelKind.TopDown)).Open();
                using var live = Pose.CreateLivePipeline(chain, new() { WarmUpFrames = 0 });
                found[thread] =
                [
                    .. Enumerable
                        .Range(0, frames)
                        .SelectMany(frame => live.Push(source.Read(frame)))
                        .Select(row => Text(row, columns)),
                ];
            }
        );
        Assert.All(found, rows => Assert.Equal(expected, rows));
    }

    private IEstimator<ITransformer> Behavior() =>
        Pose.Track(new() { MaxTracks = 2 })
            .Append(Pose.Interpolate("PredictedKeypoints", new() { MaxGap = 3 }))
            .Append(Pose.Kinematics())
            .Append(Pose.Rolling("Speed", new() { Window = 5 }))
            .Append(Pose.ToInstances())
            .Append(_ml.Transforms.Concatenate("Raw", "PredictedKeypoints", "Speed", "SpeedMean"))
            .Append(
                _ml.Transforms.ReplaceMissingValues(
                    "Features",
                    "Raw",
                    MissingValueReplacingEstimator.ReplacementMode.Mean
                )
            )
            .Append(
                _ml.BinaryClassification.Trainers.FastTree(
                    numberOfLeaves: 4,
                    numberOfTrees: 3,
                    minimumExampleCountPerLeaf: 2
                )
            );

    private IDataView Labeled(IDataView frames) =>
        _ml
            .Transforms.CustomMapping<Numbered, BehaviorLabel>(
                (frame, label) => label.Label = frame.FrameIndex > 20,
                contractName: null
            )
            .Fit(frames)
            .Transform(frames);

    private static List<string> Push(LivePipeline<LiveRecording, LiveRow> live, IDataView view, string[] columns) =>
        [
            .. new MLContext()
                .Data.CreateEnumerable<LiveRecording>(view, reuseRowObject: true)
                .SelectMany(live.Push)
                .Select(row => Text(row, columns)),
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

    /// <summary>A recording, with wings that can be swapped.</summary>
    private IDataView Recording(string file)
    {
        var labels = Labels.Load(Golden.PathOf($"../data/{file}"));
        var nodes = labels.Skeletons[0].Nodes;
        var skeleton = new Skeleton(
            "fly",
            nodes,
            labels.Skeletons[0].Edges,
            [new(nodes.IndexOf("wingL"), nodes.IndexOf("wingR"))]
        );
        var frames = labels
            .Frames.Take(400)
            .Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(instance => new Instance
                    {
                        Skeleton = skeleton,
                        Points = instance.Points,
                        IsPredicted = true,
                        Score = instance.Score,
                        Track = instance.Track,
                    }),
                ],
            });
        return Pose.FromPredictions(new Labels(frames, skeletons: [skeleton]), new() { Layout = InstanceLayout.Many });
    }

    private static string[] Nodes(IDataView view) =>
        [.. PoseColumn.SkeletonOf(view.Schema["PredictedKeypoints"]).Nodes];

    private static ITransformer SavedAndLoaded(ITransformer model, IDataView view)
    {
        var ml = new MLContext(seed: 2);
        using var file = new MemoryStream();
        ml.Model.Save(model, view.Schema, file);
        file.Position = 0;
        return ml.Model.Load(file, out _);
    }

    /// <summary>The same text as <see cref="ColumnText"/> makes of a row of a view.</summary>
    private static string Text(LiveRow row, string[] columns) =>
        string.Join(" | ", columns.Select(column => Text(row.Get<object>(column))));

    private static string Text(object value) =>
        value switch
        {
            Array values => string.Join(' ', values.Cast<object>().Select(Text)),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            bool flag => flag ? "yes" : "no",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };

    private sealed class Moving
    {
        public float[]? Speed { get; set; }
    }

    private sealed class Picture
    {
        public string Video { get; set; } = "";
        public int FrameIndex { get; set; }
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Behaving
    {
        public int FrameIndex { get; set; }

        [KeyType(2)]
        public uint PredictedTrack { get; set; }
        public bool PredictedLabel { get; set; }
    }

    private sealed class Numbered
    {
        public int FrameIndex { get; set; }
    }

    private sealed class BehaviorLabel
    {
        public bool Label { get; set; }
    }

    /// <summary>A transformer that gives fewer rows than it gets.</summary>
    private sealed class EveryOther : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => throw new NotSupportedException();

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }
}

/// <summary>A row of recorded poses.</summary>
internal sealed class LiveRecording
{
    public string Video { get; set; } = "";
    public int FrameIndex { get; set; }
    public float[] PredictedKeypoints { get; set; } = [];
    public uint[] PredictedTrack { get; set; } = [];
    public float[] KeypointScore { get; set; } = [];
    public float[] InstanceScore { get; set; } = [];
}
