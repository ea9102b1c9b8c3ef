using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor zeros_like(ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.zeros_like.Call(this, dtype, Arg.None, device).With(requires_grad);

        public Tensor ones_like(ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.ones_like.Call(this, dtype, Arg.None, device).With(requires_grad);

        public Tensor empty_like(ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.empty_like.Call(this, dtype, Arg.None, device).With(requires_grad);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.full_like.Call(this, value, dtype, Arg.None, device).With(requires_grad);

        public Tensor rand_like(ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.rand_like.Call(this, dtype, Arg.None, device).With(requires_grad);

        public Tensor randn_like(ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Aten.randn_like.Call(this, dtype, Arg.None, device).With(requires_grad);

        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        /// <summary>Asks for a gradient only when it is wanted: integers refuse to be told that they need none.</summary>
        internal Tensor With(bool requiresGrad) => requiresGrad ? requires_grad_() : this;

        // ---- random values in place ------------------------------------------------------------------------------

        public Tensor bernoulli(Generator generator = null) => Aten.bernoulli.Call(this, generator);

        public Tensor bernoulli_(double p = 0.5, Generator generator = null) => Aten.bernoulli__float.InPlace(this, p, generator);

        public Tensor normal_(double mean = 0, double std = 1, Generator generator = null) => Aten.normal_.InPlace(this, mean, std, generator);

        public Tensor uniform_(double from, double to, Generator generator = null) => Aten.uniform_.InPlace(this, from, to, generator);

        public Tensor random_(double from, double to, Generator generator = null) =>
            Aten.random__from.InPlace(this, (long)from, (long)to, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator generator = null) =>
            Aten.multinomial.Call(this, num_samples, replacement, generator);
    }
}
