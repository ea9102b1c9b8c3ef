using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Thousands of predictions of single images keep nothing. Alone, because it looks at the memory of the whole process.
/// </summary>
[Collection(nameof(PredictionMemoryTests))]
[CollectionDefinition(nameof(PredictionMemoryTests), DisableParallelization = true)]
public sealed class PredictionMemoryTests : IDisposable
{
    private const int Step = 500,
        Steps = 3,
        Side = 96;

    // What is kept grows in each step of 500 predictions; what the runtime makes once (a thread, code compiled anew) is
    // in one of them. So there is a wide bound for all of them and a narrow one for the middle one of the three.
    private const long ManagedBound = 1 << 20,
        PrivateBound = 32 << 20;

    // The result of a prediction and its array of four numbers are 64 bytes: kept by each of 500 they would be 31 KiB.
    private const long ManagedStep = 30 << 10;

    // An image of 96 * 96 * 4 bytes left by each of 500 would be 18 MiB, a map of the network more. The stack of a
    // thread is 8 MiB.
    private const long PrivateStep = 12 << 20;

    private readonly MLContext _ml = new(1);
    private readonly PoseModelTransformer _model;
    private readonly byte[] _pixels = new byte[Side * Side * 4];
    private int _count;

    public PredictionMemoryTests()
    {
        DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        // Else the small images are put into the middle of frames of the size that the model was trained on.
        _model = model.With(new PredictionOptions { KeepFrameSize = true, PeakThreshold = 0 });
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Of_a_prediction_engine_memory_is_flat()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Found>(
            _model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        IsFlat(image => Assert.Equal(4, engine.Predict(new Picture { Image = image }).PredictedKeypoints.Length));
    }

    [Fact]
    public void Of_live_prediction_memory_is_flat()
    {
        var live = _ml.Pose().CreateLivePredictor(_model);
        IsFlat(image => Assert.Single(live.Predict(image)));
    }

    private void IsFlat(Action<MLImage> predict)
    {
        List<(long Managed, long Private)> memory = [];
        for (var step = 0; step <= Steps; step++)
        {
            for (var i = 0; i < Step; i++)
                Predict(predict);
            memory.Add(Memory());
        }
        IsBelow("managed", [.. memory.Select(bytes => bytes.Managed)], ManagedBound, ManagedStep);
        IsBelow("private", [.. memory.Select(bytes => bytes.Private)], PrivateBound, PrivateStep);
    }

    private static void IsBelow(string name, long[] bytes, long all, long step)
    {
        var middle = bytes.Skip(1).Zip(bytes, (later, earlier) => later - earlier).Order().ElementAt(Steps / 2);
        Assert.True(
            bytes[^1] - bytes[0] < all && middle < step,
            $"{name} memory after each {Step} predictions: "
                + $"{string.Join(", ", bytes.Select(count => $"{count >> 10}"))} KiB"
        );
    }

    // A new image for each, as a camera gives them.
    private void Predict(Action<MLImage> predict)
    {
        _pixels.AsSpan().Fill((byte)_count++);
        using var image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, _pixels);
        predict(image);
    }

    // Aggressive: the collector gives back what it holds for later, which would hide or feign a growth.
    private static (long Managed, long Private) Memory()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        using var self = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), self.PrivateMemorySize64);
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
