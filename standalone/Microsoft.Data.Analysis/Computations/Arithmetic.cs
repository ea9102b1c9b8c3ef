using System.Numerics;

namespace Microsoft.Data.Analysis;

/// <summary>What can be done with the values of a column; what its type has no sense for is not supported.</summary>
internal abstract class Arithmetic<T> where T : unmanaged
{
    public static Arithmetic<T> Instance { get; } = (Arithmetic<T>)Make();

    public virtual bool IsNumeric => false;

    public virtual T Apply(BinaryOperation operation, T left, T right) => throw new NotSupportedException();

    public virtual bool Compare(ComparisonOperation operation, T left, T right)
    {
        return operation switch
        {
            ComparisonOperation.Equals => EqualityComparer<T>.Default.Equals(left, right),
            ComparisonOperation.NotEquals => !EqualityComparer<T>.Default.Equals(left, right),
            ComparisonOperation.GreaterThanOrEqual => Comparer<T>.Default.Compare(left, right) >= 0,
            ComparisonOperation.LessThanOrEqual => Comparer<T>.Default.Compare(left, right) <= 0,
            ComparisonOperation.GreaterThan => Comparer<T>.Default.Compare(left, right) > 0,
            _ => Comparer<T>.Default.Compare(left, right) < 0,
        };
    }

    public virtual T Least => throw new NotSupportedException();

    public virtual T Greatest => throw new NotSupportedException();

    public virtual T Smaller(T left, T right) => throw new NotSupportedException();

    public virtual T Larger(T left, T right) => throw new NotSupportedException();

    public virtual T Absolute(T value) => throw new NotSupportedException();

    public virtual T Round(T value) => throw new NotSupportedException();

    public virtual T One => throw new NotSupportedException();

    private static object Make() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Byte => new NumberArithmetic<byte>(),
        TypeCode.SByte => new NumberArithmetic<sbyte>(),
        TypeCode.Int16 => new NumberArithmetic<short>(),
        TypeCode.UInt16 => new NumberArithmetic<ushort>(),
        TypeCode.Int32 => new NumberArithmetic<int>(),
        TypeCode.UInt32 => new NumberArithmetic<uint>(),
        TypeCode.Int64 => new NumberArithmetic<long>(),
        TypeCode.UInt64 => new NumberArithmetic<ulong>(),
        TypeCode.Single => new NumberArithmetic<float>(),
        TypeCode.Double => new NumberArithmetic<double>(),
        TypeCode.Decimal => new NumberArithmetic<decimal>(),
        TypeCode.Boolean => new TruthArithmetic(),
        _ => new OrderArithmetic<T>(),
    };

    private sealed class OrderArithmetic<TValue> : Arithmetic<TValue> where TValue : unmanaged
    {
    }

    private sealed class TruthArithmetic : Arithmetic<bool>
    {
        public override bool Apply(BinaryOperation operation, bool left, bool right) => operation switch
        {
            BinaryOperation.And => left & right,
            BinaryOperation.Or => left | right,
            BinaryOperation.Xor => left ^ right,
            _ => throw new NotSupportedException(),
        };

        public override bool Compare(ComparisonOperation operation, bool left, bool right) => operation switch
        {
            ComparisonOperation.Equals => left == right,
            ComparisonOperation.NotEquals => left != right,
            _ => throw new NotSupportedException(),
        };
    }

    private sealed class NumberArithmetic<TNumber> : Arithmetic<TNumber> where TNumber : unmanaged, INumber<TNumber>, IMinMaxValue<TNumber>
    {
        public override bool IsNumeric => true;

        public override TNumber Least => TNumber.MinValue;

        public override TNumber Greatest => TNumber.MaxValue;

        public override TNumber One => TNumber.One;

        public override TNumber Apply(BinaryOperation operation, TNumber left, TNumber right) => operation switch
        {
            BinaryOperation.Add => left + right,
            BinaryOperation.Subtract => left - right,
            BinaryOperation.Multiply => left * right,
            BinaryOperation.Divide => left / right,
            BinaryOperation.Modulo => left % right,
            _ => throw new NotSupportedException(),
        };

        public override bool Compare(ComparisonOperation operation, TNumber left, TNumber right) => operation switch
        {
            ComparisonOperation.Equals => left == right,
            ComparisonOperation.NotEquals => left != right,
            ComparisonOperation.GreaterThanOrEqual => left >= right,
            ComparisonOperation.LessThanOrEqual => left <= right,
            ComparisonOperation.GreaterThan => left > right,
            _ => left < right,
        };

        public override TNumber Smaller(TNumber left, TNumber right) => TNumber.Min(left, right);

        public override TNumber Larger(TNumber left, TNumber right) => TNumber.Max(left, right);

        public override TNumber Absolute(TNumber value) => TNumber.Abs(value);

        public override TNumber Round(TNumber value) => value switch
        {
            float single => (TNumber)(object)MathF.Round(single),
            double number => (TNumber)(object)Math.Round(number),
            decimal number => (TNumber)(object)Math.Round(number),
            _ => value,
        };
    }
}
