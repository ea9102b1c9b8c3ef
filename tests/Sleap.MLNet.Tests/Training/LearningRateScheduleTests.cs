namespace Sleap.MLNet.Tests;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Cosine_warms_up_and_ends_at_nothing()
    {
        var rate = new LearningRateSchedule.Cosine { WarmupSteps = 9 }.Start(100, 1e-3);
        Assert.Equal(1e-4, rate(0), 1e-7);
        Assert.Equal(1e-3 * 0.5 * (1 + Math.Cos(Math.PI * 0.5)), rate(50), 1e-9);
        Assert.True(rate(99) < 1e-6);
        Assert.All(Enumerable.Range(9, 90), step => Assert.True(rate(step) > rate(step + 1)));
    }

    [Fact]
    public void Cosine_can_end_above_nothing()
    {
        var rate = new LearningRateSchedule.Cosine { WarmupSteps = 0, FinalFraction = 0.1 }.Start(10, 1);
        Assert.Equal(0.1, rate(10), 1e-9);
    }

    [Fact]
    public void Plateau_halves_the_rate_after_its_patience_and_then_rests()
    {
        var rate = new LearningRateSchedule.ReduceOnPlateau { Factor = 0.5, Patience = 2, Cooldown = 1 }.Start(100, 1);
        var plateau = Assert.IsType<LearningRateSchedule.ReduceOnPlateau.State>(rate.Target);
        var rates = new List<double>();
        foreach (var loss in (double[])[1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]) { plateau.Validated(loss); rates.Add(rate(0)); }
        // Bad epochs: third, fourth, fifth (more than 2: halved), the sixth rests, then three more.
        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25], rates);
    }

    [Fact]
    public void Plateau_never_falls_below_its_lowest()
    {
        var rate = new LearningRateSchedule.ReduceOnPlateau { Factor = 0.1, Patience = 0, Cooldown = 0, Lowest = 0.05 }.Start(100, 1);
        var plateau = (LearningRateSchedule.ReduceOnPlateau.State)rate.Target!;
        for (var i = 0; i < 5; i++) plateau.Validated(1);
        Assert.Equal(0.05, rate(0));
    }

    [Fact]
    public void Wrong_values_are_named()
    {
        Assert.Contains("Factor is 2", string.Join(' ', new LearningRateSchedule.ReduceOnPlateau { Factor = 2 }.Faults()));
        Assert.Contains("WarmupSteps is -1", string.Join(' ', new LearningRateSchedule.Cosine { WarmupSteps = -1 }.Faults()));
    }
}
