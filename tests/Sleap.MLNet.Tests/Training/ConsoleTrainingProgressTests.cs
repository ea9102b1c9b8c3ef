namespace Sleap.MLNet.Tests;

public sealed class ConsoleTrainingProgressTests
{
    private static TrainingProgress After(int epoch, bool isLast = false) =>
        new(
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
            new TimeSpan(26, 4, 5),
            isLast
        );

    private static TrainingStep Within(int step) =>
        new("centroid", 2, 4, step, 10, 0.125, 3.5, 5e-4, 12, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(65));

    [Fact]
    public void In_a_file_an_epoch_is_a_line_and_steps_are_none()
    {
        var output = new StringWriter();
        var progress = new ConsoleTrainingProgress(output, width: null);
        progress.Report(After(1));
        progress.Report(Within(5));
        progress.Report(After(2, isLast: true));
        var lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(2, lines.Length);
        Assert.Contains(
            "epoch   1/4  loss 0.50000  validation 0.25000  error   3.50 px *  lr 1.0e-3  12.0 steps/s  "
                + "ETA 26:04:05",
            lines[0]
        );
    }

    [Fact]
    public void On_a_terminal_a_line_is_drawn_over_and_never_wraps_and_ends_with_the_training()
    {
        var output = new StringWriter();
        var progress = new ConsoleTrainingProgress(output, width: 100);
        progress.Report(Within(5));
        progress.Report(After(2));
        progress.Report(After(3, isLast: true));
        var text = output.ToString();
        Assert.EndsWith(Environment.NewLine, text);
        var drawn = text.TrimEnd().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, drawn.Length);
        // Of 4 epochs one and a half are done: 6 of 16 blocks.
        Assert.StartsWith(
            "[██████░░░░░░░░░░] centroid  epoch   2/4  step   5/10  loss 0.12500  error   3.50 px  lr 5.0e-4",
            drawn[0]
        );
        Assert.All(drawn, line => Assert.True(line.Length < 100, line));
    }

    [Fact]
    public void A_shorter_line_leaves_nothing_of_a_longer_one()
    {
        var output = new StringWriter();
        var progress = new ConsoleTrainingProgress(output, width: 300);
        progress.Report(Within(5) with { Model = "multi_class_topdown" });
        progress.Report(Within(6));
        var drawn = output.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(drawn[0].Length, drawn[1].Length);
    }
}
