using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>An optimizer that is saved and loaded makes the same steps as one that was never interrupted.</summary>
public sealed class OptimizerStateTests
{
    public static TheoryData<Optimizer> Optimizers => [Optimizer.Adam, Optimizer.AdamW, Optimizer.Muon];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void After_loading_the_next_steps_are_the_same_to_the_last_bit(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var optimizer = Open(network, kind);
        for (var step = 0; step < 3; step++)
            Step(network, optimizer, step);
        var saved = Saved(optimizer);
        var weights = WeightsOf(network);

        for (var step = 3; step < 5; step++)
            Step(network, optimizer, step);
        var expected = WeightsOf(network);
        Assert.NotEqual(weights, expected);

        Assert.Equal(expected, GoneOn(kind, weights, saved));
        // What was loaded matters: with the moments of the start the steps are others.
        Assert.NotEqual(expected, GoneOn(kind, weights, null));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_state_of_before_the_first_step_is_loaded_too(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var optimizer = Open(network, kind);
        var (weights, saved) = (WeightsOf(network), Saved(optimizer));
        for (var step = 3; step < 5; step++)
            Step(network, optimizer, step);
        Assert.Equal(WeightsOf(network), GoneOn(kind, weights, saved));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_state_does_not_depend_on_the_order_of_the_weights_in_memory(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        byte[] Of(bool channelsLast)
        {
            using var network = Network(channelsLast);
            using var optimizer = Open(network, kind);
            Step(network, optimizer, 0);
            var saved = Saved(optimizer);
            // Loaded and saved again it is the same, whatever the order of the network that it was loaded for.
            using var other = Network(!channelsLast);
            using var loading = Open(other, kind);
            Load(loading, saved);
            Assert.Equal(saved, Saved(loading));
            return saved;
        }

        var (last, first) = (Of(channelsLast: true), Of(channelsLast: false));
        // Adam's moments are of single numbers. Muon sums over matrices, in the order of their memory, but what it
        // keeps is the momentum alone.
        Assert.Equal(first, last);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_state_that_was_cut_short_is_an_error(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var optimizer = Open(network, kind);
        Step(network, optimizer, 0);
        var saved = Saved(optimizer);
        foreach (var length in (int[])[0, 4, 8, saved.Length / 2, saved.Length - 1])
            Assert.Throws<EndOfStreamException>(() => Load(optimizer, saved[..length]));
        Load(optimizer, saved);
    }

    /// <summary>
    /// The weights after steps 3 and 4 of a new network and optimizer that begin with these weights and this state;
    /// null: with a fresh one.
    /// </summary>
    private static float[] GoneOn(Optimizer kind, float[] weights, byte[]? state)
    {
        using var network = Network();
        using var optimizer = Open(network, kind);
        using (no_grad())
        {
            var from = 0;
            foreach (var parameter in network.parameters())
            {
                var count = (int)parameter.numel();
                parameter.copy_(tensor(weights[from..(from + count)], parameter.shape));
                from += count;
            }
        }
        if (state is not null)
            Load(optimizer, state);
        for (var step = 3; step < 5; step++)
            Step(network, optimizer, step);
        return WeightsOf(network);
    }

    private static PoseNetwork Network(bool channelsLast = true)
    {
        manual_seed(5);
        var network = new PoseNetwork(
            new UNetOptions
            {
                Filters = 4,
                FiltersRate = 2,
                MaxStride = 4,
                OutputStride = 2,
            },
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 3,
                    OutputStride = 2,
                },
            ]
        );
        if (!channelsLast)
            return network;
        network.UseChannelsLast();
        // Otherwise these tests would not test what they are for.
        Assert.Contains(network.parameters(), parameter => parameter.dim() == 4 && !parameter.is_contiguous());
        return network;
    }

    private static NetworkOptimizer Open(PoseNetwork network, Optimizer kind) =>
        new(
            network,
            new TrainerOptions
            {
                Optimizer = kind,
                LearningRate = 1e-2,
                WeightDecay = 0.1,
            }
        );

    /// <summary>A step with gradients that depend on nothing but the number of the step.</summary>
    private static void Step(PoseNetwork network, NetworkOptimizer optimizer, int step)
    {
        network.zero_grad();
        var random = new Random(step);
        var loss = zeros(1);
        foreach (var parameter in network.parameters())
        {
            float[] gradient = [.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => random.NextSingle() - 0.5f)];
            loss += (parameter * tensor(gradient, parameter.shape)).sum();
        }
        loss.backward();
        optimizer.Step(1e-2 / (step + 1));
    }

    private static byte[] Saved(NetworkOptimizer optimizer)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            optimizer.Save(writer);
        return stream.ToArray();
    }

    private static void Load(NetworkOptimizer optimizer, byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state));
        optimizer.Load(reader);
        Assert.Equal(state.Length, reader.BaseStream.Position);
    }

    private static float[] WeightsOf(PoseNetwork network) =>
        [.. network.parameters().SelectMany(parameter => parameter.Values<float>())];
}
