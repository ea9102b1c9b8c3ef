using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

public sealed class ConfigurationTests
{
    [Fact]
    public void Approved_page_is_complete_and_current()
    {
        var page = new ConfigurationPage().Write();
        Type[] some =
        [
            typeof(SingleInstanceOptions),
            typeof(TrainerOptions),
            typeof(AugmentationOptions),
            typeof(UNetOptions),
            typeof(TrackingOptions),
            typeof(LearningRateSchedule.Cosine),
            typeof(IO.LabelsReadOptions),
        ];
        Assert.All(some, type => Assert.Contains(type, ConfigurationPage.Types));
        Assert.Contains("| `Epochs` | `int` | 100 | Maximum number of epochs. Default 100. |", page);
        Assert.All(
            page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)),
            line => Assert.False(line.EndsWith("|  |", StringComparison.Ordinal), line + " has no meaning")
        );
        Approved.Check("docs/configuration.md", page);
    }
}
