using TorchSharp.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU ReLU(bool inplace = false) => new(inplace);

            public static GELU GELU() => new();

            public static SiLU SiLU() => new();

            public static Sigmoid Sigmoid() => new();

            public static Softmax Softmax(long dim) => new(dim);

            public static Identity Identity() => new();

            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Flatten Flatten(long startDim = 1, long endDim = -1) => new(startDim, endDim);

            public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            public static LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, device, dtype);

            public static LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            public static BatchNorm2d BatchNorm2d(long features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device device = null, ScalarType? dtype = null) =>
                new(features, eps, momentum, affine, track_running_stats, device, dtype);

            public static MaxPool2d MaxPool2d(long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceilMode = false) =>
                new(Two(kernelSize), Two(stride), Two(padding), Two(dilation), ceilMode);

            public static MaxPool2d MaxPool2d((long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceilMode = false) =>
                new(Two(kernelSize), Two(stride), Two(padding), Two(dilation), ceilMode);

            public static MaxPool2d MaxPool2d(long[] kernelSize, long[] strides = null, long[] padding = null, long[] dilation = null, bool ceilMode = false) =>
                new(kernelSize, strides, padding, dilation, ceilMode);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long outputSize) => new(Two(outputSize));

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) outputSize) => new(Two(outputSize));

            public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long[] outputSize) => new(outputSize);

            public static Upsample Upsample(long[] size = null, double[] scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool? align_corners = null) =>
                new(size, scale_factor, mode, align_corners);

            public static MSELoss MSELoss(Reduction reduction = Reduction.Mean) => new(reduction);
        }
    }

    public abstract class Loss<T1, T2, TResult> : nn.Module<T1, T2, TResult>
    {
        public Loss(nn.Reduction reduction = nn.Reduction.Mean) : base("Loss") => this.reduction = reduction;

        public nn.Reduction reduction { get; }
    }
}

namespace TorchSharp.Modules
{
    public sealed class MSELoss(nn.Reduction reduction = nn.Reduction.Mean) : Loss<Tensor, Tensor, Tensor>(reduction)
    {
        public override Tensor forward(Tensor input, Tensor target) => mse_loss(input, target, reduction);
    }

    public sealed class ReLU : nn.Module<Tensor, Tensor>
    {
        readonly bool inplace;

        internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

        /// <summary>In place too the result is another object, so that disposing the input leaves it alone.</summary>
        public override Tensor forward(Tensor tensor) => (inplace ? Aten.relu_ : Aten.relu).Call(tensor);
    }

    public sealed class GELU : nn.Module<Tensor, Tensor>
    {
        internal GELU() : base(nameof(GELU)) { }

        public override Tensor forward(Tensor tensor) => tensor.gelu();
    }

    public sealed class SiLU : nn.Module<Tensor, Tensor>
    {
        internal SiLU() : base(nameof(SiLU)) { }

        public override Tensor forward(Tensor tensor) => tensor.silu();
    }

    public sealed class Sigmoid : nn.Module<Tensor, Tensor>
    {
        internal Sigmoid() : base(nameof(Sigmoid)) { }

        public override Tensor forward(Tensor tensor) => tensor.sigmoid();
    }

    public sealed class Softmax : nn.Module<Tensor, Tensor>
    {
        readonly long dim;

        internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

        public override Tensor forward(Tensor tensor) => tensor.softmax(dim);
    }

    public sealed class Identity : nn.Module<Tensor, Tensor>
    {
        internal Identity() : base(nameof(Identity)) { }

        public override Tensor forward(Tensor tensor) => tensor.alias();
    }

    public sealed class Dropout : nn.Module<Tensor, Tensor>
    {
        readonly double p;
        readonly bool inplace;

        internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (this.p, this.inplace) = (p, inplace);

        public override Tensor forward(Tensor tensor) => (inplace ? Aten.dropout_ : Aten.dropout).Call(tensor, p, training);
    }

    public sealed class Flatten : nn.Module<Tensor, Tensor>
    {
        readonly long start, end;

        internal Flatten(long start, long end) : base(nameof(Flatten)) => (this.start, this.end) = (start, end);

        public override Tensor forward(Tensor tensor) => tensor.flatten(start, end);
    }

    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        internal Linear(long inputs, long outputs, bool hasBias, Device device, ScalarType? dtype) : base(nameof(Linear))
        {
            weight = new(empty(outputs, inputs, dtype, device));
            Initialization.Uniform(weight, hasBias ? bias = new(empty(outputs, dtype, device)) : null);
        }

