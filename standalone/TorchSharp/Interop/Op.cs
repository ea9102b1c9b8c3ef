using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>
/// An operator of libtorch, found by the name and overload of its schema at the first call. Arguments that are
/// not given take the schema's defaults, so that the same call does for libtorch versions that added some.
/// </summary>
internal sealed unsafe class Op(string name, string overload = "")
{
    const int MostArguments = 24;

    nint handle;

    internal Tensor Call(params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Expect(1, Invoke(arguments, &result, 1));
        return new Tensor(result.Pointer);
    }

    internal (Tensor, Tensor) Call2(params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[2];
        Expect(2, Invoke(arguments, results, 2));
        return (new Tensor(results[0].Pointer), new Tensor(results[1].Pointer));
    }

    internal (Tensor, Tensor, Tensor) Call3(params ReadOnlySpan<Arg> arguments)
    {
        var results = stackalloc Value[3];
        Expect(3, Invoke(arguments, results, 3));
        return (new Tensor(results[0].Pointer), new Tensor(results[1].Pointer), new Tensor(results[2].Pointer));
    }

    internal Tensor[] CallList(params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Expect(1, Invoke(arguments, &result, 1));
        var handles = new ReadOnlySpan<nint>((void*)result.Pointer, result.Count);
        var tensors = new Tensor[handles.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new Tensor(handles[i]);
        Native.boxed_free(result.Pointer);
        return tensors;
    }

    /// <summary>For operators that give a number: the item of a tensor, or a yes or no.</summary>
    internal Scalar CallScalar(params ReadOnlySpan<Arg> arguments)
    {
        Value result;
        Expect(1, Invoke(arguments, &result, 1));
        return new Scalar(result.Kind, result.Int);
    }

    /// <summary>For operators in place, whose result is their first argument.</summary>
    internal Tensor InPlace(params ReadOnlySpan<Arg> arguments)
    {
        Invoke(arguments, null, 0);
        return (Tensor)arguments[0].Object;
    }

    /// <summary>For operators whose results are of no interest.</summary>
    internal void Run(params ReadOnlySpan<Arg> arguments) => Invoke(arguments, null, 0);

    [SkipLocalsInit]
    int Invoke(ReadOnlySpan<Arg> arguments, Value* results, int room)
    {
        Find();
        var values = stackalloc Value[MostArguments];
        // Lists are copied here, so that nothing has to be pinned.
        var words = 0;
        foreach (ref readonly var argument in arguments) words += Words(argument);
        var lists = stackalloc long[words <= 256 ? words : 0];
        var large = words <= 256 ? null : new long[words];
        fixed (long* pinned = large)
        {
            var next = words <= 256 ? lists : pinned;
            for (var i = 0; i < arguments.Length; i++) values[i] = Fill(arguments[i], ref next);
            var status = Native.boxed_call(handle, values, arguments.Length, results, room);
            // Reading the arguments once more keeps their tensors alive until here.
            foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Object);
            Native.Check(status);
            return status;
        }
    }

    static int Words(in Arg argument) => argument.Kind switch
    {
        Kind.Ints or Kind.Doubles or Kind.Tensors or Kind.OptionalTensors => ((Array)argument.Object).Length,
        Kind.Text => (((byte[])argument.Object).Length + 7) / 8,
        _ => 0
    };

    static Value Fill(in Arg argument, ref long* next)
    {
        var value = new Value { Kind = argument.Kind, Count = argument.Count, Int = argument.Bits };
        switch (argument.Kind)
        {
            case Kind.Tensor:
                value.Pointer = ((Tensor)argument.Object).Handle;
                return value;
            case Kind.Ints:
                ((long[])argument.Object).CopyTo(new Span<long>(next, ((long[])argument.Object).Length));
                value.Count = ((long[])argument.Object).Length;
                break;
            case Kind.Doubles:
                ((double[])argument.Object).CopyTo(new Span<double>(next, ((double[])argument.Object).Length));
                value.Count = ((double[])argument.Object).Length;
                break;
            case Kind.Tensors or Kind.OptionalTensors:
                var tensors = (Tensor[])argument.Object;
                for (var i = 0; i < tensors.Length; i++) next[i] = tensors[i] is { } tensor ? tensor.Handle : 0;
                value.Count = tensors.Length;
                break;
            case Kind.Text:
                ((byte[])argument.Object).CopyTo(new Span<byte>(next, ((byte[])argument.Object).Length));
                value.Count = ((byte[])argument.Object).Length;
                break;
            default:
                return value;
        }
        value.Pointer = (nint)next;
        next += Words(argument);
        return value;
    }

    internal void Find()
    {
        if (handle != 0) return;
        fixed (byte* n = Encoding.UTF8.GetBytes("aten::" + name + '\0'), o = Encoding.UTF8.GetBytes(overload + '\0'))
            handle = Native.Check(Native.boxed_find(n, o));
    }

    void Expect(int expected, int found)
    {
        if (found != expected)
            throw new ExternalException($"aten::{name} of libtorch {torch.__version__} gives {found} results, not {expected}.");
    }
}
