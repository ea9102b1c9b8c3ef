using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>One model in the hands of eight threads, as in a web service.</summary>
public sealed class ManyThreadsTests
{
    private const int Threads = 8,
        Frames = 2;
    private readonly MLContext _ml = new(1);

    public ManyThreadsTests() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    [Theory]
    [InlineData(PoseModelKind.SingleInstance)]
    [InlineData(PoseModelKind.TopDown)]
    public void Eight_views_at_once_are_what_they_are_one_by_one(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 2);
        List<string>[] expected = [.. Enumerable.Range(0, Threads).Select(Poses)];
        // Other frames for each thread, so that one that got another's poses would not go unseen.
        Assert.Equal(Threads, expected.Select(rows => string.Join('\n', rows)).Distinct().Count());
        Assert.Equal(expected, AtOnce(Poses));

        List<string> Poses(int thread) =>
            ColumnText.Of(
                model.Transform(_ml.Pose().LoadVideo(SampleModels.VideoOf(kind), FramesOf(thread))),
                ["FrameIndex", .. SampleModels.Outputs(model)]
            );
    }

    [Fact]
    public void Eight_threads_read_one_view_at_once()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 2);
        var poses = model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 6));
        var expected = ColumnText.Of(poses, ["FrameIndex", .. SampleModels.Outputs(model)]);
        Assert.All(
            AtOnce(_ => ColumnText.Of(poses, ["FrameIndex", .. SampleModels.Outputs(model)])),
            rows => Assert.Equal(expected, rows)
        );
    }

    [Theory]
    [InlineData(PoseModelKind.SingleInstance)]
    [InlineData(PoseModelKind.TopDown)]
    public void Eight_prediction_engines_at_once_give_what_one_gives(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 1);
        float[][][] expected = [.. Enumerable.Range(0, Threads).Select(Poses)];
        Assert.Contains(expected, frames => frames.Any(points => points.Any(float.IsFinite)));
        Assert.Equal(expected, AtOnce(Poses));

        // An engine is for one thread; each makes its own, of the model that they share.
        float[][] Poses(int thread)
        {
            using var engine = _ml.Model.CreatePredictionEngine<Picture, Found>(
                model,
                new PredictionEngineOptions { OwnsTransformer = false }
            );
            using var source = Video.FromFile(SampleModels.VideoOf(kind)).Open();
            return [.. FramesOf(thread).Select(frame => Predict(engine, source.Read(frame)))];
        }
    }

    private static IEnumerable<int> FramesOf(int thread) => Enumerable.Range(Frames * thread, Frames);

    private static float[] Predict(PredictionEngine<Picture, Found> engine, Frame frame)
    {
        using var image = FrameImage.From(frame);
        return engine.Predict(new Picture { Image = image }).PredictedKeypoints ?? [];
    }

    /// <summary>What each of eight threads makes, all of them started together.</summary>
    private static T[] AtOnce<T>(Func<int, T> make)
    {
        using var together = new Barrier(Threads);
        var (results, faults) = (new T[Threads], new Exception?[Threads]);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Run(thread)))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(faults, Assert.Null);
        return results;

        void Run(int thread)
        {
            together.SignalAndWait();
            try
            {
                results[thread] = make(thread);
            }
            catch (Exception fault)
            {
                faults[thread] = fault;
            }
        }
    }

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Found
    {
        public float[]? PredictedKeypoints { get; set; }
    }
}
