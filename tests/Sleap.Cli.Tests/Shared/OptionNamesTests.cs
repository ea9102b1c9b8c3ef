namespace Sleap.Cli.Tests;

public sealed class OptionNamesTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"sleap-{Guid.NewGuid():N}.csv");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(
        "predict",
        "SingleInstanceOptions: BatchSize is 0, expected 1 to 4096.",
        "--batch-size is 0, expected 1 to 4096."
    )]
    [InlineData(
        "predict",
        "TopDownOptions: Centroid.PeakThreshold is 2, expected 0 to 1.",
        "--centroid-threshold is 2, expected 0 to 1."
    )]
    [InlineData("analyze", "Smooth: Window is 4, expected an odd number.", "--smooth is 4, expected an odd number.")]
    [InlineData(
        "eval",
        "Evaluation options: OksStddev is -1, expected a spread.",
        "--oks-stddev is -1, expected a spread."
    )]
    [InlineData(
        "train",
        "UNet: 2 options cannot be used:\n  Training.Epochs is 0, expected 1.\n  Head.Other is 1, expected 2.",
        "UNet: 2 options cannot be used:\n  --epochs is 0, expected 1.\n  Head.Other is 1, expected 2."
    )]
    // What is no option of the verb keeps its name, and so does text that only looks like one.
    [InlineData(
        "info",
        "SingleInstanceOptions: BatchSize is 0, expected 1.",
        "SingleInstanceOptions: BatchSize is 0, expected 1."
    )]
    [InlineData(
        "predict",
        "a.csv, line 2: Scale is 'x', and a number was expected.",
        "a.csv, line 2: Scale is 'x', and a number was expected."
    )]
    public void Messages_have_the_names_of_the_verb(string verb, string message, string expected) =>
        Assert.Equal(
            expected,
            OptionNames.In(message, SleapCommand.Create().Subcommands.Single(command => command.Name == verb))
        );

    [Theory]
    [InlineData("0", "--max-gap is 0", false)]
    [InlineData("-3", "--max-gap is -3, expected at least 1", true)]
    [InlineData("2000000000", "--max-gap is 2000000000, expected at most 10000", true)]
    public void Numbers_that_size_memory_are_bounded(string value, string message, bool isRefused)
    {
        var (code, _, error) = Cli.Run(
            "analyze",
            Cli.Data("centered_pair_predictions.slp"),
            "--max-gap",
            value,
            "--out",
            _file
        );
        Assert.Equal(isRefused ? 1 : 0, code);
        Assert.Equal(isRefused, error.Contains(message, StringComparison.Ordinal));
    }
}
