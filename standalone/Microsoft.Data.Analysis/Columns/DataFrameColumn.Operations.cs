namespace Microsoft.Data.Analysis;

/// <summary>Arithmetic and comparisons, which each kind of column has as far as its values allow.</summary>
public abstract partial class DataFrameColumn
{
    public virtual DataFrameColumn Add(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Add<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn ReverseAdd<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Subtract(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Subtract<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn ReverseSubtract<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Multiply(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Multiply<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn ReverseMultiply<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Divide(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Divide<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn ReverseDivide<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Modulo(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Modulo<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn ReverseModulo<T>(T value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn And(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> And(bool value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Or(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> Or(bool value, bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Xor(DataFrameColumn column, bool inPlace = false) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> Xor(bool value, bool inPlace = false) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseEquals(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseEquals<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseNotEquals(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseNotEquals<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseGreaterThanOrEqual(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseGreaterThanOrEqual<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseLessThanOrEqual(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseLessThanOrEqual<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseGreaterThan(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseGreaterThan<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseLessThan(DataFrameColumn column) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseLessThan<T>(T value) => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseIsNull() => throw new NotImplementedException();

    public virtual PrimitiveDataFrameColumn<bool> ElementwiseIsNotNull() => throw new NotImplementedException();

    public virtual object Sum() => throw new NotImplementedException();

    public virtual object Sum(IEnumerable<long> rowIndices) => throw new NotImplementedException();

    public virtual object Product() => throw new NotImplementedException();

    public virtual object Product(IEnumerable<long> rowIndices) => throw new NotImplementedException();

    public virtual object Max() => throw new NotImplementedException();

    public virtual object Max(IEnumerable<long> rowIndices) => throw new NotImplementedException();

    public virtual object Min() => throw new NotImplementedException();

    public virtual object Min(IEnumerable<long> rowIndices) => throw new NotImplementedException();

    public virtual double Mean() => throw new NotImplementedException();

    public virtual double Median() => throw new NotImplementedException();

    public virtual DataFrameColumn CumulativeSum(bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn CumulativeProduct(bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn CumulativeMax(bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn CumulativeMin(bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Abs(bool inPlace = false) => throw new NotImplementedException();

    public virtual DataFrameColumn Round(bool inPlace = false) => throw new NotImplementedException();

    public virtual bool All() => throw new NotImplementedException();

    public virtual bool Any() => throw new NotImplementedException();
}
