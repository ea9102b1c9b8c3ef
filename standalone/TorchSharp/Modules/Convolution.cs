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
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride), Two(padding), Two(dilation), padding_mode, groups), bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride ?? (1, 1)), Two(padding ?? (0, 0)), Two(dilation ?? (1, 1)), padding_mode, groups), bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride), padding == Padding.Same ? null : Two(0L), Two(dilation), padding_mode, groups), bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernelSize, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride ?? (1, 1)), padding == Padding.Same ? null : Two(0L), Two(dilation ?? (1, 1)), padding_mode, groups), bias, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride), Two(padding), Two(dilation), padding_mode, groups), Two(output_padding), bias, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, new(Two(kernelSize), Two(stride ?? (1, 1)), Two(padding ?? (0, 0)), Two(dilation ?? (1, 1)), padding_mode, groups), Two(output_padding ?? (0, 0)), bias, device, dtype);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>How a window moves over an image; no padding given means as much as keeps the size.</summary>
    internal sealed record Window(long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, PaddingModes Mode, long Groups)
    {
        /// <summary>The padding at left, right, top and bottom, for the modes that pad before the convolution.</summary>
        public long[] Around
        {
            get
            {
                long Total(int i) => Padding is null ? Dilation[i] * (Kernel[i] - 1) : 2 * Padding[i];
                return [Total(1) / 2, Total(1) - Total(1) / 2, Total(0) / 2, Total(0) - Total(0) / 2];
            }
        }
    }

    public abstract class Convolution : nn.Module<Tensor, Tensor>
    {
        protected long input_channels;

        private protected Convolution(string name, long inputChannels, long[] weightShape, long biasCount, Device device, ScalarType? dtype) : base(name)
        {
            input_channels = inputChannels;
            weight = new(empty(weightShape, dtype, device));
            Initialization.Uniform(weight, biasCount > 0 ? bias = new(empty(biasCount, dtype, device)) : null);
        }

        internal Parameter weight
        {
            get => get_parameter(nameof(weight));
            set => Params[nameof(weight)] = value;
        }

        internal Parameter bias
        {
            get => get_parameter(nameof(bias));
            set => Params[nameof(bias)] = value;
        }

        private protected void Expect(Tensor input)
        {
            var shape = input.shape;
            if (shape.Length is not (3 or 4) || shape[^3] != input_channels)
                throw new ArgumentException($"Expected 3D (unbatched) or 4D (batched) input with {input_channels} channels to {GetName()}.");
        }
    }

    internal static class Initialization
    {
        /// <summary>What convolutions and linear layers start with: uniform within 1/sqrt(fan in), weights and bias alike.</summary>
        public static void Uniform(Tensor weight, Tensor bias)
        {
            nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
            if (bias is null) return;
            var bound = 1 / Math.Sqrt(nn.init.CalculateFanInAndFanOut(weight).fanIn);
            nn.init.uniform_(bias, -bound, bound);
        }
    }

    public sealed class Conv2d : Convolution
    {
        readonly Window window;
        readonly long[] around;

        internal Conv2d(long inputs, long outputs, Window window, bool bias, Device device, ScalarType? dtype)
            : base(nameof(Conv2d), inputs, [outputs, inputs / window.Groups, .. window.Kernel], bias ? outputs : 0, device, dtype)
        {
            this.window = window;
            around = window.Mode == PaddingModes.Zeros ? null : window.Around;
        }

        public new Parameter weight { get => base.weight; set => base.weight = value; }

        public new Parameter bias { get => base.bias; set => base.bias = value; }

        public override Tensor forward(Tensor input)
        {
            Expect(input);
            if (around is not null)
            {
                using var padded = pad(input, around, window.Mode);
                return conv2d(padded, weight, bias, window.Stride, null, window.Dilation, window.Groups);
            }
            return window.Padding is null
                ? Aten.conv2d_padding.Call(input, weight, bias, window.Stride, "same", window.Dilation, window.Groups)
                : conv2d(input, weight, bias, window.Stride, window.Padding, window.Dilation, window.Groups);
        }
    }

    public sealed class ConvTranspose2d : Convolution
    {
        readonly Window window;
        readonly long[] outputPadding;

        internal ConvTranspose2d(long inputs, long outputs, Window window, long[] outputPadding, bool bias, Device device, ScalarType? dtype)
            : base(nameof(ConvTranspose2d), inputs, [inputs, outputs / window.Groups, .. window.Kernel], bias ? outputs : 0, device, dtype) =>
            (this.window, this.outputPadding) = (window, outputPadding);

        public new Parameter weight { get => base.weight; set => base.weight = value; }

        public new Parameter bias { get => base.bias; set => base.bias = value; }

        public override Tensor forward(Tensor input)
        {
            Expect(input);
            return conv_transpose2d(input, weight, bias, window.Stride, window.Padding, outputPadding, window.Dilation, window.Groups);
        }
    }
}
