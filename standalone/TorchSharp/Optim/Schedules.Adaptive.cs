namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                public class ReduceLROnPlateau : LRScheduler
                {
                    readonly double factor, threshold, eps;
                    readonly int patience, cooldown;
                    readonly bool falling, relative;
                    readonly double[] least;
                    double best;
                    int bad, cooling;

                    public ReduceLROnPlateau(optim.Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double> min_lr = null, double eps = 1e-8, bool verbose = false) : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1) throw new ArgumentException("Factor should be < 1.0");
                        if (mode is not ("min" or "max")) throw new ArgumentException($"mode {mode} is unknown!");
                        if (threshold_mode is not ("rel" or "abs")) throw new ArgumentException($"threshold mode {threshold_mode} is unknown!");
                        (this.factor, this.patience, this.threshold, this.cooldown, this.eps) = (factor, patience, threshold, cooldown, eps);
                        (falling, relative) = (mode == "min", threshold_mode == "rel");
                        best = falling ? double.PositiveInfinity : double.NegativeInfinity;
                        var groups = optimizer.ParamGroups.Count();
                        least = min_lr is null or { Count: 0 } ? new double[groups]
                            : min_lr.Count == 1 ? [.. Enumerable.Repeat(min_lr[0], groups)] : [.. min_lr];
                    }

                    public override void step() => throw Wrong();

                    public override void step(int? epoch) => throw Wrong();

                    static InvalidOperationException Wrong() =>
                        new("step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    public override void step(double current, int? epoch = null)
                    {
                        LastEpoch = epoch ?? LastEpoch + 1;
                        if (IsBetter(current)) (best, bad) = (current, 0);
                        else bad++;
                        if (cooling > 0)
                        {
                            cooling--;
                            bad = 0;
                        }
                        if (bad <= patience) return;
                        foreach (var (group, floor) in Optimizer.ParamGroups.Zip(least))
                        {
                            var rate = Math.Max(group.LearningRate * factor, floor);
                            if (group.LearningRate - rate > eps) group.LearningRate = rate;
                        }
                        (cooling, bad) = (cooldown, 0);
                    }

                    bool IsBetter(double value) => (falling, relative) switch
                    {
                        (true, true) => value < best * (1 - threshold),
                        (true, false) => value < best - threshold,
                        (false, true) => value > best * (1 + threshold),
                        (false, false) => value > best + threshold
                    };
                }

                public class OneCycleLR : LRScheduler
                {
                    public enum AnnealStrategy { Cos = 0, Linear = 1 }

                    readonly record struct Phase(double End, double FromRate, double ToRate, double FromMomentum, double ToMomentum);

                    readonly Phase[] phases;
                    readonly AnnealStrategy strategy;
                    readonly int total;
                    readonly bool cyclesMomentum;

                    public OneCycleLR(optim.Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (total_steps == -1 && (epochs == -1 || steps_per_epoch == -1)) throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch)");
                        total = total_steps != -1 ? total_steps : epochs * steps_per_epoch;
                        if (total <= 0) throw new ArgumentException($"Expected positive integer total_steps, but got {total}");
                        if (pct_start is < 0 or > 1) throw new ArgumentException($"Expected float between 0 and 1 for pct_start, but got {pct_start}");
                        if (cycle_momentum && optimizer is not (IMomentum or IBetas)) throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        (strategy, cyclesMomentum) = (anneal_strategy, cycle_momentum);
                        double initial = max_lr / div_factor, least = initial / final_div_factor, top = pct_start * total - 1;
                        phases = three_phase
                            ? [new(top, initial, max_lr, max_momentum, base_momentum), new(2 * top, max_lr, initial, base_momentum, max_momentum), new(total - 1, initial, least, max_momentum, max_momentum)]
                            : [new(top, initial, max_lr, max_momentum, base_momentum), new(total - 1, max_lr, least, base_momentum, max_momentum)];
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch > total) throw new InvalidOperationException($"Tried to step {LastEpoch + 1} times. The specified number of total steps is {total}");
                        var from = 0.0;
                        var (rate, momentum) = (0.0, 0.0);
                        foreach (var phase in phases)
                        {
                            if (LastEpoch <= phase.End)
                            {
                                var part = (LastEpoch - from) / (phase.End - from);
                                (rate, momentum) = (Anneal(phase.FromRate, phase.ToRate, part), Anneal(phase.FromMomentum, phase.ToMomentum, part));
                                break;
                            }
                            from = phase.End;
                        }
                        if (cyclesMomentum) SetMomentum(momentum);
                        return BaseRates.Select(_ => rate);
                    }

                    void SetMomentum(double momentum)
                    {
                        foreach (var group in Optimizer.ParamGroups)
                            if (group is IBetas betas) betas.Betas = (momentum, betas.Betas.Item2);
                            else if (group is IMomentum momentous) momentous.Momentum = momentum;
                    }

                    double Anneal(double from, double to, double part) => strategy == AnnealStrategy.Linear
                        ? from + (to - from) * part
                        : to + (from - to) / 2 * (Math.Cos(Math.PI * part) + 1);
                }
            }
        }
    }
}
