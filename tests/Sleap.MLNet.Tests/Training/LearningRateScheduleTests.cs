using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Cosine_warms_up_and_ends_at_nothing()
    {
        var rate = new LearningRateSchedule.Cosine { WarmupSteps = 9 }.Start(100, 1e-3, 10);
        Assert.Equal(1e-4, rate.At(0), 1e-7);
        Assert.Equal(1e-3 * 0.5 * (1 + Math.Cos(Math.PI * 0.5)), rate.At(50), 1e-9);
        Assert.True(rate.At(99) < 1e-6);
        Assert.All(Enumerable.Range(9, 90), step => Assert.True(rate.At(step) > rate.At(step + 1)));
    }

    [Fact]
    public void Cosine_can_end_above_nothing()
    {
        var rate = new LearningRateSchedule.Cosine { WarmupSteps = 0, FinalFraction = 0.1 }.Start(10, 1, 1);
        Assert.Equal(0.1, rate.At(10), 1e-9);
    }

    [Fact]
    public void Plateau_halves_the_rate_after_its_patience_and_then_rests()
    {
        var rate = new LearningRateSchedule.ReduceOnPlateau
        {
            Factor = 0.5,
            Patience = 2,
            Cooldown = 1,
        }.Start(100, 1, 10);
        var rates = new List<double>();
        foreach (var loss in (double[])[1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
        {
            rate.Validated(loss);
            rates.Add(rate.At(0));
        }
        // Bad epochs: third, fourth, fifth (more than 2: halved), the sixth rests, then three more.
        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25], rates);
    }

    [Fact]
    public void Plateau_never_falls_below_its_lowest()
    {
        var rate = new LearningRateSchedule.ReduceOnPlateau
        {
            Factor = 0.1,
            Patience = 0,
            Cooldown = 0,
            Lowest = 0.05,
        }.Start(100, 1, 10);
        for (var i = 0; i < 5; i++)
            rate.Validated(1);
        Assert.Equal(0.05, rate.At(0));
    }

    [Fact]
    public void Steps_fall_after_their_epochs()
    {
        var rate = new LearningRateSchedule.Step { Epochs = 2, Factor = 0.1 }.Start(100, 1, 10);
        var rates = new List<double>();
        for (var epoch = 0; epoch < 5; epoch++)
        {
            rates.Add(rate.At(0));
            rate.Validated(1);
        }
        Assert.Equal([1, 1, 0.1, 0.1, 0.01], rates, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void One_cycle_rises_and_falls_to_nothing()
    {
        var rate = new LearningRateSchedule.OneCycle { RiseFraction = 0.3 }.Start(100, 1, 10);
        Assert.Equal(1 / 25.0, rate.At(0), 1e-9);
        Assert.Equal(1, rate.At(30), 1e-9);
        Assert.Equal(0, rate.At(100), 1e-9);
        Assert.All(Enumerable.Range(0, 30), step => Assert.True(rate.At(step) < rate.At(step + 1)));
        Assert.All(Enumerable.Range(30, 70), step => Assert.True(rate.At(step) > rate.At(step + 1)));
    }

    [Fact]
    public void What_a_schedule_remembers_is_saved_and_loaded()
    {
        foreach (
            var schedule in (LearningRateSchedule[])
                [
                    new LearningRateSchedule.ReduceOnPlateau { Patience = 1 },
                    new LearningRateSchedule.Step { Epochs = 2 },
                ]
        )
        {
            var (one, other) = (schedule.Start(100, 1, 10), schedule.Start(100, 1, 10));
            for (var i = 0; i < 3; i++)
                one.Validated(1);
            using var file = new MemoryStream();
            one.Save(new BinaryWriter(file));
            file.Position = 0;
            other.Load(new BinaryReader(file));
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal(one.At(7), other.At(7));
                one.Validated(1);
                other.Validated(1);
            }
        }
    }

    [Fact]
    public void Wrong_values_are_named()
    {
        Assert.Contains(
            "Factor is 2",
            string.Join(' ', OptionFaults.Of(new LearningRateSchedule.ReduceOnPlateau { Factor = 2 }.Check))
        );
        Assert.Contains(
            "WarmupSteps is -1",
            string.Join(' ', OptionFaults.Of(new LearningRateSchedule.Cosine { WarmupSteps = -1 }.Check))
        );
    }
}
