using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]
[assembly: InternalsVisibleTo("Standalone.Tests")]

namespace TorchSharp.Interop;

/// <summary>The exports of native/boxed.cpp.</summary>
internal static unsafe class Native
{
    const string Library = "TorchSharpBoxed";

    // The libtorch that comes with TorchSharp uses all cores unless it is told otherwise. Debian's starts with one thread.
    static Native()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"))) _ = boxed_set_threads(Environment.ProcessorCount);
    }

    [DllImport(Library)] internal static extern byte* boxed_error();
    [DllImport(Library)] internal static extern nint boxed_find(byte* name, byte* overload);
    [DllImport(Library)] internal static extern int boxed_call(nint op, Value* arguments, int count, Value* results, int room);
    [DllImport(Library)] internal static extern void boxed_free(nint memory);
    [DllImport(Library)] internal static extern void boxed_release(nint tensor);
    [DllImport(Library)] internal static extern int boxed_describe(nint tensor, Description* description);
    [DllImport(Library)] internal static extern int boxed_set_requires_grad(nint tensor, int on);
    [DllImport(Library)] internal static extern int boxed_retain_grad(nint tensor);
    [DllImport(Library)] internal static extern nint boxed_get_grad(nint tensor);
    [DllImport(Library)] internal static extern int boxed_set_grad(nint tensor, nint grad);
    [DllImport(Library)] internal static extern int boxed_backward(nint* roots, int rootCount, nint* grads, int gradCount, int retain, int create, nint* inputs, int inputCount);
    [DllImport(Library)] internal static extern int boxed_gradients(nint* outputs, int outputCount, nint* inputs, int inputCount, nint* grads, int gradCount, int retain, int create, int allowUnused, nint* results);
    [DllImport(Library)] internal static extern int boxed_connect(nint* inputs, int inputCount, nint output, nint* kept, int keptCount, nint context, delegate* unmanaged<nint, nint, nint*, int, nint*, int, int> backward, delegate* unmanaged<nint, void> release);
    [DllImport(Library)] internal static extern int boxed_saved(nint node, nint* results);
    [DllImport(Library)] internal static extern int boxed_grad_mode();
    [DllImport(Library)] internal static extern void boxed_set_grad_mode(int on);
    [DllImport(Library)] internal static extern nint boxed_enter_inference(int on);
    [DllImport(Library)] internal static extern void boxed_leave_inference(nint mode);
    [DllImport(Library)] internal static extern int boxed_inference_mode();
    [DllImport(Library)] internal static extern int boxed_manual_seed(ulong seed);
    [DllImport(Library)] internal static extern nint boxed_default_generator();
    [DllImport(Library)] internal static extern nint boxed_new_generator(ulong seed);
    [DllImport(Library)] internal static extern void boxed_release_generator(nint generator);
    [DllImport(Library)] internal static extern int boxed_seed_generator(nint generator, ulong seed);
    [DllImport(Library)] internal static extern ulong boxed_generator_seed(nint generator);
    [DllImport(Library)] internal static extern byte* boxed_version();
    [DllImport(Library)] internal static extern int boxed_threads();
    [DllImport(Library)] internal static extern int boxed_set_threads(int count);
    [DllImport(Library)] internal static extern int boxed_interop_threads();
    [DllImport(Library)] internal static extern int boxed_set_interop_threads(int count);
    [DllImport(Library)] internal static extern int boxed_cuda_devices();
    [DllImport(Library)] internal static extern int boxed_cudnn();
    [DllImport(Library)] internal static extern int boxed_cuda_synchronize(long index);
    [DllImport(Library)] internal static extern int boxed_adam(nint param, nint grad, nint average, nint square, nint top, long step, AdamStep* s);

    /// <summary>Throws what libtorch threw on this thread when <paramref name="status"/> says that it did.</summary>
    internal static void Check(int status)
    {
        if (status < 0) Throw();
    }

    internal static nint Check(nint handle)
    {
        if (handle == 0) Throw();
        return handle;
    }

    internal static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8((nint)boxed_error()));
}

/// <summary>What a tensor is, read in one call. The pointers live as long as the tensor keeps its shape.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Description
{
    public long* Sizes, Strides;
    public nint Data;
    public long Count, StorageOffset;
    public int Rank, Type, DeviceType, DeviceIndex, ItemSize;
    public byte Contiguous, RequiresGrad, Leaf, Sparse, HasGrad;
}

[StructLayout(LayoutKind.Sequential)]
internal struct AdamStep
{
    public double Rate, Beta1, Beta2, Epsilon, WeightDecay;
    public int Decoupled, Maximize;
}
