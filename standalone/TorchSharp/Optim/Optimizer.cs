using TorchSharp.Modules;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public interface ILearningRateController
            {
                double LearningRate { get; set; }

                double InitialLearningRate { get; set; }
            }

            public interface IMomentum
            {
                double Momentum { get; set; }
            }

            public interface IBetas
            {
                (double, double) Betas { get; set; }
            }

            public abstract class Optimizer : IDisposable
            {
                private protected readonly List<ParamGroup> Groups = [];

                private protected Optimizer() { }

                public virtual IEnumerable<ILearningRateController> ParamGroups => Groups;

                private protected abstract void StepGroup(ParamGroup group);

                private protected abstract void ForgetStates();

                public virtual void zero_grad()
                {
                    foreach (var parameter in parameters())
                    {
                        using var gradient = parameter.grad;
                        gradient?.zero_();
                    }
                }

                public virtual Tensor step(Func<Tensor> closure = null)
                {
                    Tensor loss = null;
                    if (closure is not null)
                    {
                        using var tracked = enable_grad();
                        loss = closure();
                    }
                    using var quiet = no_grad();
                    using var scope = NewDisposeScope();
                    foreach (var group in Groups) StepGroup(group);
                    return loss;
                }

                public virtual IEnumerable<Parameter> parameters() => Groups.SelectMany(group => group.Parameters);

                public virtual void add_param_group(ParamGroup param_group) => Groups.Add(param_group);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                    if (disposing) ForgetStates();
                }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    using static TorchSharp.torch;

    public abstract class OptimizerHelper : optim.Optimizer
    {
        readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);
        OptimizerOptions defaults;

        /// <summary>Public as in TorchSharp, though what a step does can only be said inside this assembly.</summary>
        public OptimizerHelper() { }

        private protected void Start(OptimizerOptions options, IEnumerable<ParamGroup> groups)
        {
            defaults = options;
            foreach (var group in groups) add_param_group(group);
        }

        private protected abstract OptimizerState NewState(Parameter parameter);

        private protected OptimizerState StateOf(Parameter parameter) => states[parameter];

        public override void add_param_group(ParamGroup param_group)
        {
            param_group.Options.FillFrom(defaults);
            base.add_param_group(param_group);
            foreach (var parameter in param_group.Parameters)
            {
                var state = NewState(parameter);
                state.Initialize(param_group.Options);
                states[parameter] = state;
            }
        }

        // ---- state -------------------------------------------------------------------------------------------------

        public void save_state_dict(string location)
        {
            using var writer = new BinaryWriter(File.Create(location));
            save_state_dict(writer);
        }

        public void save_state_dict(BinaryWriter writer)
        {
            OptimizerState[] all = [.. parameters().Select(StateOf)];
            writer.Write(GetType().Name);
            writer.Encode(Groups.Count);
            writer.Encode(all.Length);
            foreach (var group in Groups) group.Options.SaveStateDict(writer);
            foreach (var state in all) state.SaveStateDict(writer);
        }

        public void load_state_dict(string location)
        {
            using var reader = new BinaryReader(File.OpenRead(location));
            load_state_dict(reader);
        }

        public void load_state_dict(BinaryReader reader)
        {
            var name = reader.ReadString();
            if (name != GetType().Name)
                throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{name}' in the loaded stream.");
            OptimizerState[] all = [.. parameters().Select(StateOf)];
            if (reader.Decode() != Groups.Count) throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
            if (reader.Decode() != all.Length) throw new ArgumentException("Invalid optimizer state -- different number of states.");
            foreach (var group in Groups) group.Options.LoadStateDict(reader);
            foreach (var state in all) state.LoadStateDict(reader);
        }

        private protected override void ForgetStates()
        {
            foreach (var state in states.Values.OfType<IDisposable>()) state.Dispose();
            states.Clear();
        }
    }

    public class OptimizerOptions
    {
        public double? LearningRate { get; set; }

        public double InitialLearningRate { get; set; }

        /// <summary>What a group does not say for itself it takes from the optimizer.</summary>
        internal virtual void FillFrom(OptimizerOptions defaults)
        {
            LearningRate ??= defaults.LearningRate;
            InitialLearningRate = LearningRate ?? 0;
        }

        public virtual void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(InitialLearningRate);
            writer.Write(LearningRate.Value);
        }

        public virtual void LoadStateDict(BinaryReader reader)
        {
            InitialLearningRate = reader.ReadDouble();
            LearningRate = reader.ReadDouble();
        }
    }

    public abstract class OptimizerState
    {
        protected Parameter _parameter;

        protected OptimizerState(Parameter parameter) => _parameter = parameter;

        public abstract void Initialize(OptimizerOptions options);

        public abstract void SaveStateDict(BinaryWriter writer);

        public abstract void LoadStateDict(BinaryReader reader);

        private protected static Tensor Fresh(Parameter parameter) => parameter.zeros_like().DetachFromDisposeScope();

        /// <summary>The file holds the values in the order of the dimensions; here they get the parameter's memory layout.</summary>
        private protected static void SaveTensor(BinaryWriter writer, Tensor tensor)
        {
            using var packed = tensor.contiguous();
            packed.Save(writer);
        }

        private protected static void LoadTensor(BinaryReader reader, Tensor into)
        {
            using var loaded = TensorExtensionMethods.Load(reader);
            into.copy_(loaded);
        }
    }

    public class ParamGroup : optim.ILearningRateController
    {
        public IEnumerable<Parameter> Parameters { get; set; }

        public OptimizerOptions Options { get; set; }

        public double LearningRate { get => Options.LearningRate.Value; set => Options.LearningRate = value; }

        public double InitialLearningRate { get => Options.InitialLearningRate; set => Options.InitialLearningRate = value; }
    }

    public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
    {
        public ParamGroup() { }

        public ParamGroup(IEnumerable<Parameter> parameters, TOptions options = null)
        {
            Parameters = [.. parameters];
            base.Options = options;
        }

        public new TOptions Options { get => (TOptions)base.Options; set => base.Options = value; }
    }
}
