using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class PrecisionTests
{
    /// <summary>512 pixels wide: where gradients in BFloat16 are wrong on some machines, single precision takes over, and says so if it was not asked to choose.</summary>
    [Theory, InlineData(Precision.BFloat16), InlineData(Precision.Auto)]
    public void Wide_pictures_learn_in_a_precision_that_is_right_for_them(Precision precision)
    {
        using var spots = new SpotFolder(6, 32, 512);
        var (warnings, losses) = (new List<string>(), new List<double>());
        var ml = new MLContext(1);
        ml.Log += (_, entry) => { if (entry.Kind == ChannelMessageKind.Warning) warnings.Add(entry.RawMessage); };
        using var model = ml.Pose().SingleInstance(new()
        {
            Backbone = new UNetOptions { Filters = 16, MaxStride = 4, OutputStride = 2 },
            Training = new() { Epochs = 2, StepsPerEpoch = 3, Seed = 1, Precision = precision, Device = "cpu", Progress = new Told(losses) },
        }).Fit(spots.View(ml));
        Assert.Equal(2, losses.Count);
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(precision == Precision.BFloat16 && !BFloat16Support.TrainsRight(TorchSharp.torch.CPU, 512), warnings.Any(w => w.Contains("single precision", StringComparison.Ordinal)));
    }

    private sealed class Told(List<double> losses) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => losses.Add(value.TrainingLoss);
    }
}
