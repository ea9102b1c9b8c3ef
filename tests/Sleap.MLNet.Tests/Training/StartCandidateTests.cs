using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>The weights that training starts from are a candidate for the best ones: epoch 0.</summary>
public sealed class StartCandidateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("candidate-").FullName;
    private readonly SpotFolder _spots = new(8);
    private readonly string _source;

    public StartCandidateTests()
    {
        _source = Path.Combine(_folder, "source.zip");
        using var model = Fit(Training with { Epochs = 2, StepsPerEpoch = 10, LearningRate = 3e-3 }, []);
        new MLContext().Model.Save(model, null, _source);
    }

    // A rate at which the network forgets everything.
    private static TrainerOptions Training =>
        new()
        {
            Epochs = 3,
            StepsPerEpoch = 2,
            LearningRate = 0.5,
            Schedule = new LearningRateSchedule.Constant(),
            AverageDecay = null,
            Precision = Precision.Single,
            Seed = 3,
            Device = "cpu",
        };

    public void Dispose()
    {
        _spots.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_training_that_only_gets_worse_gives_back_what_it_was_given()
    {
        var (run, epochs) = (Path.Combine(_folder, "run"), new List<TrainingProgress>());
        using var after = Fit(Training with { Start = new(_source), RunFolder = run }, epochs);
        AssertIsSource(after);
        Assert.Equal([0, 1, 2, 3], epochs.Select(epoch => epoch.Epoch));
        Assert.Equal([true, false, false, false], epochs.Select(epoch => epoch.IsBest));
        var start = epochs[0];
        Assert.Equal((0, double.NaN, 0, false), (start.Step, start.TrainingLoss, start.LearningRate, start.IsLast));
        Assert.Matches(@"^single_instance  epoch   0/3  start .* validation 0\.\d+  error .* \*$", start.ToString());
        var log = File.ReadAllLines(Path.Combine(run, "single_instance", "training_log.csv"));
        Assert.StartsWith("single_instance,0,0,,", log[1]);
        Assert.Equal(5, log.Length);
        Assert.Contains("validation error of the best epoch, 0", File.ReadAllText(Path.Combine(run, "report.html")));
    }

    [Fact]
    public void A_resumed_run_has_the_same_epochs_and_gives_back_the_same()
    {
        var (run, whole, first, second) = (
            Path.Combine(_folder, "run"),
            new List<TrainingProgress>(),
            new List<TrainingProgress>(),
            new List<TrainingProgress>()
        );
        var training = Training with { Start = new(_source), EarlyStoppingPatience = 3, Epochs = 8 };
        Fit(training, whole).Dispose();
        Fit(training with { RunFolder = run, Epochs = 1 }, first).Dispose();
        using var after = Fit(training with { RunFolder = run, Resume = true }, second);
        AssertIsSource(after);
        // Of the epochs, the start among them, the first was the best; three more follow.
        Assert.Equal([0, 1, 2, 3], whole.Select(epoch => epoch.Epoch));
        Assert.Equal(whole.Select(epoch => epoch.Epoch), first.Concat(second).Select(epoch => epoch.Epoch));
        foreach (var (one, other) in whole.Zip(first.Concat(second)))
            Assert.Equal(one.ValidationLoss, other.ValidationLoss, one.ValidationLoss * 1e-6);
        Assert.Equal(
            ["0", "1", "2", "3"],
            File.ReadLines(Path.Combine(run, "single_instance", "training_log.csv"))
                .Skip(1)
                .Select(line => line.Split(',')[1])
        );
    }

    [Fact]
    public void A_training_canceled_before_its_first_step_gives_back_what_it_was_given()
    {
        using var stop = new CancellationTokenSource();
        var progress = new ProgressTo(_ => stop.Cancel());
        var training = Training with { Start = new(_source), CancellationToken = stop.Token };
        using var after = Fit(training, [], progress);
        AssertIsSource(after);
    }

    [Fact]
    public void A_training_from_no_weights_begins_with_epoch_1()
    {
        var epochs = new List<TrainingProgress>();
        Fit(
                Training with
                {
                    LearningRate = 1e-3,
                    Start = new() { BackboneRate = 0.5 },
                },
                epochs
            )
            .Dispose();
        Assert.Equal([1, 2, 3], epochs.Select(epoch => epoch.Epoch));
    }

    private void AssertIsSource(SingleInstanceTransformer model)
    {
        using var source = (SingleInstanceTransformer)new MLContext().Model.Load(_source, out _);
        var own = model.Networks[0].Network.state_dict();
        foreach (var (name, tensor) in source.Networks[0].Network.state_dict())
            Assert.Equal(tensor.Values<float>(), own[name].Values<float>());
    }

    private SingleInstanceTransformer Fit(
        TrainerOptions training,
        List<TrainingProgress> epochs,
        ProgressTo? progress = null
    )
    {
        var ml = new MLContext(1);
        return ml.Pose()
            .SingleInstance(SpotFolder.Network(training with { Progress = progress ?? new ProgressTo(epochs.Add) }))
            .Fit(_spots.View(ml));
    }
}
