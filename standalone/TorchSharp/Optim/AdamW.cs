using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters.Select(named => named.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}

namespace TorchSharp.Modules
{
    using static TorchSharp.torch;

    public class AdamW : OptimizerHelper, optim.IBetas
    {
        public AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : this([new ParamGroup(parameters, new Options())], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize) { }

        public AdamW(IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            Start(new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize }, parameters);

        public (double, double) Betas
        {
            get => ((ParamGroup)Groups[0]).Betas;
            set
            {
                foreach (ParamGroup group in Groups) group.Betas = value;
            }
        }

        private protected override OptimizerState NewState(Parameter parameter) => new State(parameter);

        private protected override void StepGroup(Modules.ParamGroup group)
        {
            var options = (Options)group.Options;
            var settings = new AdamStep
            {
                Rate = options.LearningRate.Value,
                Beta1 = options.beta1.Value,
                Beta2 = options.beta2.Value,
                Epsilon = options.eps.Value,
                WeightDecay = options.weight_decay.Value,
                Decoupled = 1,
                Maximize = options.maximize.Value ? 1 : 0
            };
            foreach (var parameter in group.Parameters)
                if (parameter.Describe().HasGrad != 0) ((State)StateOf(parameter)).Advance(settings);
        }

        public class Options : OptimizerOptions
        {
            public double? beta1, beta2, eps, weight_decay;
            public bool? amsgrad, maximize;

            internal override void FillFrom(OptimizerOptions defaults)
            {
                base.FillFrom(defaults);
                var from = (Options)defaults;
                beta1 ??= from.beta1;
                beta2 ??= from.beta2;
                eps ??= from.eps;
                weight_decay ??= from.weight_decay;
                amsgrad ??= from.amsgrad;
                maximize ??= from.maximize;
            }

            public override void SaveStateDict(BinaryWriter writer)
            {
                base.SaveStateDict(writer);
                writer.Write(beta1.Value);
                writer.Write(beta2.Value);
                writer.Write(eps.Value);
                writer.Write(weight_decay.Value);
                writer.Write(amsgrad.Value);
                writer.Write(maximize.Value);
            }

            public override void LoadStateDict(BinaryReader reader)
            {
                base.LoadStateDict(reader);
                beta1 = reader.ReadDouble();
                beta2 = reader.ReadDouble();
                eps = reader.ReadDouble();
                weight_decay = reader.ReadDouble();
                amsgrad = reader.ReadBoolean();
                maximize = reader.ReadBoolean();
            }
        }

        public class ParamGroup : ParamGroup<Options>, optim.IBetas
        {
            public ParamGroup() { }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

            public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize }) { }

            public (double, double) Betas
            {
                get => (Options.beta1.Value, Options.beta2.Value);
                set => (Options.beta1, Options.beta2) = value;
            }
        }

        public sealed class State : OptimizerState, IDisposable
        {
            AdamMoments moments;

            public long step;

            public State(Parameter parameter) : base(parameter) { }

            public override void Initialize(OptimizerOptions options) =>
                moments = new(Fresh(_parameter), Fresh(_parameter), ((Options)options).amsgrad.Value ? Fresh(_parameter) : null);

            internal void Advance(AdamStep settings) => moments.Step(_parameter, ++step, settings);

            public override void SaveStateDict(BinaryWriter writer)
            {
                writer.Write(step);
                SaveTensor(writer, moments.Average);
                SaveTensor(writer, moments.Square);
                writer.Write(moments.Top is not null);
                if (moments.Top is not null) SaveTensor(writer, moments.Top);
            }

            public override void LoadStateDict(BinaryReader reader)
            {
                step = reader.ReadInt64();
                LoadTensor(reader, moments.Average);
                LoadTensor(reader, moments.Square);
                if (reader.ReadBoolean()) LoadTensor(reader, moments.Top);
            }

            public void Dispose() => moments.Dispose();
        }
    }
}
