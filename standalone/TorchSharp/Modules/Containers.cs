using System.Collections;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);

            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Sequential((IEnumerable<Module<Tensor, Tensor>>)modules);

            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
                Sequential((IEnumerable<(string name, Module<Tensor, Tensor> submodule)>)modules);

            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules)
            {
                var sequence = new Sequential();
                foreach (var module in modules) sequence.append(module);
                return sequence;
            }

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
            {
                var sequence = new Sequential();
                foreach (var (name, module) in modules) sequence.append(name, module);
                return sequence;
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        readonly List<nn.IModule<Tensor, Tensor>> steps = [];

        protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (var module in modules) append(module);
        }

        public int Count => steps.Count;

        [System.Runtime.CompilerServices.IndexerName("SequentialItems")]
        public nn.IModule<Tensor, Tensor> this[int index] => steps[index];

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append(steps.Count.ToString(), module);

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            // Unlike register_module: a step must have registered its own parts, or has none here.
            Submodules.Add(name, (nn.Module)module);
            steps.Add(module);
            return this;
        }

        /// <summary>What a step gives is disposed as soon as the next one has read it, as TorchSharp does.</summary>
        public override Tensor forward(Tensor tensor)
        {
            if (steps.Count == 0) return tensor.alias();
            var result = steps[0].call(tensor);
            for (var i = 1; i < steps.Count; i++)
            {
                var next = steps[i].call(result);
                if (!ReferenceEquals(next, result)) result.Dispose();
                result = next;
            }
            return result;
        }
    }

    /// <summary>Modules in a list, registered as 0, 1, 2 … when the list itself is.</summary>
    public class ModuleList<T>(params T[] modules) : nn.Module(nameof(ModuleList<T>)), IList<T> where T : nn.Module
    {
        readonly List<T> list = [.. modules];
        bool registered;

        protected override void RegisterComponents()
        {
            if (registered) return;
            for (var i = 0; i < list.Count; i++) register_module($"{i}", list[i]);
            registered = true;
        }

        public T this[int index]
        {
            get => list[index];
            set => list[index] = value;
        }

        public int Count => list.Count;

        public bool IsReadOnly => false;

        public void Add(T item) => list.Add(item);

        public void append(params T[] parameters) => list.AddRange(parameters);

        public void extend(IEnumerable<T> modules) => list.AddRange(modules);

        public void Clear() => list.Clear();

        public bool Contains(T item) => list.Contains(item);

        public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

        public int IndexOf(T item) => list.IndexOf(item);

        public void Insert(int index, T item) => list.Insert(index, item);

        public bool Remove(T item) => list.Remove(item);

        public void RemoveAt(int index) => list.RemoveAt(index);

        public IEnumerator<T> GetEnumerator() => list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
