using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>The two stages of a top-down model agree on the center of an instance.</summary>
public sealed class StageCentersTests
{
    [Theory]
    [InlineData(
        "centroid_method=bbox_center",
        "centroid_method=geometric_median",
        "centroid_method is bbox_center and"
    )]
    [InlineData("centroid_method=bbox_center", "", "CenteredInstance.centroid_method center_of_mass, so the crops")]
    [InlineData("", "anchor_part=head", "Centroid.AnchorPart is null and CenteredInstance.AnchorPart head, so the")]
    [InlineData("centroid_method=bbox_center", "centroid_method=bbox_center", null)]
    [InlineData("centroid_method=center_of_mass", "", null)]
    public void Configurations_that_contradict_each_other_are_an_error(string first, string second, string? fault)
    {
        var options = ModelTypes.Join([Read("centroid", first), Read("centered_instance", second)])!;
        var pose = new MLContext(1).Pose();
        if (fault is null)
            options.CreateEstimator(pose);
        else
            Assert.Contains(fault, Assert.Throws<ArgumentException>(() => options.CreateEstimator(pose)).Message);
    }

    [Fact]
    public void Trained_models_that_contradict_each_other_are_a_warning()
    {
        Assert.Contains(
            "Centroid.AnchorPart is null and CenteredInstance.AnchorPart A",
            string.Join('\n', Warnings("models/centroid", "models/multiclass_centered_instance"))
        );
        Assert.DoesNotContain(
            "so the crops",
            string.Join('\n', Warnings("models/centroid", "models/centered_instance"))
        );
    }

    private static List<string> Warnings(params string[] folders)
    {
        var (ml, messages) = (new MLContext(1), new List<string>());
        ml.Log += (_, entry) => messages.Add(entry.Message);
        ml.Pose().FromSleap([.. folders.Select(Golden.PathOf)]).Dispose();
        return messages;
    }

    private static NetworkOptions Read(string network, string change)
    {
        ConfigOverride[] changes =
            change.Length == 0 ? [] : [ConfigOverride.Parse($"model_config.head_configs.{network}.confmaps.{change}")];
        return SleapConfig.Read(Golden.PathOf($"config/unet.{network}.yaml"), trained: false, changes).Options;
    }
}
