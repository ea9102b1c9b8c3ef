using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => Aten.select_int.Call(this, 0L, i1);
            set => index_put_(value, Numbers(i1));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(Numbers(i1, i2));
            set => index_put_(value, Numbers(i1, i2));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Numbers(i1, i2, i3));
            set => index_put_(value, Numbers(i1, i2, i3));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Numbers(i1, i2, i3, i4));
            set => index_put_(value, Numbers(i1, i2, i3, i4));
        }

        static TensorIndex[] Numbers(params long[] numbers) => Array.ConvertAll(numbers, number => (TensorIndex)number);

        public Tensor index(params Tensor[] indices) => Aten.index_Tensor.Call(this, Arg.Optional(indices));

        public Tensor index(params TensorIndex[] indices)
        {
            var view = View(indices, out var tensors);
            if (tensors is null) return view;
            var result = Aten.index_Tensor.Call(view, Arg.Optional(tensors));
            view.Dispose();
            return result;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            Aten.index_put_.InPlace(this, Arg.Optional(indices), value, false);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            using var view = View(indices, out var tensors);
            if (tensors is null) Aten.copy_.Run(view, value);
            else Aten.index_put_.Run(view, Arg.Optional(tensors), value, false);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var view = View(indices, out var tensors);
            if (tensors is null)
            {
                Aten.fill__Scalar.Run(view, value);
                return this;
            }
            using var filler = full([], value, dtype, device);
            Aten.index_put_.Run(view, Arg.Optional(tensors), filler, false);
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var filler = full([], value, dtype, device);
            return index_put_(filler, indices);
        }

        /// <summary>
        /// Follows the indices that need no copy (numbers, slices, none, ellipsis). Tensors among them are given
        /// back at the dimension they belong to, for the operator that gathers; null when there is none.
        /// </summary>
        Tensor View(TensorIndex[] indices, out Tensor[] tensors)
        {
            var view = Aten.alias.Call(this);
            var found = new List<Tensor>();
            var dim = 0L;
            for (var i = 0; i < indices.Length; i++)
            {
                var at = indices[i];
                switch (at.Kind)
                {
                    case IndexKind.None:
                        Replace(ref view, Aten.unsqueeze.Call(view, dim++));
                        break;
                    case IndexKind.Bool:
                        Replace(ref view, Aten.unsqueeze.Call(view, dim));
                        Put(found, dim++, tensor(at.Start == 1 ? [0L] : Array.Empty<long>()));
                        break;
                    case IndexKind.Ellipsis:
                        dim = view.ndim - indices.Skip(i + 1).Sum(rest => rest.Taken);
                        break;
                    case IndexKind.Single:
                        Replace(ref view, Aten.select_int.Call(view, dim, at.Start));
                        break;
                    case IndexKind.Slice:
                        if (!at.IsWhole) Replace(ref view, Aten.slice_Tensor.Call(view, dim, at.Start, at.Stop, at.Step));
                        dim++;
                        break;
                    case IndexKind.Tensor:
                        Put(found, dim, at.Indices);
                        dim += at.Taken;
                        break;
                }
            }
            tensors = found.Count == 0 ? null : [.. found];
            return view;
        }

        static void Put(List<Tensor> found, long dim, Tensor tensor)
        {
            while (found.Count < dim) found.Add(null);
            found.Add(tensor);
        }

        static void Replace(ref Tensor old, Tensor by)
        {
            old.Dispose();
            old = by;
        }
    }

    internal enum IndexKind { None, Bool, Ellipsis, Single, Slice, Tensor }

    public struct TensorIndex
    {
        internal IndexKind Kind;
        internal long Start, Step;
        internal long? Stop;
        internal Tensor Indices;

        /// <summary>How many dimensions of the tensor it speaks about.</summary>
        internal readonly long Taken => Kind switch
        {
            IndexKind.None or IndexKind.Bool or IndexKind.Ellipsis => 0,
            IndexKind.Tensor when Indices.dtype is ScalarType.Bool or ScalarType.Byte => Indices.ndim,
            _ => 1
        };

        internal readonly bool IsWhole => Start == 0 && Stop is null && Step == 1;

        public static TensorIndex None = new() { Kind = IndexKind.None };

        public static TensorIndex Null = None;

        public static TensorIndex Ellipsis = new() { Kind = IndexKind.Ellipsis };

        public static TensorIndex Colon = Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = IndexKind.Slice, Start = start ?? 0, Stop = stop, Step = step ?? 1 };

        public static TensorIndex Slice(Range range) =>
            Slice(range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value, EndOf(range.End));

        static long? EndOf(Index end) => !end.IsFromEnd ? end.Value : end.Value == 0 ? null : -end.Value;

        public static TensorIndex Bool(bool value) => new() { Kind = IndexKind.Bool, Start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) =>
            index is long i ? new() { Kind = IndexKind.Single, Start = i } : None;

        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = IndexKind.Tensor, Indices = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
    }
}
