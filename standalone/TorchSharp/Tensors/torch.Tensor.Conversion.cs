using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(type, null, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(type, null, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(null, device, copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(null, new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(null, new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(type, device, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => To(other.dtype, other.device, false, false, non_blocking);

        Tensor To(ScalarType? type, Device device, bool copy, bool disposeAfter, bool nonBlocking)
        {
            var result = Aten.to_dtype_layout.Call(this, type, Arg.None, device, Arg.None, nonBlocking, copy);
            if (disposeAfter) Dispose();
            return result;
        }

        public Tensor type(ScalarType dtype) => to_type(dtype);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor @byte() => to_type(ScalarType.Byte);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor cpu() => to(CPU);

        public Tensor cuda(Device device = null, bool non_blocking = false) => to(device ?? CUDA, false, false, non_blocking);

        // ---- copies ----------------------------------------------------------------------------------------------

        public Tensor alias() => Aten.alias.Call(this);

        public Tensor clone() => Aten.clone.Call(this);

        public Tensor contiguous() => Aten.contiguous.Call(this);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.copy_.InPlace(this, source, nonBlocking);

        public Tensor detach() => Aten.detach.Call(this);

        public Tensor set_(Tensor source) => Aten.set__source_Tensor.InPlace(this, source);

        public Tensor fill_(Scalar value) => Aten.fill__Scalar.InPlace(this, value);

        public Tensor zero_() => Aten.zero_.InPlace(this);

        // ---- values ----------------------------------------------------------------------------------------------

        public Scalar ToScalar() => Aten.item.CallScalar(this);

        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        /// <summary>The values of a tensor on the CPU; those of one elsewhere are copied first.</summary>
        public Utils.TensorAccessor<T> data<T>() where T : unmanaged
        {
            var expected = DotnetType(dtype);
            if (expected is not null && expected != typeof(T))
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {dtype}");
            return new(device_type == DeviceType.CPU ? this : cpu());
        }

        static Type DotnetType(ScalarType type) => type switch
        {
            ScalarType.Byte => typeof(byte),
            ScalarType.Int8 => typeof(sbyte),
            ScalarType.Int16 => typeof(short),
            ScalarType.Int32 => typeof(int),
            ScalarType.Int64 => typeof(long),
            ScalarType.Float16 => typeof(Half),
            ScalarType.Float32 => typeof(float),
            ScalarType.Float64 => typeof(double),
            ScalarType.Bool => typeof(bool),
            _ => null
        };

        public unsafe Span<byte> bytes
        {
            get
            {
                var d = Memory();
                if (d.Count * d.ItemSize > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                return new Span<byte>((void*)d.Data, (int)(d.Count * d.ItemSize));
            }
            set
            {
                var target = bytes;
                if (target.Length != value.Length) throw new ArgumentException("Mismatched data sizes in SetBytes().");
                value.CopyTo(target);
            }
        }

        Description Memory()
        {
            var d = Describe();
            if (d.Contiguous == 0) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (d.DeviceType != 0)
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            return d;
        }

        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            var d = Memory();
            var total = d.Count * d.ItemSize;
            for (var done = 0L; done < total; done += bufferSize)
                stream.Write(new ReadOnlySpan<byte>((byte*)d.Data + done, (int)Math.Min(bufferSize, total - done)));
            GC.KeepAlive(this);
        }

        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            var d = Memory();
            var total = d.Count * d.ItemSize;
            for (var done = 0L; done < total; done += bufferSize)
                stream.ReadExactly(new Span<byte>((byte*)d.Data + done, (int)Math.Min(bufferSize, total - done)));
            GC.KeepAlive(this);
        }
    }
}
