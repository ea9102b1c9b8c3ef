using System.Globalization;

namespace Microsoft.Data.Analysis;

/// <summary>
/// How the operations are done. Two columns of one type keep it; of different types both become doubles.
/// A null on either side gives null in arithmetic; comparisons have no null and look at the value under it, which is 0.
/// </summary>
public partial class PrimitiveDataFrameColumn<T>
{
    public override double Mean() => Length == 0 ? 0 : Number((T)Sum()) / (Length - NullCount);

    public override double Median()
    {
        long count = Length - NullCount;
        if (count == 0)
            return 0;
        PrimitiveDataFrameColumn<long> sorted = GetSortIndices();
        double Sorted(long place) => Number(this[sorted[place].Value].Value);
        return count % 2 == 1 ? Sorted(count / 2) : (Sorted(count / 2) + Sorted(count / 2 - 1)) / 2;
    }

    public override DataFrameColumn Description()
    {
        // Other than Mean(), the mean of a description counts the nulls in the length.
        float? Describe(Func<object> statistic) => Arithmetic<T>.Instance.IsNumeric && statistic() is { } value ? (float)Number(value) : null;
        return new PrimitiveDataFrameColumn<float>(Name, new[] { Length - NullCount, Describe(Max), Describe(Min), Describe(Sum) / Length });
    }

    private protected DataFrameColumn Apply(BinaryOperation operation, DataFrameColumn column, bool inPlace)
    {
        CheckOperand(column);
        if (column is PrimitiveDataFrameColumn<T> same)
        {
            PrimitiveDataFrameColumn<T> result = inPlace ? this : Clone();
            result.Combine(operation, same);
            return result;
        }
        CheckConverts(column.DataType, inPlace, nameof(column), $"Expected column to hold values of type {typeof(T)}");
        PrimitiveDataFrameColumn<double> doubles = AsDoubles(this);
        doubles.Combine(operation, AsDoubles(column));
        return doubles;
    }

    private protected DataFrameColumn Apply<U>(BinaryOperation operation, U value, bool inPlace, bool reverse)
    {
        if (!Arithmetic<T>.Instance.IsNumeric)
            throw new NotSupportedException();
        if (value is T same)
        {
            PrimitiveDataFrameColumn<T> result = inPlace ? this : Clone();
            result.Combine(operation, same, reverse);
            return result;
        }
        CheckConverts(typeof(U), inPlace, nameof(value), $"Expected value to be of type {typeof(T)}");
        PrimitiveDataFrameColumn<double> doubles = AsDoubles(this);
        doubles.Combine(operation, Number(value), reverse);
        return doubles;
    }

    private protected PrimitiveDataFrameColumn<bool> ApplyTruth(BinaryOperation operation, bool value, bool inPlace)
    {
        if (this is not PrimitiveDataFrameColumn<bool> truths)
            throw new NotSupportedException();
        PrimitiveDataFrameColumn<bool> result = inPlace ? truths : truths.Clone();
        result.Combine(operation, value, reverse: false);
        return result;
    }

    private protected PrimitiveDataFrameColumn<bool> Compare(ComparisonOperation operation, DataFrameColumn column)
    {
        CheckOperand(column);
        if (column is PrimitiveDataFrameColumn<T> same)
            return Truths(i => Arithmetic<T>.Instance.Compare(operation, _values[i], same._values[i]));
        CheckConverts(column.DataType, inPlace: false, nameof(column), null);
        return AsDoubles(this).Compare(operation, AsDoubles(column));
    }

    private protected PrimitiveDataFrameColumn<bool> Compare<U>(ComparisonOperation operation, U value)
    {
        if (value is T same)
            return Truths(i => Arithmetic<T>.Instance.Compare(operation, _values[i], same));
        CheckConverts(typeof(U), inPlace: false, nameof(value), null);
        return AsDoubles(this).Compare(operation, Number(value));
    }

    private void CheckOperand(DataFrameColumn column)
    {
        if (column is StringDataFrameColumn or null)
            throw new NotSupportedException();
        if (column.Length != Length)
            throw new ArgumentException("Column lengths are mismatched", nameof(column));
    }

    private static void CheckConverts(Type other, bool inPlace, string name, string message)
    {
        if (!Arithmetic<T>.Instance.IsNumeric || other == typeof(bool) || other == typeof(DateTime) || Type.GetTypeCode(other) is < TypeCode.SByte or > TypeCode.Decimal)
            throw new NotSupportedException();
        if (inPlace)
            throw new ArgumentException(message, name);
    }

    // Divisions leave the values under nulls alone, for they could be divisions by zero.
    private static bool Divides(BinaryOperation operation) => operation is BinaryOperation.Divide or BinaryOperation.Modulo;

    private void Combine(BinaryOperation operation, PrimitiveDataFrameColumn<T> right)
    {
        for (int i = 0; i < _values.Count; i++)
        {
            if (!Divides(operation) || right._valid[i])
                _values[i] = Arithmetic<T>.Instance.Apply(operation, _values[i], right._values[i]);
            if (_valid[i] && !right._valid[i])
            {
                _valid[i] = false;
                _nullCount++;
            }
        }
    }

    private void Combine(BinaryOperation operation, T value, bool reverse)
    {
        for (int i = 0; i < _values.Count; i++)
        {
            if (reverse && Divides(operation) && !_valid[i])
                continue;
            _values[i] = reverse ? Arithmetic<T>.Instance.Apply(operation, value, _values[i]) : Arithmetic<T>.Instance.Apply(operation, _values[i], value);
        }
    }

    private BooleanDataFrameColumn Truths(Func<int, bool> isTrue) => new(Name, Enumerable.Range(0, _values.Count).Select(isTrue));

    private IEnumerable<bool> Truthful() => this is PrimitiveDataFrameColumn<bool> truths ? truths.Where(value => value.HasValue).Select(value => value.Value) : throw new NotSupportedException();

    private object Total(BinaryOperation operation, T start, IEnumerable<long> rows = null) => Fold((total, value) => Arithmetic<T>.Instance.Apply(operation, value, total), start, rows);

    /// <summary>Over all rows, those with a value count, and none gives null. Over given rows the value under a null counts as well.</summary>
    private object Fold(Func<T, T, T> step, T start, IEnumerable<long> rows = null)
    {
        if (rows != null)
            return rows.Aggregate(start, (result, row) => step(result, _values[(int)row]));
        return NullCount == Length ? null : Enumerable.Range(0, _values.Count).Where(i => _valid[i]).Aggregate(start, (result, i) => step(result, _values[i]));
    }

    private PrimitiveDataFrameColumn<T> Running(Func<T, T, T> step, T start, bool inPlace) => Apply(value => start = step(start, value), inPlace);

    private static PrimitiveDataFrameColumn<double> AsDoubles(DataFrameColumn column)
    {
        if (column is PrimitiveDataFrameColumn<double> already)
            return already.Clone();
        var doubles = new DoubleDataFrameColumn(column.Name);
        for (long i = 0; i < column.Length; i++)
            doubles.Append(column[i] is { } value ? Number(value) : null);
        return doubles;
    }

    private static double Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
