using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a function keeps from its way there for its way back.</summary>
        public class AutogradContext : IDisposable
        {
            readonly Dictionary<string, object> data = [];

            internal AutogradContext()
            {
            }

            internal List<Tensor> Kept { get; private set; } = [];

            /// <summary>The node of the graph; 0 unless the way back is being gone.</summary>
            internal nint Node { get; set; }

            public void save_for_backward(List<Tensor> tensors) => Kept = tensors;

            public void save_data(string key, object value) => data[key] = value;

            public object get_data(string key) => data[key];

            public unsafe List<Tensor> get_saved_variables()
            {
                if (Kept.Count == 0) return [];
                if (Node == 0) return [.. Kept];
                var handles = new nint[Kept.Count];
                fixed (nint* into = handles) Native.Check(Native.boxed_saved(Node, into));
                return [.. handles.Select(handle => new Tensor(handle))];
            }

            public void Dispose()
            {
            }

            /// <summary>Only how many there are is still asked for: the node keeps the tensors.</summary>
            internal void Forget() => Kept = [.. Kept.Select(_ => (Tensor)null)];
        }

        public abstract class Function<T> where T : Function<T>, new()
        {
            protected Function()
            {
            }

            internal static T Instance { get; } = new();

            public abstract string Name { get; }
        }

        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            protected SingleTensorFunction()
            {
            }

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            public static unsafe Tensor apply(params object[] vars)
            {
                var context = new AutogradContext();
                Tensor output;
                using (no_grad()) output = Instance.forward(context, vars);
                Tensor[] inputs = [.. vars.OfType<Tensor>()], kept = [.. context.Kept];
                nint[] from = Handles(inputs), saved = Handles(kept);
                var way = new Way(context, gradient => Instance.backward(context, gradient));
                var handle = GCHandle.Alloc(way);
                var connected = 0;
                try
                {
                    fixed (nint* i = from, k = saved)
                        Native.Check(connected = Native.boxed_connect(i, from.Length, output.Handle, k, saved.Length, (nint)handle, &Back, &Free));
                    if (connected > 0) context.Forget();
                }
                finally
                {
                    if (connected <= 0) handle.Free();
                }
                KeepAlive(inputs, kept);
                GC.KeepAlive(output);
                return output;
            }
        }

        /// <summary>What a function's way back threw on this thread, on its way through libtorch.</summary>
        [ThreadStatic] static ExceptionDispatchInfo thrown;

        sealed record Way(AutogradContext Context, Func<Tensor, List<Tensor>> Backward);

        [UnmanagedCallersOnly]
        static unsafe int Back(nint context, nint node, nint* grads, int count, nint* results, int room)
        {
            try
            {
                var way = (Way)((GCHandle)context).Target;
                way.Context.Node = node;
                List<Tensor> gradients;
                using (no_grad()) gradients = way.Backward(new Tensor(grads[0]));
                way.Context.Node = 0;
                if (gradients.Count != room) throw new InvalidOperationException($"A function of {room} tensors gave {gradients.Count} gradients.");
                for (var i = 0; i < room; i++) results[i] = gradients[i]?.alias().MoveHandle() ?? 0;
                return 0;
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
                return -1;
            }
        }

        [UnmanagedCallersOnly]
        static void Free(nint context) => ((GCHandle)context).Free();

        static void CheckWayBack(int status)
        {
            if (status >= 0) return;
            var from = thrown;
            thrown = null;
            from?.Throw();
            Native.Throw();
        }
    }
}
