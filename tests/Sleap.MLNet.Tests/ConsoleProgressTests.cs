namespace Sleap.MLNet.Tests;

public sealed class ConsoleProgressTests
{
    [Fact]
    public void An_epoch_is_a_line_with_the_time_left()
    {
        var output = new StringWriter();
        var progress = new ConsoleProgress(output);
        foreach (var epoch in new[] { 1, 2 })
        {
            progress.Report(
                new TrainingProgress(
                    "centroid",
                    epoch,
                    4,
                    10 * epoch,
                    0.5,
                    0.25,
                    3.5,
                    1e-3,
                    true,
                    12,
                    TimeSpan.FromSeconds(5),
                    new TimeSpan(26, 4, 5)
                )
            );
        }
        var lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            "centroid  epoch   1/4  loss 0.50000  validation 0.25000  error   3.50 px *  lr 1.0e-3  12.0 steps/s  "
                + "ETA 26:04:05",
            lines[0]
        );
    }

    [Fact]
    public void A_prediction_has_a_line_after_a_second_then_every_ten_and_at_the_end()
    {
        PredictionProgress At(int frames, double seconds, bool last = false) =>
            new(
                frames,
                1,
                100,
                2 * frames,
                frames / seconds,
                TimeSpan.FromSeconds(seconds),
                TimeSpan.FromSeconds(last ? 0 : 3725),
                last
            );
        using var output = new StringWriter();
        var progress = new ConsoleProgress(output);
        foreach (var second in Enumerable.Range(1, 25))
            progress.Report(At(second, second));
        progress.Report(At(26, 25.5, last: true));
        // Another prediction begins anew.
        progress.Report(At(1, 0.5));
        progress.Report(At(2, 1));
        var lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["2/100", "12/100", "22/100", "27/100", "3/100"], lines.Select(line => line.Split(' ')[0]));
        Assert.Equal("2/100 frames (1 failed)  2 instances  1.0 frames/s  ETA 1:02:05", lines[0]);
    }
}
