using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>How the learning rate changes during training.</summary>
public abstract record LearningRateSchedule
{
    private LearningRateSchedule() { }

    /// <summary>A constant learning rate.</summary>
    public sealed record Constant : LearningRateSchedule
    {
        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch) => new(_ => highest);
    }

    /// <summary>
    /// Rises linearly over <see cref="WarmupSteps"/>, then falls along half a cosine to <see cref="FinalFraction"/> of
    /// the highest rate, which it reaches in the last step.
    /// </summary>
    public sealed record Cosine : LearningRateSchedule
    {
        /// <summary>Number of warm-up steps, 0 or more. Default 50.</summary>
        public int WarmupSteps { get; init; } = 50;

        /// <summary>
        /// Number of warm-up epochs, 0 or more, in place of <see cref="WarmupSteps"/>; the fall begins after them. Null
        /// (default): the warm-up is counted in steps. SLEAP-NN's <c>warmup_epochs</c>; the rate changes with every
        /// step, so that the first epoch learns at a rate of 0, too.
        /// </summary>
        public int? WarmupEpochs { get; init; }

        /// <summary>
        /// The first learning rate as a fraction of the highest, 0 to 1, with <see cref="WarmupEpochs"/>. Default 0;
        /// SLEAP-NN's <c>warmup_start_lr</c>.
        /// </summary>
        public double StartFraction { get; init; }

        /// <summary>The last learning rate as a fraction of the highest, 0 to 1. Default 0.</summary>
        public double FinalFraction { get; init; }

        /// <summary>
        /// Epochs after which the last rate is reached, with <see cref="WarmupEpochs"/>; null (default): all. SLEAP-NN's
        /// <c>max_epochs</c> of the schedule.
        /// </summary>
        public int? Epochs { get; init; }

        internal override (int Epochs, int? Of)? Warmup => WarmupEpochs is { } epochs ? (epochs, Epochs) : null;

        internal override void Check(OptionFaults faults) =>
            faults
                .AtLeast(nameof(WarmupSteps), WarmupSteps, 0)
                .AtLeast(nameof(WarmupEpochs), WarmupEpochs, 0)
                .Within(nameof(StartFraction), StartFraction, 0, 1)
                .Within(nameof(FinalFraction), FinalFraction, 0, 1)
                .AtLeast(nameof(Epochs), Epochs, 1);

        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch)
        {
            if (WarmupEpochs is { } warmup)
            {
                return RiseAndFall(
                    warmup * stepsPerEpoch,
                    Epochs * stepsPerEpoch ?? steps,
                    highest,
                    StartFraction,
                    progress => FinalFraction + (1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * progress))
                );
            }

            return new(step =>
            {
                var fall = FinalFraction + (1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * step / steps));
                return highest * fall * Math.Min(1, (step + 1.0) / (WarmupSteps + 1));
            });
        }
    }

    /// <summary>
    /// Rises linearly over <see cref="WarmupEpochs"/>, then falls linearly to <see cref="FinalFraction"/> of the
    /// highest rate; SLEAP-NN's <c>linear_warmup_linear_decay</c>.
    /// </summary>
    internal sealed record Linear : LearningRateSchedule
    {
        public int WarmupEpochs { get; init; }

        public double StartFraction { get; init; }

        public double FinalFraction { get; init; }

        public int? Epochs { get; init; }

        internal override (int Epochs, int? Of)? Warmup => (WarmupEpochs, Epochs);

        internal override void Check(OptionFaults faults) =>
            faults.AtLeast(nameof(WarmupEpochs), WarmupEpochs, 0).AtLeast(nameof(Epochs), Epochs, 1);

        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch) =>
            RiseAndFall(
                WarmupEpochs * stepsPerEpoch,
                Epochs * stepsPerEpoch ?? steps,
                highest,
                StartFraction,
                progress => 1 - (1 - FinalFraction) * progress
            );
    }

    /// <summary>
    /// Multiplied by <see cref="Factor"/> each time the validation loss has not improved for more than
    /// <see cref="Patience"/> epochs; SLEAP-NN's <c>reduce_lr_on_plateau</c>.
    /// </summary>
    public sealed record ReduceOnPlateau : LearningRateSchedule
    {
        /// <summary>Factor of each reduction, between 0 and 1. Default 0.5.</summary>
        public double Factor { get; init; } = 0.5;

        /// <summary>
        /// Epochs without improvement of the validation loss that are accepted, 0 or more; the next one reduces the
        /// rate. Default 5.
        /// </summary>
        public int Patience { get; init; } = 5;

        /// <summary>Cool-down: epochs after a reduction that do not count, 0 or more. Default 3.</summary>
        public int Cooldown { get; init; } = 3;

        /// <summary>
        /// A loss counts as improved when it is below the best one by more than this, 0 or more. Default 1e-6.
        /// </summary>
        public double Threshold { get; init; } = 1e-6;

        /// <summary>
        /// Whether <see cref="Threshold"/> is a fraction of the best loss. Default false; SLEAP-NN's
        /// <c>threshold_mode: rel</c>.
        /// </summary>
        public bool IsRelative { get; init; }

        /// <summary>Minimum learning rate, 0 or more. Default 1e-8.</summary>
        public double Lowest { get; init; } = 1e-8;

        internal override void Check(OptionFaults faults) =>
            faults
                .Between(nameof(Factor), Factor, 0, 1)
                .AtLeast(nameof(Patience), Patience, 0)
                .AtLeast(nameof(Cooldown), Cooldown, 0)
                .NotNegative(nameof(Threshold), Threshold)
                .NotNegative(nameof(Lowest), Lowest);

        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch) =>
            new Plateau(this, highest);

        private sealed class Plateau(ReduceOnPlateau rule, double highest) : LearningRate(_ => highest)
        {
            private double _rate = highest,
                _best = double.PositiveInfinity;
            private int _bad,
                _rest;

            public override double At(int step) => _rate;

            // As in PyTorch, each epoch of the cool-down resets the count, so it does not count against the new rate.
            public override void Validated(double loss)
            {
                if (loss < (rule.IsRelative ? _best * (1 - rule.Threshold) : _best - rule.Threshold))
                    (_best, _bad) = (loss, 0);
                else
                    _bad++;
                if (_rest > 0)
                    (_rest, _bad) = (_rest - 1, 0);
                if (_bad <= rule.Patience)
                    return;
                _rate = Math.Max(_rate * rule.Factor, rule.Lowest);
                (_rest, _bad) = (rule.Cooldown, 0);
            }

            public override void Save(BinaryWriter writer)
            {
                writer.Write(_rate);
                writer.Write(_best);
                writer.Write(_bad);
                writer.Write(_rest);
            }

            public override void Load(BinaryReader reader) =>
                (_rate, _best, _bad, _rest) = (
                    reader.ReadDouble(),
                    reader.ReadDouble(),
                    reader.ReadInt32(),
                    reader.ReadInt32()
                );
        }
    }

    /// <summary>
    /// Multiplied by <see cref="Factor"/> every <see cref="Epochs"/> epochs; SLEAP-NN's <c>step_lr</c>.
    /// </summary>
    public sealed record Step : LearningRateSchedule
    {
        /// <summary>Epochs between two reductions, at least 1. Default 10.</summary>
        public int Epochs { get; init; } = 10;

        /// <summary>Factor of each reduction, above 0 and at most 1. Default 0.1.</summary>
        public double Factor { get; init; } = 0.1;

        internal override void Check(OptionFaults faults) =>
            faults
                .AtLeast(nameof(Epochs), Epochs, 1)
                .Expect(Factor is > 0 and <= 1, nameof(Factor), Factor, "more than 0 and at most 1");

        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch) => new Stairs(this, highest);

        private sealed class Stairs(Step rule, double highest) : LearningRate(_ => highest)
        {
            private int _epochs;

            public override double At(int step) => highest * Math.Pow(rule.Factor, _epochs / rule.Epochs);

            public override void Validated(double loss) => _epochs++;

            public override void Save(BinaryWriter writer) => writer.Write(_epochs);

            public override void Load(BinaryReader reader) => _epochs = reader.ReadInt32();
        }
    }

    /// <summary>
    /// Rises along half a cosine from a 25th of the highest rate over the first <see cref="RiseFraction"/> of the
    /// steps, then falls along half a cosine to zero (Smith and Topin 2017, arXiv:1708.07120).
    /// </summary>
    public sealed record OneCycle : LearningRateSchedule
    {
        private const double FirstFraction = 1 / 25.0;

        /// <summary>Fraction of the steps over which the rate rises, between 0 and 1. Default 0.3.</summary>
        public double RiseFraction { get; init; } = 0.3;

        internal override void Check(OptionFaults faults) => faults.Between(nameof(RiseFraction), RiseFraction, 0, 1);

        internal override LearningRate Start(int steps, double highest, int stepsPerEpoch) =>
            new(step =>
            {
                var top = RiseFraction * steps;
                return step < top
                    ? highest * (FirstFraction + (1 - FirstFraction) * 0.5 * (1 - Math.Cos(Math.PI * step / top)))
                    : highest * 0.5 * (1 + Math.Cos(Math.PI * (step - top) / (steps - top)));
            });
    }

    /// <summary>Adds the faults of the options.</summary>
    internal virtual void Check(OptionFaults faults) { }

    /// <summary>Epochs of a warm-up, and those of the whole schedule (null: all); null: no warm-up by epochs.</summary>
    internal virtual (int Epochs, int? Of)? Warmup => null;

    /// <summary>Creates the learning rates of a training of <paramref name="steps"/> steps.</summary>
    internal abstract LearningRate Start(int steps, double highest, int stepsPerEpoch);

    /// <param name="warmup">Steps of the rise.</param>
    /// <param name="steps">Steps after which the fall ends.</param>
    /// <param name="highest">The rate between rise and fall.</param>
    /// <param name="first">The rate at the start as a fraction of it.</param>
    /// <param name="fall">The fraction at a progress of the fall, 0 to 1.</param>
    private static LearningRate RiseAndFall(
        int warmup,
        int steps,
        double highest,
        double first,
        Func<double, double> fall
    ) =>
        new(step =>
            highest
            * (
                step < warmup
                    ? first + (1 - first) * (step + 1.0) / (warmup + 1)
                    : fall(Math.Min(1, (step - warmup) / (double)Math.Max(1, steps - warmup)))
            )
        );
}

/// <summary>The learning rate of one training, computed from its schedule.</summary>
internal class LearningRate(Func<int, double> rate)
{
    /// <summary>Returns the rate of a step, 0-based.</summary>
    public virtual double At(int step) => rate(step);

    /// <summary>Updates the rate by the validation loss; called after each epoch.</summary>
    public virtual void Validated(double loss) { }

    /// <summary>Writes the state.</summary>
    public virtual void Save(BinaryWriter writer) { }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public virtual void Load(BinaryReader reader) { }
}
