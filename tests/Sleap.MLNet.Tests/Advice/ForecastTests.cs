using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>What more labels would bring.</summary>
public sealed class ForecastTests
{
    [Fact]
    public void An_exact_power_law_is_continued()
    {
        var forecast = Of([.. new[] { 20, 40, 80 }.Select(labels => (labels, 12 * Math.Pow(labels, -0.5)))]);
        Assert.Equal(80, forecast.Labels);
        Assert.Equal(Math.Sqrt(0.5), forecast.PerDoubling, 1e-9);
        var (error, low, high) = forecast.At(320);
        Assert.Equal(12 * Math.Pow(320, -0.5), error, 1e-9);
        Assert.Equal((error, error), (low, high), new Near());
        Assert.Equal("80 more frames: 0.9 px (0.9 to 0.9)", forecast.Say(80));
    }

    /// <summary>New measurements lie in the interval as often as it says, near and far from those known.</summary>
    [Theory]
    [InlineData(80)]
    [InlineData(320)]
    public void The_interval_holds_new_measurements_as_often_as_it_says(int labels)
    {
        var random = new Random(labels);
        double Measure(int count) => 10 * Math.Pow(count, -0.4) * Math.Exp(0.1 * Normal(random));
        var hits = Enumerable
            .Range(0, 2000)
            .Count(_ =>
            {
                var known = new[] { 20, 20, 20, 40, 40, 40, 80, 80, 80 }.Select(count => (count, Measure(count)));
                var (_, low, high) = Of([.. known]).At(labels);
                return Measure(labels) is var now && now >= low && now <= high;
            });
        // Three standard deviations of a share of 2,000.
        Assert.InRange(hits / 2000.0, 0.88, 0.92);
    }

    [Property(MaxTest = 100)]
    public Property An_interval_holds_its_error_and_grows_with_the_distance() =>
        Prop.ForAll(
            Gen.Choose(1, 1000).ListOf(9).ToArbitrary(),
            values =>
            {
                var forecast = Of([.. values.Select((value, i) => (20 << (i / 3), value / 100.0))]);
                var last = 0.0;
                foreach (var labels in new[] { 80, 160, 320 })
                {
                    var (error, low, high) = forecast.At(labels);
                    Assert.True(low <= error && error <= high);
                    Assert.True(Math.Log(high / low) >= last - 1e-9);
                    last = Math.Log(high / low);
                    Assert.True(forecast.At(labels, 0.5).High <= high);
                }
            }
        );

    [Fact]
    public void Short_trainings_on_parts_of_the_labels_are_measured()
    {
        using var folder = new PairFolder(24, animals: _ => 1);
        var ml = new MLContext(1);
        var view = folder.View(ml);
        var seen = new List<MeasuredError>();
        var forecast = ml.Pose()
            .Forecast(
                view,
                ml.Pose().AutoOptions(view, PoseModelKind.SingleInstance),
                new()
                {
                    Steps = 40,
                    Repeats = 2,
                    Shares = [0.3, 1],
                    Measured = new Listed(seen),
                }
            );
        Assert.Equal(seen, forecast.Measured);
        // A quarter of the 24 frames measures.
        Assert.Equal([18, 18, 5, 5], forecast.Measured.Select(one => one.Labels));
        Assert.All(forecast.Measured, one => Assert.InRange(one.Error, 0, 100));
    }

    [Fact]
    public void What_cannot_be_forecast_is_said()
    {
        using var folder = new PairFolder(8, animals: _ => 1);
        var ml = new MLContext(1);
        var few = Assert.Throws<ArgumentException>(() => ml.Pose().Forecast(folder.View(ml)));
        Assert.Contains("8 frames", few.Message);
        var wrong = Assert.Throws<ArgumentException>(() =>
            ml.Pose()
                .Forecast(
                    folder.View(ml),
                    null,
                    new()
                    {
                        Shares = [1],
                        Repeats = 1,
                        Steps = 0,
                    }
                )
        );
        foreach (var option in new[] { "Shares", "Repeats", "Steps" })
            Assert.Contains(option, wrong.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([(1, 2), (2, 1)]).At(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([(1, 2), (2, 1)]).At(5, 1));
    }

    private static ErrorForecast Of((int Labels, double Error)[] measured) =>
        new([.. measured.Select(one => new MeasuredError(one.Labels, one.Error, 1))]);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) < 1e-9 && Math.Abs(x.Item2 - y.Item2) < 1e-9;

        public int GetHashCode((double, double) value) => 0;
    }

    private sealed class Listed(List<MeasuredError> into) : IProgress<MeasuredError>
    {
        public void Report(MeasuredError value) => into.Add(value);
    }
}
