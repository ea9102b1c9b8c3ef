namespace Sleap.Cli.Tests;

public sealed class CommandLineNumbersTests
{
    [Theory]
    [InlineData("analyze", "--fps", "9,5")]
    [InlineData("analyze", "--fps", "1 000")]
    [InlineData("analyze", "--fps", "NaN")]
    [InlineData("analyze", "--fps", "1e999")]
    [InlineData("train", "--sigma", "2,5")]
    [InlineData("train", "--scale", "0,5")]
    [InlineData("eval", "--radius", "0,5")]
    public void A_number_has_a_point(string verb, string option, string value) =>
        Assert.Contains(
            $"{option} is '{value}', expected a number with a point before the decimals",
            Faults(verb, option, value)
        );

    [Theory]
    [InlineData("train", "--epochs", "1,000")]
    [InlineData("train", "--epochs", "2.0")]
    [InlineData("predict", "--batch-size", "4.")]
    public void A_count_is_whole(string verb, string option, string value) =>
        Assert.Contains($"{option} is '{value}', expected a whole number.", Faults(verb, option, value));

    [Theory]
    [InlineData("analyze", "--fps", "9.5")]
    [InlineData("analyze", "--fps", "1e2")]
    [InlineData("train", "--sigma", ".5")]
    [InlineData("train", "--epochs", "7")]
    public void Other_numbers_are_read(string verb, string option, string value) =>
        Assert.DoesNotContain($"{option} is", Faults(verb, option, value));

    /// <summary>A new option of a number cannot be forgotten.</summary>
    [Fact]
    public void Every_option_of_a_number_is_read_the_same_way()
    {
        var options = Verbs(SleapCommand.Create())
            .SelectMany(verb => verb.Options)
            .Where(option =>
            {
                var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
                return type.IsPrimitive && type != typeof(bool);
            })
            .ToList();
        Assert.True(options.Count > 30);
        Assert.All(
            options,
            option =>
                Assert.NotEmpty(
                    new System.CommandLine.Command("test") { option }
                        .Parse([option.Name, "1,5"])
                        .Errors
                )
        );
    }

    private static IEnumerable<System.CommandLine.Command> Verbs(System.CommandLine.Command command) =>
        command.Subcommands.SelectMany(Verbs).Prepend(command);

    private static string Faults(string verb, string option, string value)
    {
        string[] type = verb == "train" ? ["--type", "single-instance"] : [];
        return string.Join('\n', CommandLineErrors.Of(SleapCommand.Create().Parse([verb, .. type, option, value])));
    }
}
