using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>What stands in for NaN: one number for all slots, or one for each.</summary>
internal abstract class Replacement
{
    public abstract Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source);

    public abstract bool IsSingle { get; }

    public abstract void Save(BinaryWriter writer);

    public static Replacement Learn(IHost host, IDataView data, DataViewSchema.Column source, MissingValueReplacingEstimator.ReplacementMode mode, bool bySlot)
        => PrimitiveTypes.ItemTypeOf(source.Type) == NumberDataViewType.Single
            ? Replacement<float>.LearnFrom(host, data, source, mode, bySlot)
            : Replacement<double>.LearnFrom(host, data, source, mode, bySlot);

    public static Replacement Load(BinaryReader reader)
        => reader.ReadBoolean() ? Replacement<float>.LoadFrom(reader) : Replacement<double>.LoadFrom(reader);
}

internal sealed class Replacement<T>(T[] numbers) : Replacement where T : struct, IFloatingPointIeee754<T>
{
    public override bool IsSingle => typeof(T) == typeof(float);

    public static Replacement<T> LearnFrom(IHost host, IDataView data, DataViewSchema.Column source,
        MissingValueReplacingEstimator.ReplacementMode mode, bool bySlot)
    {
        if (mode == MissingValueReplacingEstimator.ReplacementMode.DefaultValue)
            return new Replacement<T>([T.Zero]);
        using IChannel channel = host.Start("Computing Statistics");
        var vector = source.Type as VectorDataViewType;
        if (vector is { IsKnownSize: false } && bySlot)
        {
            channel.Warning(MessageSensitivity.Schema, "By-slot imputation can not be done on variable-length column");
            bySlot = false;
        }
        List<T>[] values = Enumerable.Range(0, bySlot && vector != null ? vector.Size : 1).Select(_ => new List<T>()).ToArray();
        using (DataViewRowCursor cursor = data.GetRowCursor([source]))
            Gather(cursor, source, values);
        return new Replacement<T>(Array.ConvertAll(values, slot => Statistic(slot, mode)));
    }

    private static void Gather(DataViewRowCursor cursor, DataViewSchema.Column source, List<T>[] values)
    {
        Func<IEnumerable<T>> read = Reader(cursor, source);
        while (cursor.MoveNext())
        {
            int slot = 0;
            foreach (T value in read())
            {
                if (!T.IsNaN(value))
                    values[slot % values.Length].Add(value);
                slot++;
            }
        }
    }

    private static Func<IEnumerable<T>> Reader(DataViewRow row, DataViewSchema.Column source)
    {
        if (source.Type is VectorDataViewType)
        {
            ValueGetter<VBuffer<T>> getAll = row.GetGetter<VBuffer<T>>(source);
            VBuffer<T> all = default;
            return () =>
            {
                getAll(ref all);
                return all.DenseValues();
            };
        }
        ValueGetter<T> get = row.GetGetter<T>(source);
        var one = new T[1];
        return () =>
        {
            get(ref one[0]);
            return one;
        };
    }

    private static T Statistic(List<T> values, MissingValueReplacingEstimator.ReplacementMode mode)
    {
        if (values.Count == 0)
            return T.Zero;
        return mode switch
        {
            MissingValueReplacingEstimator.ReplacementMode.Mean => T.CreateTruncating(values.Average(value => double.CreateTruncating(value))),
            MissingValueReplacingEstimator.ReplacementMode.Minimum => values.Min(),
            MissingValueReplacingEstimator.ReplacementMode.Maximum => values.Max(),
            _ => values.GroupBy(value => value).MaxBy(group => group.Count()).Key,
        };
    }

    private T For(int slot) => numbers.Length == 1 ? numbers[0] : numbers[slot];

    public override Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source)
    {
        if (source.Type is not VectorDataViewType)
            return ItemMapping.MakeGetter<T, T>(row, source, value => T.IsNaN(value) ? numbers[0] : value, densify: false);
        ValueGetter<VBuffer<T>> get = row.GetGetter<VBuffer<T>>(source);
        VBuffer<T> values = default;
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> replaced) =>
        {
            get(ref values);
            Contracts.Check(numbers.Length == 1 || numbers.Length == values.Length, "Vector length must match the number of replacement values");
            values.CopyTo(ref replaced);
            VBufferEditor<T> editor = VBufferEditor.CreateFromBuffer(ref replaced);
            for (int i = 0; i < editor.Values.Length; i++)
            {
                if (T.IsNaN(editor.Values[i]))
                    editor.Values[i] = For(values.IsDense ? i : editor.Indices[i]);
            }
            replaced = editor.Commit();
        };
        return getter;
    }

    public override void Save(BinaryWriter writer)
    {
        writer.Write(IsSingle);
        writer.Write(numbers.Length);
        foreach (T number in numbers)
            writer.Write(double.CreateTruncating(number));
    }

    public static Replacement<T> LoadFrom(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        return new Replacement<T>(Enumerable.Range(0, count).Select(_ => T.CreateTruncating(reader.ReadDouble())).ToArray());
    }
}
