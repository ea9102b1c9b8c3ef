using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Weights of epochs as files in the run folder, sleap-nn's <c>save_top_k</c> and <c>save_last</c>.</summary>
public sealed class KeptWeightsTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("kept-").FullName, "run");
    private readonly SpotFolder _spots = new(8);

    public void Dispose()
    {
        _spots.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    private static TrainerOptions Training =>
        new()
        {
            Epochs = 5,
            StepsPerEpoch = 2,
            LearningRate = 0.01,
            AverageDecay = null,
            Seed = 3,
            Device = "cpu",
        };

    [Theory]
    [InlineData(2, "val/loss")]
    [InlineData(3, "train/loss")]
    [InlineData(-1, "val/loss")]
    public void The_best_epochs_are_kept_and_each_is_a_model(int count, string measure)
    {
        var monitor = TrainingMonitors.Of(measure)!.Value;
        var log = Fit(Training with { SaveTopK = count, SaveLast = true, Monitor = monitor });
        var best = log.OrderBy(epoch => monitor.Measure(epoch))
            .Take(count < 0 ? 5 : count)
            .Select(epoch => $"epoch-{epoch.Epoch:0000}.ckpt");
        Assert.Equal(best.Append("last.ckpt").Order(), Files());
        var pose = new MLContext(1).Pose();
        using var last = ModelOf("last.ckpt");
        using var fifth = ModelOf(Files()[^2]);
        foreach (var file in Files())
        {
            // It can be the start of a training, and of the folder of a model.
            var start = StartSource.OptionsOf(pose.Context, [Path.Combine(Network, file)]);
            Assert.Equal(SpotFolder.Network(Training).Backbone, start.Networks[0].Backbone);
        }

        var (one, other) = (last.Network.state_dict(), fifth.Network.state_dict());
        if (count < 0)
            Assert.All(one.Keys, key => Assert.Equal(0, Golden.Difference(one[key].detach(), other[key].detach())));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Without_more_than_the_best_there_are_no_files(int count)
    {
        Fit(Training with { SaveTopK = count, Epochs = 2 });
        Assert.Empty(Files());
        Assert.False(File.Exists(Path.Combine(Network, "training_config.yaml")));
    }

    [Fact]
    public void A_resumed_run_keeps_the_same_files()
    {
        var training = Training with { SaveTopK = 2, Schedule = new LearningRateSchedule.Constant() };
        Fit(training);
        var whole = Files().ToDictionary(file => file, Weights);
        Directory.Delete(_folder, recursive: true);
        Fit(training with { Epochs = 3 });
        Fit(training with { Resume = true });
        Assert.Equal(whole.Keys, Files());
        // 1e-5: the same numbers in the same order; a library's threads may sum in another.
        Assert.All(
            Files(),
            file => Assert.All(Weights(file).Zip(whole[file]), w => Assert.Equal(w.First, w.Second, 1e-5f))
        );
    }

    [Fact]
    public void Of_equal_epochs_the_earlier_is_kept_and_what_is_not_known_is_last()
    {
        static TrainingProgress Epoch(int epoch, double loss) =>
            new("m", epoch, 9, epoch, 1, loss, 1, 1, false, 1, TimeSpan.Zero, TimeSpan.Zero);
        TrainingProgress[] log = [Epoch(1, 3), Epoch(2, double.NaN), Epoch(3, 2), Epoch(4, 3), Epoch(3, 9)];
        HashSet<int> Best(int count) => KeptWeights.BestOf(log, count, TrainingMonitor.ValidationLoss);
        Assert.Equal([1], Best(1));
        Assert.Equal([1, 4], Best(2).Order());
        Assert.Equal([1, 3, 4], Best(3).Order());
        Assert.Equal([1, 2, 3, 4], Best(-1).Order());
        Assert.Empty(Best(0));
        Assert.Contains(
            "SaveTopK is -2, expected at least -1",
            string.Join(' ', SpotFolder.Network(new() { SaveTopK = -2 }).Checked(PoseSubject.Placeholder).Found)
        );
    }

    private string Network => Path.Combine(_folder, "single_instance");

    private string[] Files() =>
        [.. Directory.GetFiles(Network, "*.ckpt").Select(file => Path.GetFileName(file)!).Order()];

    private PoseModel ModelOf(string file)
    {
        var folder = ModelFolder.OfWeights(Path.Combine(Network, file))!;
        var model = folder.Config.Options.CreateModel(new(folder.Config.Skeleton!, []));
        folder.Load(model.Network);
        return model;
    }

    private float[] Weights(string file)
    {
        using var model = ModelOf(file);
        return [.. model.Network.parameters().SelectMany(parameter => parameter.Values<float>())];
    }

    private List<TrainingProgress> Fit(TrainerOptions training)
    {
        var (ml, log) = (new MLContext(1), new List<TrainingProgress>());
        var options = SpotFolder.Network(training with { RunFolder = _folder, Progress = new ProgressTo(log.Add) });
        ml.Pose().SingleInstance(options).Fit(_spots.View(ml)).Dispose();
        return log;
    }
}