        public Parameter weight { get => get_parameter(nameof(weight)); set => Params[nameof(weight)] = value; }

        public Parameter bias { get => get_parameter(nameof(bias)); set => Params[nameof(bias)] = value; }

        public override Tensor forward(Tensor tensor) => linear(tensor, weight, bias);
    }

    public sealed class LayerNorm : nn.Module<Tensor, Tensor>
    {
        readonly long[] shape;
        readonly double eps;

        internal LayerNorm(long[] shape, double eps, bool affine, bool hasBias, Device device, ScalarType? dtype) : base(nameof(LayerNorm))
        {
            (this.shape, this.eps) = (shape, eps);
            if (!affine) return;
            weight = new(ones(shape, dtype, device));
            if (hasBias) bias = new(zeros(shape, dtype, device));
        }

        public Parameter weight { get => get_parameter(nameof(weight)); set => Params[nameof(weight)] = value; }

        public Parameter bias { get => get_parameter(nameof(bias)); set => Params[nameof(bias)] = value; }

        public override Tensor forward(Tensor tensor) => layer_norm(tensor, shape, weight, bias, eps);
    }

    public sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
    {
        readonly double eps, momentum;

        internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool track, Device device, ScalarType? dtype) : base(nameof(BatchNorm2d))
        {
            (this.eps, this.momentum) = (eps, momentum);
            if (affine)
            {
                weight = new(ones(features, dtype, device));
                bias = new(zeros(features, dtype, device));
            }
            if (!track) return;
            register_buffer(nameof(running_mean), zeros(features, dtype, device));
            register_buffer(nameof(running_var), ones(features, dtype, device));
            register_buffer(nameof(num_batches_tracked), tensor(0L, null, device));
        }

        public Parameter weight { get => get_parameter(nameof(weight)); set => Params[nameof(weight)] = value; }

        public Parameter bias { get => get_parameter(nameof(bias)); set => Params[nameof(bias)] = value; }

        public Tensor running_mean { get => get_buffer(nameof(running_mean)); set => Buffers[nameof(running_mean)] = (value, true); }

        public Tensor running_var { get => get_buffer(nameof(running_var)); set => Buffers[nameof(running_var)] = (value, true); }

        public Tensor num_batches_tracked => get_buffer(nameof(num_batches_tracked));

        public override Tensor forward(Tensor tensor)
        {
            if (training) num_batches_tracked?.add_(1);
            return batch_norm(tensor, running_mean, running_var, weight, bias, training || running_mean is null, momentum, eps);
        }
    }

    public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
    {
        readonly long[] kernel, stride, padding, dilation;
        readonly bool ceil;

        internal MaxPool2d(long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceil) : base(nameof(MaxPool2d)) =>
            (this.kernel, this.stride, this.padding, this.dilation, this.ceil) = (kernel, stride, padding, dilation, ceil);

        public override Tensor forward(Tensor tensor) => max_pool2d(tensor, kernel, stride, padding, dilation, ceil);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor) =>
            max_pool2d_with_indices(tensor, kernel, stride, padding, dilation, ceil);
    }

    public sealed class AdaptiveAvgPool2d : nn.Module<Tensor, Tensor>
    {
        readonly long[] size;

        internal AdaptiveAvgPool2d(long[] size) : base(nameof(AdaptiveAvgPool2d)) => this.size = size;

        public override Tensor forward(Tensor tensor) => adaptive_avg_pool2d(tensor, size);
    }

    public sealed class AdaptiveMaxPool2d : nn.Module<Tensor, Tensor>
    {
        readonly long[] size;

        internal AdaptiveMaxPool2d(long[] size) : base(nameof(AdaptiveMaxPool2d)) => this.size = size;

        public override Tensor forward(Tensor tensor) => adaptive_max_pool2d(tensor, size);
    }

    public sealed class Upsample : nn.Module<Tensor, Tensor>
    {
        readonly long[] target;
        readonly double[] factor;

        internal Upsample(long[] target, double[] factor, UpsampleMode mode, bool? alignCorners) : base(nameof(Upsample)) =>
            (this.target, this.factor, this.mode, align_corners) = (target, factor, mode, alignCorners);

        public ReadOnlySpan<long> size => target;

        public ReadOnlySpan<double> scale_factor => factor;

        public UpsampleMode mode { get; }

        public bool? align_corners { get; }

        public override Tensor forward(Tensor tensor) => interpolate(tensor, target, factor, (InterpolationMode)mode, align_corners);
    }
}
