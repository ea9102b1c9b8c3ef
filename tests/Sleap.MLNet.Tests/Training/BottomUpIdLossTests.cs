using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class BottomUpIdLossTests : IDisposable
{
    private const float Weight = 2;
    private static readonly PoseSubject Subject = new(new Skeleton("fly", ["head", "tail"]), ["female", "male"]);
    private readonly PoseModel _model = new BottomUpIdOptions
    {
        Backbone = new UNetOptions
        {
            Filters = 2,
            MaxStride = 4,
            OutputStride = 2,
        },
        Sigma = 1.5f,
        ClassMaps = new()
        {
            Sigma = 1,
            OutputStride = 2,
            LossWeight = Weight,
        },
    }.CreateModel(Subject, Initialization.He, 1);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Names_begin_to_count_after_the_delay()
    {
        var (nodes, guess, sure) = (zeros(new long[] { 1, 2, 16, 32 }), full(1, 2, 16, 32, 0.5f), Right());
        float Loss(Tensor classes, double progress) =>
            _model.Loss([nodes, classes], Batch(0, 1) with { Progress = progress }).item<float>();
        Assert.Equal(Loss(sure, 0.2), Loss(guess, 0.2));
        Assert.True(Loss(guess, 0.3) > Loss(sure, 0.3));
        Assert.True(Loss(guess, 1) - Loss(sure, 1) > Loss(guess, 0.3) - Loss(sure, 0.3));
    }

    [Fact]
    public void An_animal_without_a_name_teaches_no_name()
    {
        var classes = full(1, 2, 16, 32, 0.5f).requires_grad_(true);
        _model.Loss([zeros(new long[] { 1, 2, 16, 32 }), classes], Batch(0, -1)).backward();
        var pull = classes.grad!.abs().sum(1).squeeze(0); // (16, 32)
        Assert.True(pull[6, 4].item<float>() > 0, "the named animal");
        Assert.True(pull[1, 16].item<float>() > 0, "the background");
        Assert.Equal(0, pull[6, 28].item<float>());
    }

    [Fact]
    public void A_nat_costs_what_maps_that_say_nothing_cost_times_the_weight()
    {
        var nodes = zeros(new long[] { 1, 2, 16, 32 });
        // At e^-1 for both classes the right one costs 1 nat, the wrong one -ln(1 - 1/e); in the background both are
        // wrong.
        double right = 1,
            wrong = -Math.Log(1 - Math.Exp(-1));
        var silence = _model.Loss([nodes, Right()], Batch(0, 1) with { Progress = 0 }).item<float>();
        var all = _model.Loss([nodes, full(1, 2, 16, 32, (float)Math.Exp(-1))], Batch(0, 1)).item<float>();
        Assert.Equal(silence * (1 + Weight * ((right + wrong) / 2 + wrong)), all, silence * 0.01);
    }

    // Two animals far from each other, left and right, in 32 x 64 pixels.
    private static TrainingBatch Batch(long left, long right) =>
        new(
            zeros(new long[] { 1, 1, 32, 64 }),
            tensor(new float[] { 8, 12, 8, 20, 56, 12, 56, 20 }, new long[] { 1, 2, 2, 2 }),
            tensor(new[] { left, right }, new long[] { 1, 2 })
        );

    private static Tensor Right() => new ClassMap(2, 2, 1).Encode(Batch(0, 1).Points, Batch(0, 1).Classes, 32, 64);
}
