using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(LivePipelineMemoryTests))]
[CollectionDefinition(nameof(LivePipelineMemoryTests), DisableParallelization = true)]
public sealed class LivePipelineMemoryTests
{
    [Fact]
    public void A_hundred_thousand_frames_are_held_in_little_memory()
    {
        const int frames = 100_000;
        var ml = new MLContext(1);
        var pose = ml.Pose();
        var view = pose.LoadPredictions(
            Golden.PathOf("../data/flies13_20190128.predictions.slp"),
            new() { Layout = InstanceLayout.Many }
        );
        LiveRecording[] recorded = [.. ml.Data.CreateEnumerable<LiveRecording>(view, reuseRowObject: false)];
        var chain = pose.Track(new() { MaxTracks = 2 })
            .Append(pose.RemoveJumps())
            .Append(pose.Interpolate())
            .Append(pose.Smooth())
            .Append(pose.Kinematics())
            .Append(pose.Rolling("Speed"))
            .Append(pose.ToInstances())
            .Append(ml.Transforms.Concatenate("Features", "PredictedKeypoints", "SpeedMean"))
            .Fit(view);
        using var live = pose.CreateLivePipeline<LiveRecording>(chain, view.Schema);
        long early = 0,
            rows = 0;
        for (var frame = 0; frame < frames; frame++)
        {
            var next = recorded[frame % recorded.Length];
            next.FrameIndex = frame;
            rows += live.Push(next).Count;
            if (frame == 10_000)
                early = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.InRange(rows, frames, 2 * frames);
        // 90,000 rows kept would be more than 30 MB.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - early, long.MinValue, 2 << 20);
    }
}
