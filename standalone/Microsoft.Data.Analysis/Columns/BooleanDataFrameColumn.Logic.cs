namespace Microsoft.Data.Analysis;

/// <summary>Logic with columns and single values.</summary>
public partial class BooleanDataFrameColumn
{
    public BooleanDataFrameColumn And(BooleanDataFrameColumn column, bool inPlace = false) => (BooleanDataFrameColumn)Apply(BinaryOperation.And, column, inPlace);

    public new BooleanDataFrameColumn And(bool value, bool inPlace = false) => (BooleanDataFrameColumn)ApplyTruth(BinaryOperation.And, value, inPlace);

    public static BooleanDataFrameColumn operator &(BooleanDataFrameColumn left, BooleanDataFrameColumn right) => left.And(right);

    public static BooleanDataFrameColumn operator &(BooleanDataFrameColumn left, bool right) => left.And(right);

    public BooleanDataFrameColumn Or(BooleanDataFrameColumn column, bool inPlace = false) => (BooleanDataFrameColumn)Apply(BinaryOperation.Or, column, inPlace);

    public new BooleanDataFrameColumn Or(bool value, bool inPlace = false) => (BooleanDataFrameColumn)ApplyTruth(BinaryOperation.Or, value, inPlace);

    public static BooleanDataFrameColumn operator |(BooleanDataFrameColumn left, BooleanDataFrameColumn right) => left.Or(right);

    public static BooleanDataFrameColumn operator |(BooleanDataFrameColumn left, bool right) => left.Or(right);

    public BooleanDataFrameColumn Xor(BooleanDataFrameColumn column, bool inPlace = false) => (BooleanDataFrameColumn)Apply(BinaryOperation.Xor, column, inPlace);

    public new BooleanDataFrameColumn Xor(bool value, bool inPlace = false) => (BooleanDataFrameColumn)ApplyTruth(BinaryOperation.Xor, value, inPlace);

    public static BooleanDataFrameColumn operator ^(BooleanDataFrameColumn left, BooleanDataFrameColumn right) => left.Xor(right);

    public static BooleanDataFrameColumn operator ^(BooleanDataFrameColumn left, bool right) => left.Xor(right);
}
