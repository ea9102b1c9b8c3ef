using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Three steps of training from sleap-nn's parameters, with sleap-nn's losses.</summary>
public sealed class TrainingParityTests
{
    /// <summary>The margin that the golden files' README gives, and says why.</summary>
    private const double Near = 5e-6;

    public static TheoryData<string> Files =>
        [.. GoldenNetwork.Files("train-*").Where(file => file != "train-class-map-targets")];

    [Theory, MemberData(nameof(Files))]
    public void Targets_losses_gradients_and_parameters_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenNetwork(name);
        var file = golden.File;
        using var network = golden.Build();
        network.train();
        JsonNode trainer = JsonNode.Parse(file.Metadata["trainer"])!,
            mining = trainer["online_hard_keypoint_mining"]!;
        HardKeypointMining? hard = (bool)mining["online_mining"]!
            ? new()
            {
                HardToEasyRatio = (float)mining["hard_to_easy_ratio"]!,
                MinHardKeypoints = (int)mining["min_hard_keypoints"]!,
                LossScale = (float)mining["loss_scale"]!,
            }
            : null;
        var expected = file.Floats("loss");
        using optim.Optimizer adam = optim.Adam(
            network.parameters(),
            (double)trainer["lr"]!,
            0.9,
            0.999,
            1e-8,
            0,
            false
        );
        Dictionary<string, Tensor> gradients = [];
        for (var step = 0; step < 3; step++)
        {
            var batch = $"batch{step}.";
            var image = file.ToTensor(
                file.Entries.ContainsKey(batch + "image") ? batch + "image" : batch + "instance_image"
            );
            var outputs = network.call(image / 255f);
            var loss = zeros(Array.Empty<long>());
            foreach ((var head, var output) in network.Heads.Zip(outputs))
            {
                loss =
                    loss
                    + HeadLoss(file, batch, head, output, golden.Config, (int)image.size(2), (int)image.size(3), hard)
                        * head.LossWeight;
            }

            double relative = Math.Abs(loss.item<float>() - expected[step]) / expected[step];
            Golden.Log(nameof(TrainingParityTests), $"{name}.loss", relative);
            Assert.InRange(relative, 0, 1e-5);
            adam.zero_grad();
            loss.backward();
            if (step == 0)
            {
                gradients = network
                    .named_parameters()
                    .ToDictionary(parameter => parameter.name, parameter => parameter.parameter.grad!.detach().clone());
                AssertState(file, name, "grad.model.", network, parameter => parameter.grad!, GradientMargin);
            }

            adam.step();
            if (step is 0 or 2)
            {
                AssertState(
                    file,
                    name,
                    $"after{step + 1}.model.",
                    network,
                    parameter => parameter,
                    (entry, _) => StepMargin(gradients[entry], (double)trainer["lr"]!, step + 1)
                );
            }
        }
    }

    [Fact]
    public void Class_maps_of_the_training_files_are_scrambled_only_when_asked_to()
    {
        using var scope = NewDisposeScope();
        var file = Golden.Open("networks/train-class-map-targets.safetensors");
        var settings = JsonNode.Parse(file.Metadata["settings"])!;
        var cases = JsonNode.Parse(file.Metadata["cases"])!.AsArray();
        var different = 0;
        for (var i = 0; i < cases.Count; i++)
        {
            var classes = (int)file.ToTensor($"case{i}.class_maps").size(0);
            Tensor Draw(bool scramble) =>
                new ClassMap(
                    classes,
                    (int)settings["output_stride"]!,
                    (float)settings["sigma"]!,
                    (float)settings["threshold"]!
                )
                {
                    ScrambleClasses = scramble,
                }
                    .Encode(
                        file.ToTensor($"case{i}.instances").unsqueeze(0),
                        tensor(cases[i]!["class_inds"]!.AsArray().Select(c => (long)c!).ToArray()).unsqueeze(0),
                        (int)settings["img_hw"]![0]!,
                        (int)settings["img_hw"]![1]!
                    )
                    .squeeze(0);
            Assert.InRange(Golden.Difference(file.ToTensor($"case{i}.class_maps"), Draw(true)), 0, 1e-6);
            different += Golden.Difference(file.ToTensor($"case{i}.class_maps"), Draw(false)) > 0.5 ? 1 : 0;
        }

        Assert.InRange(different, 1, cases.Count - 1);
    }

    private static Tensor HeadLoss(
        Safetensors file,
        string batch,
        HeadOptions head,
        Tensor output,
        JsonNode config,
        int height,
        int width,
        HardKeypointMining? mining
    )
    {
        Tensor points = file.ToTensor(batch + "instances"),
            classes = file.ToTensor(batch + "class_inds");
        float Sigma(string section) =>
            config["head_configs"]!
                .AsObject()
                .Select(type => (float?)type.Value?[section]?["sigma"])
                .First(sigma => sigma is not null)!
                .Value;
        (var name, var targets) = head switch
        {
            ConfidenceMapHeadOptions maps => (
                "confidence_maps",
                new ConfidenceMap(maps.OutputStride, Sigma("confmaps")).Encode(points, height, width)
            ),
            PartAffinityHeadOptions fields => (
                "part_affinity_fields",
                new PartAffinity(Edges(config), fields.OutputStride, Sigma("pafs")).Encode(points, height, width)
            ),
            ClassMapHeadOptions maps => (
                "class_maps",
                new ClassMap(maps.Classes, maps.OutputStride, Sigma("class_maps")) { ScrambleClasses = true }.Encode(
                    points,
                    classes,
                    height,
                    width
                )
            ),
            ClassVectorHeadOptions vectors => (
                "class_vectors",
                new ClassVector(vectors.Classes).Encode(classes.squeeze(1))
            ),
            _ => throw new NotSupportedException(head.Name),
        };
        Assert.InRange(Golden.Difference(file.ToTensor(batch + name), targets), 0, 1e-5);
        if (head is ClassVectorHeadOptions)
            return ClassVector.Loss(output, targets, true);
        var loss = (output - targets).square().mean();
        return mining is null || head is ClassMapHeadOptions ? loss : loss + mining.Loss(output, targets);
    }

    private static IEnumerable<Sleap.IO.Edge> Edges(JsonNode config)
    {
        var head = config["head_configs"]!["bottomup"]!;
        string[] parts = [.. head["confmaps"]!["part_names"]!.AsArray().Select(part => (string)part!)];
        return head["pafs"]!["edges"]!
            .AsArray()
            .Select(edge => new Sleap.IO.Edge(
                Array.IndexOf(parts, (string)edge![0]!),
                Array.IndexOf(parts, (string)edge[1]!)
            ));
    }

    // As the loss, 1e-5 of the largest.
    private static Tensor GradientMargin(string entry, Tensor gradient) =>
        full_like(gradient, Math.Max(1e-6, 1e-5 * gradient.abs().max().item<float>()));

    // Besides, what the gradient's own margin can make of Adam's steps: they are of one length, the learning rate,
    // however small the gradient is, and one that is 0 but for rounding goes either way.
    private static Tensor StepMargin(Tensor gradient, double learningRate, int steps)
    {
        var uncertainty = GradientMargin("", gradient) / (gradient.abs() + 1e-8);
        return uncertainty.clamp(max: 1).mul(2 * learningRate * steps).add(Near);
    }

    private static void AssertState(
        Safetensors file,
        string name,
        string prefix,
        PoseNetwork network,
        Func<Tensor, Tensor> part,
        Func<string, Tensor, Tensor> margin
    )
    {
        var state = network.state_dict();
        string[] names = [.. file.Entries.Keys.Where(entry => entry.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        var (numbers, far) = (0L, 0L);
        foreach (var entry in names)
        {
            Tensor expected = file.ToTensor(entry),
                actual = part(state[entry[prefix.Length..]]).detach(),
                differences = (expected - actual).abs();
            Golden.Difference(expected, actual, nameof(TrainingParityTests), $"{name}.{prefix}");
            Assert.InRange((differences / margin(entry[prefix.Length..], expected)).max().item<float>(), 0, 1);
            numbers += expected.numel();
            far += differences.gt(Near).sum().item<long>();
        }

        Assert.InRange(far, 0, numbers / 100);
    }
}
