using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>The values of a tensor in memory, in the order of its dimensions whatever its strides are.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    readonly Tensor tensor;
    readonly long[] shape, strides;
    readonly nint data;
    readonly bool contiguous;

    internal TensorAccessor(Tensor tensor)
    {
        this.tensor = tensor;
        var d = tensor.Describe();
        (data, Count, contiguous) = (d.Data, d.Count, d.Contiguous != 0);
        (shape, strides) = (tensor.shape, tensor.stride());
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public unsafe T this[params long[] indices]
    {
        get => *(T*)At(indices);
        set => *(T*)At(indices) = value;
    }

    unsafe nint At(long[] indices)
    {
        var offset = 0L;
        if (indices.Length == shape.Length)
            for (var i = 0; i < indices.Length; i++)
            {
                if (indices[i] < 0 || indices[i] >= shape[i]) throw new IndexOutOfRangeException();
                offset += indices[i] * strides[i];
            }
        else if (indices.Length == 1 && indices[0] >= 0 && indices[0] < Count) offset = Offset(indices[0]);
        else throw new IndexOutOfRangeException();
        return data + (nint)(offset * sizeof(T));
    }

    long Offset(long ordinal)
    {
        if (contiguous) return ordinal;
        var offset = 0L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            offset += ordinal % shape[i] * strides[i];
            ordinal /= shape[i];
        }
        return offset;
    }

    public T[] ToArray()
    {
        var values = new T[Count];
        CopyTo(values);
        return values;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)Math.Min(Count - tensorIndex, array.Length - arrayIndex);
        if (contiguous) new ReadOnlySpan<T>((T*)data + tensorIndex, count).CopyTo(array[arrayIndex..]);
        else
        {
            using var packed = tensor.contiguous();
            new ReadOnlySpan<T>((T*)packed.Describe().Data + tensorIndex, count).CopyTo(array[arrayIndex..]);
            GC.KeepAlive(packed);
        }
        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)Math.Min(Count - tensorIndex, array.Length - arrayIndex);
        for (var i = 0; i < count; i++) ((T*)data)[Offset(tensorIndex + i)] = array[arrayIndex + i];
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() { }
}
