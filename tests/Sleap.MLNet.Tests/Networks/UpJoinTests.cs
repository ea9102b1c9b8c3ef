using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
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
        select (new long[] { batch, channels, height, width }, new long[] { batch, beside, 2 * height, 2 * width }, order);

    [Property(MaxTest = 100)]
    public Property Joined_and_parted_as_by_libtorch() => Prop.ForAll(Shapes.ToArbitrary(), shapes =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Ordered(randn(shapes.X), shapes.Order & 1), skip = Ordered(randn(shapes.Skip), shapes.Order & 2);
        Assert.True(UpJoin.Takes(x, skip));
        Tensor upstream = randn([shapes.X[0], shapes.X[1] + shapes.Skip[1], shapes.Skip[2], shapes.Skip[3]]);
        Tensor[] expected = Run((map, beside) => cat(new[] { beside, nn.functional.interpolate(map, null, [2.0, 2.0], InterpolationMode.Bilinear, false) }, 1));
        Tensor[] actual = Run((map, beside) => UpJoinFunction.apply(map, beside));
        Assert.All(actual, tensor => Assert.True(ChannelsLast.Is(tensor)));
        foreach ((Tensor plain, Tensor here) in expected.Zip(actual))
            Assert.InRange(Golden.Difference(plain, here), 0, Rounding);

        Tensor[] Run(Func<Tensor, Tensor, Tensor> join)
        {
            Tensor[] leaves = [x.detach().clone().requires_grad_(), skip.detach().clone().requires_grad_()];
            Tensor output = join(leaves[0], leaves[1]);
            autograd.backward([output], [upstream]);
            return [ChannelsLast.Convert(output.detach()), .. leaves.Select(leaf => ChannelsLast.Convert(leaf.grad!))];
        }

        static Tensor Ordered(Tensor tensor, int channelsLast) => channelsLast == 0 ? tensor : ChannelsLast.Convert(tensor);
    });

    [Fact]
    public void The_trial_of_the_way_back_succeeds()
    {
        Assert.True(OwnGradients.AreRight);
        using var _ = no_grad();
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void Others_are_left_to_libtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.True(UpJoin.Takes(zeros(1, 8, 4, 4), zeros(1, 2, 8, 8)));
        Assert.False(UpJoin.Takes(zeros(1, 8, 4, 4), zeros(1, 2, 7, 8)));
        Assert.False(UpJoin.Takes(zeros(1, 4, 4, 4), zeros(1, 2, 8, 8)));
        Assert.False(UpJoin.Takes(zeros(1, 8, 4, 4, dtype: ScalarType.BFloat16), zeros(1, 2, 8, 8, dtype: ScalarType.BFloat16)));
    }
}
