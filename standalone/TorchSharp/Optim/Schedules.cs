namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                public class LambdaLR : LRScheduler
                {
                    readonly Func<int, double> factor;

                    public LambdaLR(optim.Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        factor = lr_lambda;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => BaseRates.Select(rate => rate * factor(LastEpoch));
                }

                public class StepLR : LRScheduler
                {
                    readonly int every;
                    readonly double gamma;

                    public StepLR(optim.Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (every, this.gamma) = (step_size, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        LastEpoch == 0 || LastEpoch % every != 0 ? Rates : Rates.Select(rate => rate * gamma);

                    protected override IEnumerable<double> get_closed_form_lr() => BaseRates.Select(rate => rate * Math.Pow(gamma, LastEpoch / every));
                }

                public class MultiStepLR : LRScheduler
                {
                    readonly IList<int> milestones;
                    readonly double gamma;

                    public MultiStepLR(optim.Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (this.milestones, this.gamma) = (milestones, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => milestones.Contains(LastEpoch) ? Rates.Select(rate => rate * gamma) : Rates;

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => rate * Math.Pow(gamma, milestones.Distinct().Count(milestone => milestone <= LastEpoch)));
                }

                public class ExponentialLR : LRScheduler
                {
                    readonly double gamma;

                    public ExponentialLR(optim.Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        this.gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => LastEpoch == 0 ? Rates : Rates.Select(rate => rate * gamma);

                    protected override IEnumerable<double> get_closed_form_lr() => BaseRates.Select(rate => rate * Math.Pow(gamma, LastEpoch));
                }

                public class LinearLR : LRScheduler
                {
                    readonly double start, end;
                    readonly int total;

                    public LinearLR(optim.Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (start, end, total) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch == 0) return Rates.Select(rate => rate * start);
                        if (LastEpoch > total) return Rates;
                        var factor = 1 + (end - start) / (total * start + (LastEpoch - 1) * (end - start));
                        return Rates.Select(rate => rate * factor);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => rate * (start + (end - start) * Math.Min(total, LastEpoch) / total));
                }

                public class CosineAnnealingLR : LRScheduler
                {
                    readonly double half, least;

                    public CosineAnnealingLR(optim.Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (half, least) = (T_max, eta_min);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch == 0) return Rates;
                        if ((LastEpoch - 1 - half) % (2 * half) == 0)
                            return Rates.Zip(BaseRates, (rate, start) => rate + (start - least) * (1 - Math.Cos(Math.PI / half)) / 2);
                        var factor = (1 + Math.Cos(Math.PI * LastEpoch / half)) / (1 + Math.Cos(Math.PI * (LastEpoch - 1) / half));
                        return Rates.Select(rate => factor * (rate - least) + least);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => least + (rate - least) * (1 + Math.Cos(Math.PI * LastEpoch / half)) / 2);
                }

                public class SequentialLR : LRScheduler
                {
                    readonly LRScheduler[] parts;
                    readonly int[] milestones;

                    public SequentialLR(optim.Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) : base(optimizer, last_epoch + 1)
                    {
                        parts = [.. schedulers];
                        this.milestones = [.. milestones];
                        if (parts.Any(part => part.Optimizer != optimizer))
                            throw new ArgumentException("The SequentialLR scheduler expects all its sub-schedulers to be bound to the same optimizer.");
                        if (this.milestones.Length != parts.Length - 1)
                            throw new ArgumentException($"Received {parts.Length} schedulers and {this.milestones.Length} milestones. The SequentialLR scheduler expects the number of schedulers to be one more than the number of milestones.");
                        foreach (var group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                        foreach (var part in parts) part.LastEpoch--;
                        parts[0].step();
                        LastRates = parts[0].LastRates;
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var index = milestones.Count(milestone => milestone <= LastEpoch);
                        if (index > 0 && milestones[index - 1] == LastEpoch) parts[index].step(0);
                        else parts[index].step();
                        return Rates;
                    }
                }
            }
        }
    }
}
