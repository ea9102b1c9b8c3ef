using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class LossTests
{
    private static readonly GoldenCalls Data = new("ops/losses.safetensors");
    private static readonly JsonNode Table = Golden.Json("ops/losses.json");

    [Fact]
    public void Mining_of_hard_keypoints_equals_that_of_sleap_nn()
    {
        using var scope = NewDisposeScope();
        Tensor target = Data.Tensor("data/y_gt"),
            output = Data.Tensor("data/y_pr");
        Check(Table["mse"]!, (output - target).square().mean());
        Assert.Equal(new HardKeypointMining(), Mining(Table["ohkm_defaults"]!));
        foreach (var row in Table["ohkm"]!.AsArray())
            Check(row!["loss"]!, Mining(row["args"]!).Loss(output, target));
        Check(
            Table["ohkm_with_one_perfect_channel"]!,
            new HardKeypointMining().Loss(Data.Tensor("perfect_channel/y_pr"), target)
        );
    }

    [Fact]
    public void Focal_loss_of_centroids_equals_that_of_sleap_nn()
    {
        using var scope = NewDisposeScope();
        Tensor target = Data.Tensor("data/y_gt"),
            output = Data.Tensor("data/y_pr").sigmoid();
        var standard = new FocalLoss();
        foreach (var row in Table["centroid_focal"]!.AsArray())
        {
            var args = row!["args"]!;
            var loss = new FocalLoss
            {
                Alpha = (float?)args["alpha"] ?? standard.Alpha,
                Beta = (float?)args["beta"] ?? standard.Beta,
                PositiveThreshold = (float?)args["pos_threshold"] ?? standard.PositiveThreshold,
            };
            Check(row["loss"]!, loss.Loss(output, target));
        }

        Assert.Throws<ArgumentException>(() => standard.Loss(output, target.narrow(1, 0, 2)));
        Assert.Equal(
            3,
            new FocalLoss
            {
                Alpha = -1,
                Beta = float.NaN,
                PositiveThreshold = 0,
            }
                .Faults()
                .Count
        );
    }

    [Fact]
    public void Frames_without_animals_count_as_in_sleap_nn_and_only_in_training()
    {
        using var scope = NewDisposeScope();
        Tensor target = Data.Tensor("data/y_gt"),
            output = Data.Tensor("data/y_pr");
        var row = Table["negative_weighted"]!;
        Assert.Equal([1, 0], row["is_negative"]!.AsArray().Select(one => (int)one!));
        var points = tensor(
            new[] { float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, 1f, 2f },
            new long[] { 2, 1, 2, 2 }
        );
        var validation = new TrainingBatch(output, points, zeros(2, 1));
        Check(row["val"]!, new MapLoss(0, null).Of(output, target, validation.Weights()));
        Check(
            row["train"]!,
            new MapLoss(0, null).Of(
                output,
                target,
                (validation with { NegativeWeight = (double)row["negative_loss_weight"]! }).Weights()
            )
        );
    }

    [Fact]
    public void The_gradient_of_mining_is_that_of_the_hard_maps_alone()
    {
        using var scope = NewDisposeScope();
        var output = tensor(new float[] { 0.1f, 3, 2 }, new long[] { 1, 3, 1, 1 }).requires_grad_(true);
        new HardKeypointMining { LossScale = 1 }
            .Loss(output, zeros(new long[] { 1, 3, 1, 1 }))
            .backward();
        Assert.Equal([0f, 3, 2], Golden.Floats(output.grad!));
        Assert.Throws<ArgumentException>(() =>
            new HardKeypointMining().Loss(zeros(new long[] { 1, 3, 1, 1 }), zeros(new long[] { 1, 2, 1, 1 }))
        );
        Assert.Equal(
            4,
            new HardKeypointMining
            {
                HardToEasyRatio = 0,
                MinHardKeypoints = 0,
                MaxHardKeypoints = 0,
                LossScale = -1,
            }
                .Faults()
                .Count
        );
    }

    [Fact]
    public void Cross_entropy_of_probabilities_is_that_of_the_logits_and_sleap_nns_is_of_the_probabilities_again()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Data.Tensor("class_vectors/logits"),
            targets = Data.Tensor("class_vectors/vectors"),
            probabilities = logits.softmax(1);
        Check(Table["cross_entropy"]!, ClassVector.Loss(probabilities, targets));
        Check(
            Table["cross_entropy_first_two_rows"]!,
            ClassVector.Loss(probabilities.narrow(0, 0, 2), targets.narrow(0, 0, 2))
        );
        Check(Table["cross_entropy_of_softmaxed_logits"]!, ClassVector.Loss(probabilities, targets, true));
    }

    [Fact]
    public void The_gradient_of_a_sure_mistake_is_whole_and_of_an_impossible_one_finite()
    {
        using var scope = NewDisposeScope();
        foreach ((var gap, var expected) in new[] { (1f, -0.7310586f), (30f, -1f), (80f, -1f), (500f, 0f) })
        {
            var logits = tensor(new[] { 0, gap }, new long[] { 1, 2 }).requires_grad_(true);
            var loss = ClassVector.Loss(logits.softmax(1), tensor(new float[] { 1, 0 }, new long[] { 1, 2 }));
            loss.backward();
            Assert.True(float.IsFinite(loss.item<float>()));
            Assert.Equal(expected, logits.grad![0, 0].item<float>(), 1e-5f);
        }
    }

    private static HardKeypointMining Mining(JsonNode args)
    {
        var standard = new HardKeypointMining();
        return new()
        {
            HardToEasyRatio = (float?)args["hard_to_easy_ratio"] ?? standard.HardToEasyRatio,
            MinHardKeypoints = (int?)args["min_hard_keypoints"] ?? standard.MinHardKeypoints,
            MaxHardKeypoints = (int?)args["max_hard_keypoints"],
            LossScale = (float?)args["loss_scale"] ?? standard.LossScale,
        };
    }

    // 1e-5 relative: sums of a few hundred single-precision numbers in another order.
    private static void Check(JsonNode expected, Tensor loss)
    {
        double right = (double)expected,
            relative = Math.Abs(loss.item<float>() - right) / right;
        Golden.Log(nameof(LossTests), nameof(Check), relative);
        Assert.InRange(relative, 0, 1e-5);
    }
}
