using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("run-").FullName, "run");
    private readonly SpotFolder _spots = new(12);

    private static TrainerOptions Training =>
        new()
        {
            Epochs = 6,
            StepsPerEpoch = 4,
            LearningRate = 3e-3,
            Seed = 3,
            AverageDecay = 0.9,
            Device = "cpu",
        };

    public void Dispose()
    {
        _spots.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Theory]
    [InlineData(Optimizer.Muon)]
    [InlineData(Optimizer.Adam)]
    [InlineData(Optimizer.AdamW)]
    [InlineData(Optimizer.Adam, true)]
    [InlineData(Optimizer.Muon, false, Normalization.None)]
    public void An_interrupted_training_goes_on_to_the_same_losses(
        Optimizer optimizer,
        bool amsgrad = false,
        Normalization normalization = Normalization.Batch
    )
    {
        var training = Training with { Optimizer = optimizer, Amsgrad = amsgrad, Normalization = normalization };
        var whole = Losses(training);
        var first = Interrupted(training with { RunFolder = _folder }, after: 3);
        var second = Losses(training with { RunFolder = _folder, Resume = true });
        Assert.Equal(3, first.Count);
        Assert.Equal([4, 5, 6], second.Select(p => p.Epoch));
        var pieces = first.Concat(second).ToList();
        for (var epoch = 0; epoch < 6; epoch++)
        {
            // 1e-6 of the loss: the same numbers in the same order; a library's threads may sum in another.
            Assert.Equal(whole[epoch].TrainingLoss, pieces[epoch].TrainingLoss, whole[epoch].TrainingLoss * 1e-6);
            Assert.Equal(whole[epoch].ValidationLoss, pieces[epoch].ValidationLoss, whole[epoch].ValidationLoss * 1e-6);
            Assert.Equal(whole[epoch].IsBest, pieces[epoch].IsBest);
        }
        Assert.Equal(7, File.ReadAllLines(Path.Combine(_folder, "single_instance", "training_log.csv")).Length);
        Assert.Contains("\"epoch\": 6", File.ReadAllText(Path.Combine(_folder, "single_instance", "progress.json")));
    }

    [Fact]
    public void A_finished_run_is_not_trained_again_and_gives_its_model()
    {
        Losses(Training with { RunFolder = _folder });
        Assert.Empty(Losses(Training with { RunFolder = _folder, Resume = true }));
    }

    [Fact]
    public void A_run_in_the_folder_is_not_overwritten_by_accident()
    {
        Losses(Training with { Epochs = 1, RunFolder = _folder });
        Assert.Contains(
            "Training.Resume",
            Assert.Throws<InvalidOperationException>(() => Losses(Training with { RunFolder = _folder })).Message
        );
    }

    [Fact]
    public void Other_terms_are_named()
    {
        Losses(Training with { Epochs = 1, RunFolder = _folder });
        var error = Assert.Throws<InvalidOperationException>(() =>
            Losses(
                Training with
                {
                    RunFolder = _folder,
                    Resume = true,
                    BatchSize = 3,
                    Seed = 4,
                    Optimizer = Optimizer.Adam,
                    Normalization = Normalization.None,
                    Tiles = new() { Size = 32 },
                }
            )
        );
        Assert.Contains("Training.Tiles was null and is 32 pixels", error.Message);
        Assert.Contains("Training.Normalization was Batch and is None", error.Message);
        Assert.Contains("Training.BatchSize was 4 and is 3", error.Message);
        Assert.Contains("the seed was 3 and is 4", error.Message);
        Assert.Contains("Training.Optimizer was Muon and is Adam", error.Message);
    }

    [Fact]
    public void A_damaged_checkpoint_is_named()
    {
        Losses(Training with { Epochs = 1, RunFolder = _folder });
        var file = Path.Combine(_folder, "single_instance", "last.checkpoint");
        var bytes = File.ReadAllBytes(file);
        foreach (
            var change in (Func<byte[]>[])
                [
                    () => bytes[..(bytes.Length / 2)],
                    () => [],
                    () => [.. bytes[..500], (byte)(bytes[500] ^ 1), .. bytes[501..]],
                ]
        )
        {
            File.WriteAllBytes(file, change());
            Assert.Contains(
                "last.checkpoint",
                Assert
                    .Throws<InvalidDataException>(() => Losses(Training with { RunFolder = _folder, Resume = true }))
                    .Message
            );
        }
    }

    [Fact]
    public void Both_networks_of_top_down_go_on()
    {
        using var pairs = new PairFolder(8);
        var backbone = new UNetOptions
        {
            Filters = 4,
            FiltersRate = 2,
            MaxStride = 8,
            OutputStride = 2,
        };
        List<TrainingProgress> Fit(TrainerOptions training, CancellationTokenSource? stop = null)
        {
            var (ml, seen) = (new MLContext(1), new List<TrainingProgress>());
            var own = training with
            {
                Progress = new Seen(p =>
                {
                    seen.Add(p);
                    stop?.Cancel();
                }),
                CancellationToken = stop?.Token ?? default,
            };
            try
            {
                ml.Pose()
                    .TopDown(
                        new()
                        {
                            Centroid = new()
                            {
                                Backbone = backbone,
                                Sigma = 1.5f,
                                Training = own,
                            },
                            CenteredInstance = new()
                            {
                                Backbone = backbone,
                                Sigma = 1.5f,
                                CropSize = 32,
                                Training = own,
                            },
                        }
                    )
                    .Fit(pairs.View(ml))
                    .Dispose();
            }
            catch (OperationCanceledException)
            {
                // Stopped in the first stage: the second has no weights yet.
            }
            return seen;
        }

        var options = Training with { Epochs = 2, StepsPerEpoch = 2 };
        var whole = Fit(options);
        using var stop = new CancellationTokenSource();
        var first = Fit(options with { RunFolder = _folder }, stop);
        Assert.Single(first);
        var second = Fit(options with { RunFolder = _folder, Resume = true });
        Assert.Equal(whole.Select(p => (p.Model, p.Epoch)), first.Concat(second).Select(p => (p.Model, p.Epoch)));
        Assert.Equal(whole[^1].ValidationLoss, second[^1].ValidationLoss, whole[^1].ValidationLoss * 1e-6);
    }

    [Fact]
    public void A_loss_that_is_no_number_names_the_step_and_what_it_saw()
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            Losses(
                Training with
                {
                    Optimizer = Optimizer.Adam,
                    LearningRate = 0.99,
                    Schedule = new LearningRateSchedule.Constant(),
                    ForegroundWeight = 1e30,
                    Normalization = Normalization.None, // with it no weight is too large
                }
            )
        );
        Assert.Contains("no longer a number in step", error.Message);
        Assert.Contains("samples ", error.Message);
    }

    private List<TrainingProgress> Losses(TrainerOptions training)
    {
        var seen = new List<TrainingProgress>();
        Fit(training with { Progress = new Seen(seen.Add) });
        return seen;
    }

    private List<TrainingProgress> Interrupted(TrainerOptions training, int after)
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<TrainingProgress>();
        Fit(
            training with
            {
                CancellationToken = stop.Token,
                Progress = new Seen(p =>
                {
                    seen.Add(p);
                    if (p.Epoch == after)
                        stop.Cancel();
                }),
            }
        );
        return seen;
    }

    private void Fit(TrainerOptions training)
    {
        var ml = new MLContext(1);
        ml.Pose().SingleInstance(SpotFolder.Network(training)).Fit(_spots.View(ml)).Dispose();
    }

    private sealed class Seen(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
