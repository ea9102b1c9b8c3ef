using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

public sealed class OptimizerTests
{
    static readonly double[] Gradients = [0.5, -1, 0.25];

    /// <summary>The formula of Kingma and Ba, with decoupled or plain weight decay.</summary>
    static double ByFormula(double w, double rate, double decay, bool decoupled, bool amsgrad)
    {
        double m = 0, v = 0, top = 0;
        for (var t = 1; t <= Gradients.Length; t++)
        {
            var g = Gradients[t - 1] + (decoupled ? 0 : decay * w);
            if (decoupled) w *= 1 - rate * decay;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            top = Math.Max(top, v);
            w -= rate * m / (1 - Math.Pow(0.9, t)) / (Math.Sqrt((amsgrad ? top : v) / (1 - Math.Pow(0.999, t))) + 1e-8);
        }
        return w;
    }

    static double Stepped(Func<Parameter, optim.Optimizer> make, ScalarType type, bool strided)
    {
        var start = full([2, 3], 1.5, type);
        var parameter = new Parameter(strided ? full([3, 2], 1.5, type).t() : start);
        using var optimizer = make(parameter);
        foreach (var gradient in Gradients)
        {
            parameter.grad = full([2, 3], gradient, type);
            optimizer.step();
        }
        Assert.Equal(0, (parameter - parameter[0, 0]).abs().max().ToDouble());
        return parameter[1, 2].ToDouble();
    }

    /// <summary>float32 takes the one pass; float64 and gradients of other strides the operators. 1e-6 is what float32 can tell near 1.5.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.Float64, false)]
    public void AdamStepsByItsFormula(ScalarType type, bool strided)
    {
        foreach (var decay in new[] { 0, 0.1 })
            foreach (var amsgrad in new[] { false, true })
            {
                Assert.Equal(ByFormula(1.5, 0.1, decay, false, amsgrad),
                    Stepped(p => optim.Adam([p], 0.1, 0.9, 0.999, 1e-8, decay, amsgrad), type, strided), 1e-6);
                Assert.Equal(ByFormula(1.5, 0.1, decay, true, amsgrad),
                    Stepped(p => optim.AdamW([p], 0.1, 0.9, 0.999, 1e-8, decay, amsgrad), type, strided), 1e-6);
            }
        Assert.Equal(3 - ByFormula(1.5, 0.1, 0, false, false), Stepped(p => optim.Adam([p], 0.1, 0.9, 0.999, 1e-8, 0, false, true), type, strided), 1e-6);
    }

    [Fact]
    public void StochasticDescentRemembersItsMomentum()
    {
        double w = 1.5, v = 0;
        foreach (var g in Gradients)
        {
            v = g == Gradients[0] ? g : 0.9 * v + g;
            w -= 0.1 * v;
        }
        Assert.Equal(w, Stepped(p => optim.SGD([p], 0.1, 0.9), float64, false), 1e-12);
        Assert.Equal(1.5 - 0.1 * Gradients.Sum(), Stepped(p => optim.SGD([p], 0.1), float64, false), 1e-12);
    }

    [Fact]
    public void GroupsHaveTheirOwnRatesAndParametersWithoutGradientStay()
    {
        var (a, b, idle) = (new Parameter(ones(1)), new Parameter(ones(1)), new Parameter(ones(1)));
        using var adam = optim.Adam([new Adam.ParamGroup([a], 0.1), new Adam.ParamGroup([b, idle], new Adam.Options { LearningRate = 0.2 })], 0.5);
        Assert.Equal([0.1, 0.2], adam.ParamGroups.Select(g => g.LearningRate));
        adam.ParamGroups.First().LearningRate = 0.4;
        (a + b).sum().backward();
        adam.step();
        Assert.Equal(0.6f, a.item<float>(), 1e-6f);
        Assert.Equal(0.8f, b.item<float>(), 1e-6f);
        Assert.Equal(1, idle.item<float>());
        adam.zero_grad();
        Assert.Equal(0, a.grad.item<float>());
        Assert.Null(idle.grad);
    }

