using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Alone, because torch's generator is one for the whole process.</summary>
[Collection("torch's generator")]
public sealed class InitializationTests
{
    [Fact]
    public void He_draws_weights_of_the_wanted_spread_and_zero_biases()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var network = new PoseNetwork(
            new UNetOptions
            {
                Filters = 32,
                MaxStride = 8,
                UpInterpolate = false,
            },
            [Head(1)],
            Initialization.He
        );
        foreach ((var name, var parameter) in network.state_dict())
        {
            var values = Golden.Floats(parameter.detach());
            var deviation = Math.Sqrt(values.Average(value => (double)value * value));
            var fanIn = name.Contains("trans_conv")
                ? parameter.size(0) * 9 / 4.0
                : parameter.numel() / (double)parameter.size(0);
            var expected =
                name.EndsWith("bias") ? 0
                : name.StartsWith("head_layers") ? 1e-3
                : Math.Sqrt(2 / fanIn);
            // The deviation of n draws itself deviates by about 1/√(2n) of itself; four times that.
            Assert.InRange(
                deviation,
                expected * (1 - 4 / Math.Sqrt(2.0 * values.Length)),
                expected * (1 + 4 / Math.Sqrt(2.0 * values.Length))
            );
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_network()
    {
        float[] First()
        {
            manual_seed(7);
            using var network = new PoseNetwork(
                new UNetOptions { Filters = 4, MaxStride = 4 },
                [Head(1)],
                Initialization.He
            );
            return [.. network.state_dict().Values.SelectMany(parameter => Golden.Floats(parameter.detach()))];
        }

        Assert.Equal(First(), First());
    }

    private static ConfidenceMapHeadOptions Head(int stride) =>
        new()
        {
            Kind = ConfidenceMapKind.SingleInstance,
            Nodes = 2,
            OutputStride = stride,
        };
}
