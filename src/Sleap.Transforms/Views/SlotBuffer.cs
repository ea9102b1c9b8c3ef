using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Holds the values of one column for the rows of a batch, whatever the column's type.</summary>
internal abstract class SlotBuffer : IDisposable
{
    /// <summary>Copies the value of the current input row into a slot.</summary>
    public abstract void Read(int slot);

    /// <summary>A getter of the column's raw type for the slot that is returned at the time of the call.</summary>
    public abstract Delegate CreateGetter(Func<int> slot);

    /// <summary>Releases what the slots hold.</summary>
    public virtual void Dispose() { }

    public static SlotBuffer Create(DataViewRow input, DataViewSchema.Column column, int slots)
    {
        var buffer = column.Type switch
        {
            VectorDataViewType vector => typeof(VectorSlots<>).MakeGenericType(vector.ItemType.RawType),
            { } type when type.RawType == typeof(MLImage) => typeof(ImageSlots),
            { } type => typeof(ValueSlots<>).MakeGenericType(type.RawType),
        };
        return (SlotBuffer)Activator.CreateInstance(buffer, input, column, slots)!;
    }

    /// <summary>
    /// Values that are copied by assignment: numbers, keys, text (which is immutable), row ids, and custom types by
    /// reference.
    /// </summary>
    private sealed class ValueSlots<T>(DataViewRow input, DataViewSchema.Column column, int slots) : SlotBuffer
    {
        private readonly ValueGetter<T> _getter = input.GetGetter<T>(column);
        private readonly T[] _values = new T[slots];

        public override void Read(int slot)
        {
            // A new value each time, so that an object in another slot is not overwritten.
            T value = default!;
            _getter(ref value);
            _values[slot] = value;
        }

        public override Delegate CreateGetter(Func<int> slot) =>
            (ValueGetter<T>)((ref T value) => value = _values[slot()]);
    }

    /// <summary>Vectors: the input fills the slot's own buffer.</summary>
    private sealed class VectorSlots<T>(DataViewRow input, DataViewSchema.Column column, int slots) : SlotBuffer
    {
        private readonly ValueGetter<VBuffer<T>> _getter = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[slots];

        public override void Read(int slot) => _getter(ref _values[slot]);

        public override Delegate CreateGetter(Func<int> slot) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[slot()].CopyTo(ref value));
    }

    /// <summary>
    /// Images are copied, because the input overwrites and may dispose the image it returned before. The image of the
    /// input is never disposed here: it may belong to the user.
    /// </summary>
    private sealed class ImageSlots(DataViewRow input, DataViewSchema.Column column, int slots) : SlotBuffer
    {
        private readonly ValueGetter<MLImage> _getter = input.GetGetter<MLImage>(column);
        private readonly MLImage?[] _images = new MLImage?[slots];
        private MLImage? _read;

        public override void Read(int slot)
        {
            _getter(ref _read!);
            _images[slot]?.Dispose();
            _images[slot] = Copy(_read);
        }

        public override Delegate CreateGetter(Func<int> slot) =>
            (ValueGetter<MLImage>)(
                (ref MLImage value) =>
                {
                    value?.Dispose();
                    value = Copy(_images[slot()])!;
                }
            );

        public override void Dispose()
        {
            foreach (var image in _images)
                image?.Dispose();
        }

        private static MLImage? Copy(MLImage? image)
        {
            if (image is null)
                return null;
            var copy = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
            if (image.Tag is { } tag)
                copy.Tag = tag;
            return copy;
        }
    }
}
