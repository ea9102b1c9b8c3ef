using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class PrecisionTests
{
    /// <summary>512 pixels wide, where older libtorch had wrong gradients in BFloat16 on some machines.</summary>
    [Theory, InlineData(Precision.BFloat16), InlineData(Precision.Single)]
    public void Wide_pictures_learn_in_either_precision(Precision precision)
    {
        using var spots = new SpotFolder(6, 32, 512);
        var losses = new List<double>();
        var ml = new MLContext(1);
        using var model = ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = new UNetOptions
                    {
                        Filters = 16,
                        MaxStride = 4,
                        OutputStride = 2,
                    },
                    Training = new()
                    {
                        Epochs = 2,
                        StepsPerEpoch = 3,
                        Seed = 1,
                        Precision = precision,
                        Device = "cpu",
                        Progress = new Told(losses),
                    },
                }
            )
            .Fit(spots.View(ml));
        Assert.Equal(2, losses.Count);
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
    }

    private sealed class Told(List<double> losses) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => losses.Add(value.TrainingLoss);
    }
}