    [Fact]
    public void StateGoesOnFromAFile()
    {
        using var folder = new TemporaryFolder();
        var (a, b) = (new Parameter(ones(2, 3)), new Parameter(ones(2, 3)));
        using var first = optim.Adam([a], 0.1);
        using var second = optim.Adam([b], 0.3);
        for (var i = 1; i < 4; i++)
        {
            a.grad = full([2, 3], i, float32);
            first.step();
        }
        first.save_state_dict(folder.File("adam"));
        second.load_state_dict(folder.File("adam"));
        using (no_grad()) b.copy_(a);
        a.grad = b.grad = full([2, 3], -1, float32);
        first.step();
        second.step();
        Assert.True(a.Equals(b));
        Assert.Throws<InvalidDataException>(() => optim.SGD([b], 0.1).load_state_dict(folder.File("adam")));
    }

    [Fact]
    public void ClosureGivesTheLoss()
    {
        var w = new Parameter(tensor(2f));
        using var sgd = optim.SGD([w], 0.25);
        var loss = sgd.step(() =>
        {
            var squared = w * w;
            squared.backward();
            return squared;
        });
        Assert.Equal(4, loss.item<float>());
        Assert.Equal(1, w.item<float>());
    }

    // ---- schedules ---------------------------------------------------------------------------------------------

    static double[] Rates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> make, int steps)
    {
        var sgd = optim.SGD([new Parameter(ones(1))], 1.0);
        var schedule = make(sgd);
        var rates = new List<double> { sgd.ParamGroups.First().LearningRate };
        for (var i = 0; i < steps; i++)
        {
            schedule.step();
            rates.Add(sgd.ParamGroups.First().LearningRate);
        }
        Assert.Equal(rates[^1], schedule.get_last_lr().First());
        return [.. rates.Select(rate => Math.Round(rate, 9))];
    }

    [Fact]
    public void SchedulesFollowTheirFormulas()
    {
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], Rates(o => optim.lr_scheduler.StepLR(o, 2, 0.5), 4));
        Assert.Equal([1, 0.1, 0.1, 0.01, 0.01], Rates(o => optim.lr_scheduler.MultiStepLR(o, [1, 3], 0.1), 4));
        Assert.Equal([1, 0.5, 0.25], Rates(o => optim.lr_scheduler.ExponentialLR(o, 0.5), 2));
        Assert.Equal([1, 0.5, 0.25], Rates(o => optim.lr_scheduler.LambdaLR(o, epoch => Math.Pow(0.5, epoch)), 2));
        Assert.Equal([0.5, 0.625, 0.75, 0.875, 1, 1], Rates(o => optim.lr_scheduler.LinearLR(o, 0.5, 1, 4), 5));
        Assert.Equal([1, Math.Round(0.5 + Math.Sqrt(0.125), 9), 0.5, Math.Round(0.5 - Math.Sqrt(0.125), 9), 0], Rates(o => optim.lr_scheduler.CosineAnnealingLR(o, 4), 4));
        Assert.Equal([0.5, 0.75, 1, 0.1, 0.01], Rates(o => optim.lr_scheduler.SequentialLR(o,
            [optim.lr_scheduler.LinearLR(o, 0.5, 1, 2), optim.lr_scheduler.ExponentialLR(o, 0.1)], [2]), 4));
        Assert.Equal([0.04, 1, 0.500002, 0.000004], Rates(o => optim.lr_scheduler.OneCycleLR(o, 1, 4, -1, -1, 0.5, optim.lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear, false), 3));
    }

    [Fact]
    public void PlateauWaitsThenReduces()
    {
        var sgd = optim.SGD([new Parameter(ones(1))], 1.0);
        var schedule = optim.lr_scheduler.ReduceLROnPlateau(sgd, "min", 0.5, 1, 1e-4, "rel", 0, [0.3]);
        double[] losses = [1, 0.9, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95];
        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.3], losses.Select(loss =>
        {
            schedule.step(loss);
            return sgd.ParamGroups.First().LearningRate;
        }));
        Assert.Throws<InvalidOperationException>(schedule.step);
    }

    [Fact]
    public void OneCycleMovesMomentumAgainstTheRate()
    {
        var adam = optim.Adam([new Parameter(ones(1))], 1.0);
        var schedule = optim.lr_scheduler.OneCycleLR(adam, 1, 10);
        Assert.Equal(0.95, adam.Betas.Item1, 1e-12);
        for (var i = 0; i < 2; i++) schedule.step();
        Assert.Equal(0.85, adam.Betas.Item1, 1e-12);
        Assert.Equal(1, adam.ParamGroups.First().LearningRate, 1e-12);
    }
}
