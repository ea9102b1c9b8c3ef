using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class LivePredictorTests
{
    private readonly MLContext _ml = new(1);

    private PoseCatalog Pose => _ml.Pose();

    public static TheoryData<string[], string> Models =>
        new()
        {
            { ["single_instance"], "small_robot.mp4" },
            { ["centroid", "centered_instance"], "centered_pair_small.mp4" },
            { ["multiclass_bottomup"], "centered_pair_small.mp4" },
            { ["bottomup"], "centered_pair_small.mp4" },
        };

    [Theory]
    [MemberData(nameof(Models))]
    public void It_finds_what_Transform_finds(string[] folders, string video)
    {
        using var model = Load(folders);
        var path = Golden.PathOf($"../data/{video}");
        var expected = Pose.ToLabels(model.Transform(Pose.LoadVideo(path, Enumerable.Range(0, 4))));
        Assert.Contains(expected.Frames, frame => frame.Instances.Count > 0);
        var live = Pose.CreateLivePredictor(model);
        using var source = Video.FromFile(path).Open();
        foreach (var frame in expected.Frames)
        {
            var pixels = source.Read(frame.FrameIndex);
            PoseAssert.Same(frame.Instances, live.Predict(pixels.Pixels, pixels.Height, pixels.Width, pixels.Channels));
            using var image = FrameImage.From(pixels);
            PoseAssert.Same(frame.Instances, live.Predict(image));
        }
        Assert.Equal(8, live.Latency.Count);
    }

    [Fact]
    public void A_prediction_engine_finds_what_live_prediction_finds()
    {
        DataViewTypeManager.Register(new Microsoft.ML.Transforms.Image.ImageDataViewType(), typeof(MLImage));
        using var model = Load(["single_instance"]);
        var live = Pose.CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Found>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        using var source = Video.FromFile(Golden.PathOf("../data/small_robot.mp4")).Open();
        for (var i = 0; i < 3; i++)
        {
            using var image = FrameImage.From(source.Read(i));
            var (expected, found) = (Assert.Single(live.Predict(image)), engine.Predict(new Picture { Image = image }));
            // One frame a batch in both: the same numbers, not only near ones.
            Assert.Equal(expected.Points.SelectMany(p => new[] { (float)p.X, (float)p.Y }), found.PredictedKeypoints);
        }
    }

    [Fact]
    public void Latency_is_told_of_the_last_frames_and_not_of_the_warm_up()
    {
        using var model = Load(["single_instance"]);
        var live = Pose.CreateLivePredictor(
            model,
            new()
            {
                Height = 64,
                Width = 96,
                WarmUpFrames = 1,
                LatencyWindow = 3,
            }
        );
        Assert.Equal((0, TimeSpan.Zero), (live.Latency.Count, live.Latency.P99));
        for (var i = 0; i < 5; i++)
            live.Predict(new byte[64 * 96], 64, 96, 1);
        var latency = live.Latency;
        Assert.Equal(3, latency.Count);
        Assert.InRange(latency.P50, TimeSpan.FromTicks(1), latency.P95);
        Assert.InRange(latency.P95, latency.P50, latency.P99);
        Assert.Equal(latency.P99, latency.Max);
        Assert.StartsWith("3 frames: p50 ", latency.ToString());
    }

    [Fact]
    public void Ranks_are_the_nearest()
    {
        var latency = LatencySummary.Of([.. Enumerable.Range(1, 200).Select(i => (long)i).Reverse()]);
        Assert.Equal(
            (100, 190, 198, 200),
            (latency.P50.Ticks, latency.P95.Ticks, latency.P99.Ticks, latency.Max.Ticks)
        );
    }

    [Fact]
    public void Memory_does_not_grow_from_frame_to_frame()
    {
        using var model = Load(["single_instance"]);
        var live = Pose.CreateLivePredictor(model, new() { Height = 32, Width = 32 });
        var pixels = new byte[32 * 32];
        for (var i = 0; i < 20; i++)
            live.Predict(pixels, 32, 32, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
            live.Predict(pixels, 32, 32, 1);
        var early = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
            live.Predict(pixels, 32, 32, 1);
        var late = GC.GetAllocatedBytesForCurrentThread() - before;
        // A frame costs the same first and last: nothing is kept that the next one looks through.
        Assert.InRange(late, early * 9 / 10, early * 11 / 10);
        // And that is the network's few hundred calls, not pictures.
        Assert.True(late / 40 < 200_000, $"{late / 40} bytes a frame");
    }

    [Theory]
    [InlineData(10, 10, 2, 200)]
    [InlineData(10, 10, 3, 100)]
    [InlineData(0, 10, 1, 0)]
    public void Pixels_that_do_not_fit_are_told(int height, int width, int channels, int bytes)
    {
        using var model = Load(["single_instance"]);
        var live = Pose.CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        Assert.Contains(
            $"{(channels == 2 ? channels : bytes)} were given",
            Assert.Throws<ArgumentException>(() => live.Predict(new byte[bytes], height, width, channels)).Message
        );
    }

    [Fact]
    public void What_cannot_be_live_is_told()
    {
        using var centered = Load(["centered_instance"]);
        Assert.Contains(
            "pose.TopDown",
            Assert.Throws<ArgumentException>(() => Pose.CreateLivePredictor(centered)).Message
        );
        using var model = Load(["single_instance"]);
        var error = Assert.Throws<ArgumentException>(() =>
            Pose.CreateLivePredictor(
                model,
                new()
                {
                    Height = 0,
                    Width = -1,
                    WarmUpFrames = -1,
                    LatencyWindow = 0,
                }
            )
        );
        foreach (var part in (string[])["Height is 0", "Width is -1", "WarmUpFrames is -1", "LatencyWindow is 0"])
            Assert.Contains(part, error.Message);
    }

    private PoseModelTransformer Load(string[] folders)
    {
        using var model = Pose.FromSleap([.. folders.Select(folder => Golden.PathOf($"models/{folder}"))]);
        return model.With(new PredictionOptions { Device = "cpu" });
    }

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Found
    {
        [VectorType(4)]
        public float[] PredictedKeypoints { get; set; } = [];
    }
}
