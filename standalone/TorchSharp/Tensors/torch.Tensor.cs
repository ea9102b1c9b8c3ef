using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor : IDisposable
    {
        static long totalCount;

        nint handle;

        internal Tensor(nint handle, bool register = true)
        {
            this.handle = handle;
            Interlocked.Increment(ref totalCount);
            if (register) OwningDisposeScope = DisposeScopeManager.OfThread.Register(this);
        }

        ~Tensor() => Release();

        internal DisposeScope OwningDisposeScope { get; set; }

        /// <summary>Tensors that were neither disposed nor collected yet.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => handle == 0;

        public void Dispose()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            Release();
            GC.SuppressFinalize(this);
        }

        void Release()
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned == 0) return;
            Interlocked.Decrement(ref totalCount);
            Native.boxed_release(owned);
        }

        /// <summary>Takes the handle away, for another object to own.</summary>
        internal nint MoveHandle()
        {
            var owned = Handle;
            handle = 0;
            Interlocked.Decrement(ref totalCount);
            GC.SuppressFinalize(this);
            return owned;
        }

        internal void ReplaceInScope(Tensor by)
        {
            if (OwningDisposeScope is not { } scope) return;
            scope.Detach(this);
            scope.Attach(by);
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (OwningDisposeScope is null) other?.Attach(this);
            else OwningDisposeScope.MoveToOther(other, this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        // ---- what it is ------------------------------------------------------------------------------------------

        internal unsafe Description Describe()
        {
            Description description;
            Native.Check(Native.boxed_describe(Handle, &description));
            GC.KeepAlive(this);
            return description;
        }

        public unsafe long[] shape
        {
            get
            {
                var d = Describe();
                long[] sizes = new ReadOnlySpan<long>(d.Sizes, d.Rank).ToArray();
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long[] size() => shape;

        public unsafe long size(int dim)
        {
            var d = Describe();
            var size = d.Sizes[Wrap(dim, d.Rank)];
            GC.KeepAlive(this);
            return size;
        }

        public unsafe long[] stride()
        {
            var d = Describe();
            long[] strides = new ReadOnlySpan<long>(d.Strides, d.Rank).ToArray();
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[Wrap(dim, (int)ndim)];

        static int Wrap(int dim, int rank)
        {
            if (dim < -rank || dim >= rank)
                throw new System.Runtime.InteropServices.ExternalException($"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})");
            return dim < 0 ? dim + rank : dim;
        }

        public long Dimensions => Describe().Rank;

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Describe().Count;

        public long numel() => NumberOfElements;

        public long ElementSize => Describe().ItemSize;

        public long element_size() => ElementSize;

        public long storage_offset() => Describe().StorageOffset;

        public ScalarType dtype => (ScalarType)Describe().Type;

        public DeviceType device_type => (DeviceType)Describe().DeviceType;

        public int device_index => Describe().DeviceIndex;

        public Device device
        {
            get
            {
                var d = Describe();
                return d.DeviceType == 0 ? CPU : new Device((DeviceType)d.DeviceType, d.DeviceIndex);
            }
        }

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_sparse => Describe().Sparse != 0;

        public bool is_contiguous() => Describe().Contiguous != 0;

        public bool is_floating_point() => dtype.IsFloating();

        public bool is_integral() => dtype.IsIntegral();

        public bool is_leaf => Describe().Leaf != 0;

        public string name { get; set; }

        // ---- gradients -------------------------------------------------------------------------------------------

        public bool requires_grad
        {
            get => Describe().RequiresGrad != 0;
            set
            {
                Native.Check(Native.boxed_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad()
        {
            Native.Check(Native.boxed_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>Another handle of the gradient, or null when there is none.</summary>
        public Tensor grad
        {
            get
            {
                var gradient = Native.boxed_get_grad(Handle);
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set
            {
                Native.Check(Native.boxed_set_grad(Handle, value is null ? 0 : value.Handle));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public void backward() => autograd.backward(this);

        // ---- identity --------------------------------------------------------------------------------------------

        public override bool Equals(object obj) => obj is Tensor tensor && Equals(tensor);

        /// <summary>Same shape and same values.</summary>
        public bool Equals(Tensor target) => Aten.equal.CallScalar(this, target).ToBoolean();

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        public override string ToString() =>
            handle == 0 ? "" : $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
    }
}
