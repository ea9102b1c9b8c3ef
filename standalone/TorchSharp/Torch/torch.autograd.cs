using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static void backward(Tensor tensor, IList<Tensor> grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor> grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null)
        {
            nint[] roots = Handles(tensors), grads = Handles(grad_tensors), leaves = Handles(inputs);
            fixed (nint* r = roots, g = grads, l = leaves)
                CheckWayBack(Native.boxed_backward(r, roots.Length, g, grads.Length, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, l, leaves.Length));
            KeepAlive(tensors, grad_tensors, inputs);
        }

        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] roots = Handles(outputs), leaves = Handles(inputs), grads = Handles(grad_outputs), results = new nint[leaves.Length];
            fixed (nint* r = roots, l = leaves, g = grads, into = results)
                CheckWayBack(Native.boxed_gradients(r, roots.Length, l, leaves.Length, g, grads.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, into));
            KeepAlive(outputs, inputs, grad_outputs);
            return [.. results.Select(h => h == 0 ? null : new Tensor(h))];
        }

        static nint[] Handles(IList<Tensor> tensors) => tensors is null ? [] : [.. tensors.Select(t => t.Handle)];

        static void KeepAlive(params ReadOnlySpan<IList<Tensor>> lists)
        {
            foreach (var list in lists)
                foreach (var tensor in list ?? []) GC.KeepAlive(tensor);
        }
    }
}
