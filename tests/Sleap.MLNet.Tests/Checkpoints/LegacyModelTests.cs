using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Models of SLEAP before 1.5, which TensorFlow trained, give the activations that Keras stored with them.
/// </summary>
public sealed class LegacyModelTests(ITestOutputHelper output)
{
    // The error of sleap-nn's own conversion with Keras' cropping, times ten: another order of the sums. In the ID
    // model activations are large inside.
    [Theory]
    [InlineData("minimal_robot.UNet.single_instance", 2.3e-6, ModelType.SingleInstance)]
    [InlineData("minimal_instance.UNet.bottomup", 2e-7, ModelType.BottomUp)]
    [InlineData("minimal_instance.UNet.centered_instance", 2e-7, ModelType.CenteredInstance)]
    [InlineData("minimal_instance.UNet.centroid", 1e-7, ModelType.Centroid)]
    [InlineData("min_tracks_2node.UNet.topdown_multiclass", 1.2e-6, ModelType.TopDownId)]
    [InlineData("min_tracks_2node.UNet.bottomup_multiclass", 1e-4, ModelType.BottomUpId)]
    public void Outputs_are_those_that_Keras_stored(string name, double tolerance, ModelType type)
    {
        var path = Golden.PathOf($"legacy/{name}");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var folder = ModelFolder.Read(path);
        Assert.Equal(type, folder.Config.Type);
        var reference = Golden.Json($"legacy/{name}.json");
        using var network = new PoseNetwork(folder.Config.Options.Backbone, HeadsOf(folder.Config));
        var unused = folder.Load(network);
        network.eval();
        var shape = reference["input"]!["shape_nhwc"]!.AsArray().Select(n => (long)n!).ToArray();
        var outputs = network.call(zeros(shape[0], shape[3], shape[1], shape[2]));
        using var stored = Hdf5Reader.Open(Path.Combine(path, "dummy_activations.h5"));
        foreach (var head in reference["heads"]!.AsArray())
        {
            var (keras, ours) = ((string)head!["keras"]!, (string?)head["sleap_nn"]);
            if (ours is null)
            {
                Assert.Contains(unused, remark => remark.Contains(keras));
                continue;
            }
            var dataset = stored.Contains($"activations/{keras}") ? $"activations/{keras}" : keras;
            var expected = tensor(stored.ReadNumbers<float>(dataset), stored.Sizes(dataset));
            if (expected.dim() == 4)
                expected = expected.permute(0, 3, 1, 2);
            var index = network.Heads.Select(h => h.Name).ToList().IndexOf(ours);
            var difference = outputs[index].sub(expected).abs().max().item<float>();
            output.WriteLine(
                $"{name} {ours}: largest difference {difference:g3} of {expected.abs().max().item<float>():g3}"
            );
            Assert.True(difference <= tolerance, $"{ours}: {difference}, allowed {tolerance}");
        }
    }

    [Fact]
    public void A_legacy_folder_predicts_and_is_saved_and_loaded()
    {
        var ml = new MLContext(1);
        using var model = ml.Pose().FromSleap(Golden.PathOf("legacy/minimal_robot.UNet.single_instance"));
        var view = ml.Pose().LoadLabels(Golden.PathOf("../data/small_robot_minimal.slp"));
        using var file = new MemoryStream();
        ml.Model.Save(model, view.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        var (before, after) = (ml.Pose().Evaluate(model.Transform(view)), ml.Pose().Evaluate(loaded.Transform(view)));
        Assert.Equal(before.All.Mean, after.All.Mean);
        // Two frames that it was trained on.
        Assert.Equal(4, before.All.Found);
        Assert.True(before.All.Mean < 10, $"mean error {before.All.Mean:0.0} px");
    }

    private static IReadOnlyList<HeadOptions> HeadsOf(SleapConfig config) =>
        config.Options.Heads(new PoseSubject(config.Skeleton!, config.Classes));
}
