using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static string __version__ { get; } = Marshal.PtrToStringUTF8(VersionText());

    static unsafe nint VersionText() => (nint)Native.boxed_version();

    // ---- scopes ----------------------------------------------------------------------------------------------------

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.OfThread.Open();

    public static DisposeScope CurrentDisposeScope => DisposeScopeManager.OfThread.Current;

    /// <summary>Evaluates in a scope of its own; only the result leaves it.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    // ---- gradients -------------------------------------------------------------------------------------------------

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static bool is_grad_enabled() => Native.boxed_grad_mode() != 0;

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.boxed_inference_mode() != 0;

    sealed class GradMode : IDisposable
    {
        readonly int before = Native.boxed_grad_mode();

        public GradMode(bool on) => Native.boxed_set_grad_mode(on ? 1 : 0);

        public void Dispose() => Native.boxed_set_grad_mode(before);
    }

    sealed class InferenceMode(bool on) : IDisposable
    {
        nint guard = Native.boxed_enter_inference(on ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0) Native.boxed_leave_inference(guard);
            guard = 0;
        }
    }

    // ---- defaults --------------------------------------------------------------------------------------------------

    const ScalarType defaultType = ScalarType.Float32;

    static Device InitializeDevice(Device device) => device ?? CPU;

    // ---- the machine -----------------------------------------------------------------------------------------------

    public static int get_num_threads() => Native.boxed_threads();

    public static void set_num_threads(int num) => Native.Check(Native.boxed_set_threads(num));

    public static int get_num_interop_threads() => Native.boxed_interop_threads();

    public static void set_num_interop_threads(int num) => Native.Check(Native.boxed_set_interop_threads(num));

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static bool is_cudnn_available() => Native.boxed_cudnn() != 0;

        public static int device_count() => Native.boxed_cuda_devices();

        public static void manual_seed(long seed) => random.manual_seed(seed);

        public static void manual_seed_all(long seed) => random.manual_seed(seed);

        public static void synchronize(Device device = null) => Native.Check(Native.boxed_cuda_synchronize(device?.index ?? -1));
    }
}
