using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>A chain frame by frame gives what it gives as a pass over a view.</summary>
public sealed class LivePipelineTests
{
    private readonly MLContext _ml = new(seed: 1);

    private PoseCatalog Pose => _ml.Pose();

    [Fact]
    public void From_pixels_to_a_loaded_classifier()
    {
        const int frames = 40;
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown, batchSize: 1);
        var video = Labeled(SampleModels.Frames(_ml, PoseModelKind.TopDown, frames));
        var chain = model.Append(Behavior().Fit(_ml.Data.Cache(model.Transform(video))));
        var loaded = LiveRecording.SavedAndLoaded(chain, video);
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
        Assert.Equal(ColumnText.Of(expected, columns), rows.Select(row => LiveRecording.Text(row, columns)));
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
            found.Concat(live.Flush()).Select(row => LiveRecording.Text(row, columns))
        );
    }

    [Fact]
    public void Images_come_with_the_rows_that_are_late()
    {
        const int frames = 6;
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        var view = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, frames);
        var chain = model.Append(Pose.Smooth().Fit(model.Transform(view)));
        using var source = Video.FromFile(SampleModels.VideoOf(PoseModelKind.SingleInstance)).Open();
        using var live = Pose.CreateLivePipeline<Frame, Shown>(chain, options: new() { WarmUpFrames = 0 });
        Assert.Equal(2, live.Delay);
        var shown = Enumerable.Range(0, frames).SelectMany(frame => live.Push(source.Read(frame))).ToList();
        shown.AddRange(live.Flush());
        Assert.Equal(Enumerable.Range(0, frames), shown.Select(row => row.FrameIndex));
        Assert.Equal(
            chain.Transform(view).GetColumn<float[]>("PredictedKeypoints"),
            shown.Select(row => row.PredictedKeypoints)
        );
        foreach (var row in shown)
        {
            using var expected = FrameImage.From(source.Read(row.FrameIndex));
            Assert.True(expected.Pixels.SequenceEqual(row.Image.Pixels));
            row.Image.Dispose();
        }
    }

    [Fact]
    public void Only_what_is_wanted_is_computed_and_delays()
    {
        var view = LiveRecording.Load(_ml);
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
        var view = LiveRecording.Load(_ml);
        var chain = Pose.Kinematics().Fit(view).Append(new EveryOther());
        Assert.StartsWith(
            "EveryOther does not map row for row",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePipeline<LiveRecording>(chain, view.Schema)).Message
        );
        // Columns that the rows do not have, and that the chain does not have.
        var missing = Assert.ThrowsAny<ArgumentException>(() =>
            Pose.CreateLivePipeline<LiveRecording, Nowhere>(Pose.Kinematics().Fit(view), view.Schema)
        );
        Assert.Contains("Nothing", missing.Message);
        Assert.Contains(
            "PredictedKeypoints",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePipeline(Pose.Kinematics().Fit(view))).Message
        );
    }

    [Fact]
    public void A_fault_ends_the_pipeline()
    {
        var view = LiveRecording.Load(_ml);
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
        var view = LiveRecording.Load(_ml);
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
                        .Select(row => LiveRecording.Text(row, columns)),
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

    private sealed class Moving
    {
        public float[]? Speed { get; set; }
    }

    private sealed class Shown
    {
        public int FrameIndex { get; set; }

        [VectorType(2, 2)]
        public float[] PredictedKeypoints { get; set; } = [];
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Nowhere
    {
        public float[]? Nothing { get; set; }
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
