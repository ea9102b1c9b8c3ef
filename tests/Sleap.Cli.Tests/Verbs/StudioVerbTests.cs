namespace Sleap.Cli.Tests;

public sealed class StudioVerbTests
{
    [Fact]
    public void It_prints_its_address_and_stops_without_requests()
    {
        var (code, output, error) = Cli.Run(
            "studio",
            Cli.Data("small_robot_minimal.slp"),
            "--no-browser",
            "--idle-minutes",
            "0.01"
        );
        Assert.True(code == 0, error);
        Assert.Matches(@"http://127\.0\.0\.1:\d+/#token=[0-9a-f]{64}", output);
        Assert.Contains("no request for 0.01 minutes", error);
    }

    [Theory]
    [InlineData("no file or folder", "missing.slp")]
    [InlineData("is a model", "mouse.zip")]
    [InlineData("There is no model 'gone.zip'", "missing.slp", "--model", "gone.zip")]
    [InlineData("expected 1 to 65535", "missing.slp", "--port", "70000")]
    [InlineData("greater than 0", "missing.slp", "--idle-minutes", "0")]
    [InlineData("at most 10,000,000", "missing.slp", "--idle-minutes", "1e300")]
    public void What_cannot_be_opened_is_told(string message, params string[] words)
    {
        var (code, _, error) = Cli.Run(["studio", .. words]);
        Assert.Equal(1, code);
        Assert.Contains(message, error);
    }
}
