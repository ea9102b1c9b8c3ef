using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>How a column's slots are scaled: (x - offset) * scale, or the place of x in a normal distribution.</summary>
internal abstract class SlotScaling
{
    public abstract Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source);

    public abstract NormalizingTransformer.NormalizerModelParametersBase ToParameters(bool isVector);

    public abstract void Save(BinaryWriter writer);

    public static SlotScaling Load(BinaryReader reader, DataViewType type)
        => PrimitiveTypes.ItemTypeOf(type) == NumberDataViewType.Single
            ? SlotScaling<float>.Load(reader, reader.ReadSingle)
            : SlotScaling<double>.Load(reader, reader.ReadDouble);
}

/// <param name="isCdf">Then the first numbers are means and the second deviations, else scales and offsets.</param>
internal sealed class SlotScaling<T>(bool isCdf, T[] first, T[] second) : SlotScaling where T : struct, IFloatingPointIeee754<T>
{
    private T Scale(int slot, T value)
    {
        if (!isCdf)
            return (value - second[slot]) * first[slot];
        if (second[slot] == T.Zero || !T.IsFinite(value))
            return T.Zero;
        // The error function by elementary functions, good to about 1e-4 (Winitzki's approximation).
        T x = (value - first[slot]) / second[slot];
        double half = double.CreateTruncating(x * x) / 2;
        double a = 0.147 * half;
        return T.CreateTruncating(0.5 + 0.5 * T.Sign(x) * Math.Sqrt(1 - Math.Exp(-half * (4 / Math.PI + a) / (1 + a))));
    }

    public override Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source)
    {
        if (source.Type is not VectorDataViewType)
            return ItemMapping.MakeGetter<T, T>(row, source, value => Scale(0, value), densify: false);
        ValueGetter<VBuffer<T>> get = row.GetGetter<VBuffer<T>>(source);
        VBuffer<T> values = default;
        var dense = new T[first.Length];
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> scaled) =>
        {
            get(ref values);
            Contracts.Check(values.Length == first.Length, "Mismatched normalizer size");
            values.CopyTo(dense);
            for (int i = 0; i < dense.Length; i++)
                dense[i] = Scale(i, dense[i]);
            SparseResult.Store(dense, ref scaled, T.IsZero);
        };
        return getter;
    }

    public override NormalizingTransformer.NormalizerModelParametersBase ToParameters(bool isVector)
    {
        if (isCdf)
        {
            return isVector
                ? new NormalizingTransformer.CdfNormalizerModelParameters<ImmutableArray<T>>([.. first], [.. second], useLog: false)
                : new NormalizingTransformer.CdfNormalizerModelParameters<T>(first[0], second[0], useLog: false);
        }
        ImmutableArray<T> offsets = second.All(offset => offset == T.Zero) ? [] : [.. second];
        return isVector
            ? new NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<T>>([.. first], offsets)
            : new NormalizingTransformer.AffineNormalizerModelParameters<T>(first[0], second[0]);
    }

    public override void Save(BinaryWriter writer)
    {
        writer.Write(isCdf);
        writer.Write(first.Length);
        foreach (T number in first.Concat(second))
            ValueCodec.For<T>().Write(writer, number);
    }

    public static SlotScaling<T> Load(BinaryReader reader, Func<T> read)
    {
        bool isCdf = reader.ReadBoolean();
        int slots = reader.ReadInt32();
        T[] numbers = Enumerable.Range(0, 2 * slots).Select(_ => read()).ToArray();
        return new SlotScaling<T>(isCdf, numbers[..slots], numbers[slots..]);
    }
}
