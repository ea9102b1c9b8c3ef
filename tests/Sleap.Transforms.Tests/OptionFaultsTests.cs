using System.Globalization;

namespace Sleap.Transforms.Tests;

public sealed class OptionFaultsTests
{
    [Fact]
    public void One_fault_is_one_line()
    {
        var faults = new OptionFaults("Smooth").AtLeast("Window", 0, 1);
        Assert.Equal("Smooth: Window is 0, expected at least 1.", Message(faults));
    }

    [Fact]
    public void Several_faults_are_a_list_and_each_is_named_once_by_its_path()
    {
        var faults = new OptionFaults("TopDown").NotNegative("Speed", double.NaN);
        faults.In("Centroid").In("Training").Within("Rate", 1.1f, 0, 1).Within("Rate", 1.1f, 0, 1);
        faults.In("Centroid").If(true, "there is no anchor");
        Assert.Equal(
            """
            TopDown: 3 options cannot be used:
              Speed is NaN, expected 0 or more.
              Centroid.Training.Rate is 1.1, expected 0 to 1.
              Centroid: there is no anchor.
            """,
            Message(faults),
            ignoreLineEndingDifferences: true
        );
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.1f)]
    [InlineData(1e-9)]
    [InlineData(float.MaxValue)]
    public void A_number_is_written_as_it_was_set_in_any_culture(object value)
    {
        var before = Thread.CurrentThread.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        Thread.CurrentThread.CurrentCulture = german;
        try
        {
            var number = Convert.ToDouble(value);
            var fault = Assert.Single(new OptionFaults("").Within("X", number, -2, -1.5).Found);
            Assert.Equal(FormattableString.Invariant($"X is {value}, expected -2 to -1.5"), fault);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void Null_is_no_fault_and_neither_are_the_limits()
    {
        new OptionFaults("X")
            .Positive("A", null)
            .AtLeast("B", null, 1)
            .Within("C", 0, 0, 1)
            .Within("C", 1, 0, 1)
            .PowerOfTwo("D", null)
            .PowerOfTwo("D", 64)
            .Between("E", null, 0, 1)
            .Throw();
        Assert.Equal(
            ["E is 0, expected more than 0 and less than 1", "D is 1, expected a power of two, at least 2"],
            new OptionFaults("X").Between("E", 0, 0, 1).PowerOfTwo("D", 1, 2).Found
        );
    }

    private static string Message(OptionFaults faults) => Assert.Throws<ArgumentException>(faults.Throw).Message;
}
