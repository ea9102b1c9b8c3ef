using System.Diagnostics;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(PredictMemoryTests))]
[CollectionDefinition(nameof(PredictMemoryTests), DisableParallelization = true)]
public sealed class PredictMemoryTests
{
    [Fact]
    public void Memory_is_flat_over_thousands_of_frames()
    {
        const int frames = 5000,
            warm = 1000;
        var ml = new MLContext(1);
        using var folder = new SpotFolder(4, height: 32, width: 32);
        using var model = ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = new UNetOptions
                    {
                        Filters = 4,
                        MaxStride = 4,
                        OutputStride = 2,
                    },
                    Training = new()
                    {
                        Epochs = 1,
                        StepsPerEpoch = 1,
                        Device = "cpu",
                    },
                    PeakThreshold = 0,
                    Device = "cpu",
                }
            )
            .Fit(folder.View(ml));
        var (managed, resident) = (new List<long>(), new List<long>());
        var path = Path.Combine(Path.GetDirectoryName(folder.ImagePath(0))!, "poses.slp");
        var progress = new Collect(p =>
        {
            if (p.Processed % warm != 0 || p.IsLast)
                return;
            managed.Add(GC.GetTotalMemory(forceFullCollection: true));
            using var self = Process.GetCurrentProcess();
            resident.Add(self.WorkingSet64);
        });
        var view = ml.Pose().FromVideo(folder.Labels.Videos[0], Enumerable.Range(0, frames).Select(i => i % 4));
        var report = ml.Pose()
            .Predict(model, view, path, new() { Progress = progress, ProgressInterval = TimeSpan.Zero });
        Assert.Equal((frames, (long)frames), (report.Processed, report.Instances));
        Assert.Equal(frames, Labels.Load(path).Frames.Count);
        // 5 % of what there was when a fifth was done. 4000 frames with their poses as objects would be 2 MB and more.
        Assert.True(managed[^1] < managed[0] * 1.05, $"managed: {string.Join(", ", managed.Select(b => b >> 10))} KiB");
        Assert.True(
            resident[^1] < resident[0] * 1.05,
            $"resident: {string.Join(", ", resident.Select(b => b >> 10))} KiB"
        );
    }

    private sealed class Collect(Action<PredictionProgress> then) : IProgress<PredictionProgress>
    {
        public void Report(PredictionProgress value) => then(value);
    }
}
