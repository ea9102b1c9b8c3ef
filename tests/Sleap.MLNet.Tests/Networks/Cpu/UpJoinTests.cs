using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class UpJoinTests
{
    /// <summary>Numbers up to some 4, weighed four times in single precision, which has 6e-8.</summary>
    private const double Rounding = 2e-6;

    private static readonly Gen<(long[] X, long[] Skip, int Order)> Shapes =
        from batch in Gen.Choose(1, 3)
        from channels in Gen.Elements(8, 11, 16, 36)
        from beside in Gen.Elements(1, 3, 8, 24)
        from height in Gen.Choose(1, 9)
        from width in Gen.Choose(1, 9)
        from order in Gen.Choose(0, 3)
        select (
            new long[] { batch, channels, height, width },
            new long[] { batch, beside, 2 * height, 2 * width },
            order
        );

    [Property(MaxTest = 100)]
    public Property Joined_and_parted_as_by_libtorch() =>
        Prop.ForAll(
            Shapes.ToArbitrary(),
            shapes =>
            {
                using var scope = NewDisposeScope();
                Tensor x = Ordered(randn(shapes.X), shapes.Order & 1),
                    skip = Ordered(randn(shapes.Skip), shapes.Order & 2);
                Assert.True(UpJoin.Takes(x, skip));
                var upstream = randn([shapes.X[0], shapes.X[1] + shapes.Skip[1], shapes.Skip[2], shapes.Skip[3]]);
                var expected = Run(
                    (map, beside) =>
                        cat(
                            new[]
                            {
                                beside,
                                nn.functional.interpolate(map, null, [2.0, 2.0], InterpolationMode.Bilinear, false),
                            },
                            1
                        )
                );
                var actual = Run((map, beside) => UpJoinFunction.apply(map, beside));
                Assert.All(actual, tensor => Assert.True(ChannelsLast.Is(tensor)));
                foreach ((var plain, var here) in expected.Zip(actual))
                    Assert.InRange(Golden.Difference(plain, here), 0, Rounding);

                Tensor[] Run(Func<Tensor, Tensor, Tensor> join)
                {
                    Tensor[] leaves = [x.detach().clone().requires_grad_(), skip.detach().clone().requires_grad_()];
                    var output = join(leaves[0], leaves[1]);
                    autograd.backward([output], [upstream]);
                    return
                    [
                        ChannelsLast.Convert(output.detach()),
                        .. leaves.Select(leaf => ChannelsLast.Convert(leaf.grad!)),
                    ];
                }

                static Tensor Ordered(Tensor tensor, int channelsLast) =>
                    channelsLast == 0 ? tensor : ChannelsLast.Convert(tensor);
            }
        );

    /// <summary>
    /// Through TorchSharp's autograd functions: a convolution behind a joined map has the gradients of libtorch's own
    /// layers.
    /// </summary>
    [Fact]
    public void Gradients_come_back_through_functions_behind_each_other()
    {
        const int channels = 8,
            side = 6;
        using var scope = NewDisposeScope();
        var generator = new Random(1);
        Tensor map = Numbers(1, channels, side, side),
            skip = Numbers(1, channels, 2 * side, 2 * side),
            weight = Numbers(channels, 2 * channels, 3, 3),
            bias = Numbers(channels);
        var own = Gradients(
            (x, beside, filters, add) => ConvReluFunction.apply(UpJoinFunction.apply(x, beside), filters, add)
        );
        var plain = Gradients(
            (x, beside, filters, add) =>
                nn
                    .functional.conv2d(
                        cat(
                            new[]
                            {
                                beside,
                                nn.functional.interpolate(x, null, [2.0, 2.0], InterpolationMode.Bilinear, false),
                            },
                            1
                        ),
                        filters,
                        add,
                        [1L, 1L],
                        [1L, 1L]
                    )
                    .relu()
        );
        foreach ((var found, var right) in own.Zip(plain))
            // Winograd's rounding is twice that of the plain sum
            Assert.InRange((found - right).norm().item<float>(), 0, 1e-4 * right.norm().item<float>());

        Tensor Numbers(params long[] shape) =>
            tensor(
                [
                    .. Enumerable
                        .Range(0, (int)shape.Aggregate((a, b) => a * b))
                        .Select(_ => generator.NextSingle() - 0.5f),
                ],
                shape
            );

        Tensor[] Gradients(Func<Tensor, Tensor, Tensor, Tensor, Tensor> layers)
        {
            Tensor[] leaves =
            [
                .. new[] { map, skip, weight, bias }.Select(leaf => leaf.detach().clone().requires_grad_(true)),
            ];
            layers(leaves[0], leaves[1], leaves[2], leaves[3]).square().sum().backward();
            return [.. leaves.Select(leaf => leaf.grad!)];
        }
    }

    [Fact]
    public void Others_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        Assert.True(UpJoin.Takes(zeros(1, 8, 4, 4), zeros(1, 2, 8, 8)));
        Assert.False(UpJoin.Takes(zeros(1, 8, 4, 4), zeros(1, 2, 7, 8)));
        Assert.False(UpJoin.Takes(zeros(1, 4, 4, 4), zeros(1, 2, 8, 8)));
        Assert.False(
            UpJoin.Takes(zeros(1, 8, 4, 4, dtype: ScalarType.BFloat16), zeros(1, 2, 8, 8, dtype: ScalarType.BFloat16))
        );
    }
}
