namespace Microsoft.Data.Analysis;

/// <summary>Every operation that columns have, said once each; how they are done stands in Computing.</summary>
public partial class PrimitiveDataFrameColumn<T>
{
    public override DataFrameColumn Add(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Add, column, inPlace);

    public override DataFrameColumn Add<U>(U value, bool inPlace = false) => value is DataFrameColumn column ? Add(column, inPlace) : Apply(BinaryOperation.Add, value, inPlace, reverse: false);

    public override DataFrameColumn ReverseAdd<U>(U value, bool inPlace = false) => Apply(BinaryOperation.Add, value, inPlace, reverse: true);

    public override DataFrameColumn Subtract(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Subtract, column, inPlace);

    public override DataFrameColumn Subtract<U>(U value, bool inPlace = false) => value is DataFrameColumn column ? Subtract(column, inPlace) : Apply(BinaryOperation.Subtract, value, inPlace, reverse: false);

    public override DataFrameColumn ReverseSubtract<U>(U value, bool inPlace = false) => Apply(BinaryOperation.Subtract, value, inPlace, reverse: true);

    public override DataFrameColumn Multiply(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Multiply, column, inPlace);

    public override DataFrameColumn Multiply<U>(U value, bool inPlace = false) => value is DataFrameColumn column ? Multiply(column, inPlace) : Apply(BinaryOperation.Multiply, value, inPlace, reverse: false);

    public override DataFrameColumn ReverseMultiply<U>(U value, bool inPlace = false) => Apply(BinaryOperation.Multiply, value, inPlace, reverse: true);

    public override DataFrameColumn Divide(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Divide, column, inPlace);

    public override DataFrameColumn Divide<U>(U value, bool inPlace = false) => value is DataFrameColumn column ? Divide(column, inPlace) : Apply(BinaryOperation.Divide, value, inPlace, reverse: false);

    public override DataFrameColumn ReverseDivide<U>(U value, bool inPlace = false) => Apply(BinaryOperation.Divide, value, inPlace, reverse: true);

    public override DataFrameColumn Modulo(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Modulo, column, inPlace);

    public override DataFrameColumn Modulo<U>(U value, bool inPlace = false) => value is DataFrameColumn column ? Modulo(column, inPlace) : Apply(BinaryOperation.Modulo, value, inPlace, reverse: false);

    public override DataFrameColumn ReverseModulo<U>(U value, bool inPlace = false) => Apply(BinaryOperation.Modulo, value, inPlace, reverse: true);

    public override DataFrameColumn And(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.And, column, inPlace);

    public override PrimitiveDataFrameColumn<bool> And(bool value, bool inPlace = false) => ApplyTruth(BinaryOperation.And, value, inPlace);

    public override DataFrameColumn Or(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Or, column, inPlace);

    public override PrimitiveDataFrameColumn<bool> Or(bool value, bool inPlace = false) => ApplyTruth(BinaryOperation.Or, value, inPlace);

    public override DataFrameColumn Xor(DataFrameColumn column, bool inPlace = false) => Apply(BinaryOperation.Xor, column, inPlace);

    public override PrimitiveDataFrameColumn<bool> Xor(bool value, bool inPlace = false) => ApplyTruth(BinaryOperation.Xor, value, inPlace);

    public override PrimitiveDataFrameColumn<bool> ElementwiseEquals(DataFrameColumn column) => column is null ? ElementwiseIsNull() : Compare(ComparisonOperation.Equals, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseEquals<U>(U value) => value is DataFrameColumn column ? ElementwiseEquals(column) : Compare(ComparisonOperation.Equals, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseNotEquals(DataFrameColumn column) => column is null ? ElementwiseIsNotNull() : Compare(ComparisonOperation.NotEquals, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseNotEquals<U>(U value) => value is DataFrameColumn column ? ElementwiseNotEquals(column) : Compare(ComparisonOperation.NotEquals, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseGreaterThanOrEqual(DataFrameColumn column) => Compare(ComparisonOperation.GreaterThanOrEqual, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseGreaterThanOrEqual<U>(U value) => value is DataFrameColumn column ? ElementwiseGreaterThanOrEqual(column) : Compare(ComparisonOperation.GreaterThanOrEqual, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseLessThanOrEqual(DataFrameColumn column) => Compare(ComparisonOperation.LessThanOrEqual, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseLessThanOrEqual<U>(U value) => value is DataFrameColumn column ? ElementwiseLessThanOrEqual(column) : Compare(ComparisonOperation.LessThanOrEqual, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseGreaterThan(DataFrameColumn column) => Compare(ComparisonOperation.GreaterThan, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseGreaterThan<U>(U value) => value is DataFrameColumn column ? ElementwiseGreaterThan(column) : Compare(ComparisonOperation.GreaterThan, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseLessThan(DataFrameColumn column) => Compare(ComparisonOperation.LessThan, column);

    public override PrimitiveDataFrameColumn<bool> ElementwiseLessThan<U>(U value) => value is DataFrameColumn column ? ElementwiseLessThan(column) : Compare(ComparisonOperation.LessThan, value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseIsNull() => Truths(i => !_valid[i]);

    public override PrimitiveDataFrameColumn<bool> ElementwiseIsNotNull() => Truths(i => _valid[i]);

    public override object Sum() => Total(BinaryOperation.Add, default);

    public override object Sum(IEnumerable<long> rowIndices) => Total(BinaryOperation.Add, default, rowIndices);

    public override object Product() => Total(BinaryOperation.Multiply, Arithmetic<T>.Instance.One);

    public override object Product(IEnumerable<long> rowIndices) => Total(BinaryOperation.Multiply, Arithmetic<T>.Instance.One, rowIndices);

    public override object Max() => Fold(Arithmetic<T>.Instance.Larger, Arithmetic<T>.Instance.Least);

    public override object Max(IEnumerable<long> rowIndices) => Fold(Arithmetic<T>.Instance.Larger, Arithmetic<T>.Instance.Least, rowIndices);

    public override object Min() => Fold(Arithmetic<T>.Instance.Smaller, Arithmetic<T>.Instance.Greatest);

    public override object Min(IEnumerable<long> rowIndices) => Fold(Arithmetic<T>.Instance.Smaller, Arithmetic<T>.Instance.Greatest, rowIndices);

    public override DataFrameColumn CumulativeSum(bool inPlace = false) => Running((sum, value) => Arithmetic<T>.Instance.Apply(BinaryOperation.Add, value, sum), default, inPlace);

    public override DataFrameColumn CumulativeProduct(bool inPlace = false) => Running((product, value) => Arithmetic<T>.Instance.Apply(BinaryOperation.Multiply, value, product), Arithmetic<T>.Instance.One, inPlace);

    public override DataFrameColumn CumulativeMax(bool inPlace = false) => Running(Arithmetic<T>.Instance.Larger, Arithmetic<T>.Instance.Least, inPlace);

    public override DataFrameColumn CumulativeMin(bool inPlace = false) => Running(Arithmetic<T>.Instance.Smaller, Arithmetic<T>.Instance.Greatest, inPlace);

    public override DataFrameColumn Abs(bool inPlace = false) => Apply(Arithmetic<T>.Instance.Absolute, inPlace);

    public override DataFrameColumn Round(bool inPlace = false) => Apply(Arithmetic<T>.Instance.Round, inPlace);

    public override bool All() => Truthful().All(value => value);

    public override bool Any() => Truthful().Any(value => value);
}
