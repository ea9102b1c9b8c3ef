namespace Microsoft.Data.Analysis;

/// <summary>Operators that keep the type of number, where the ones of every column would give doubles.</summary>
public partial class DoubleDataFrameColumn
{
    public static DoubleDataFrameColumn operator +(DoubleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Add((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator +(DoubleDataFrameColumn left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)left.Add((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator +(DoubleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Add(right);

    public static DoubleDataFrameColumn operator +(double left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseAdd(left);

    public static DoubleDataFrameColumn operator +(DoubleDataFrameColumn left, float right) => (DoubleDataFrameColumn)left.Add((double)right);

    public static DoubleDataFrameColumn operator +(float left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseAdd((double)left);

    public static DoubleDataFrameColumn operator +(DoubleDataFrameColumn left, int right) => (DoubleDataFrameColumn)left.Add((double)right);

    public static DoubleDataFrameColumn operator +(int left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseAdd((double)left);

    public static DoubleDataFrameColumn operator -(DoubleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Subtract((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator -(DoubleDataFrameColumn left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)left.Subtract((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator -(DoubleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Subtract(right);

    public static DoubleDataFrameColumn operator -(double left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseSubtract(left);

    public static DoubleDataFrameColumn operator -(DoubleDataFrameColumn left, float right) => (DoubleDataFrameColumn)left.Subtract((double)right);

    public static DoubleDataFrameColumn operator -(float left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseSubtract((double)left);

    public static DoubleDataFrameColumn operator -(DoubleDataFrameColumn left, int right) => (DoubleDataFrameColumn)left.Subtract((double)right);

    public static DoubleDataFrameColumn operator -(int left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseSubtract((double)left);

    public static DoubleDataFrameColumn operator *(DoubleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Multiply((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator *(DoubleDataFrameColumn left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)left.Multiply((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator *(DoubleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Multiply(right);

    public static DoubleDataFrameColumn operator *(double left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseMultiply(left);

    public static DoubleDataFrameColumn operator *(DoubleDataFrameColumn left, float right) => (DoubleDataFrameColumn)left.Multiply((double)right);

    public static DoubleDataFrameColumn operator *(float left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseMultiply((double)left);

    public static DoubleDataFrameColumn operator *(DoubleDataFrameColumn left, int right) => (DoubleDataFrameColumn)left.Multiply((double)right);

    public static DoubleDataFrameColumn operator *(int left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseMultiply((double)left);

    public static DoubleDataFrameColumn operator /(DoubleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Divide((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator /(DoubleDataFrameColumn left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)left.Divide((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator /(DoubleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Divide(right);

    public static DoubleDataFrameColumn operator /(double left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseDivide(left);

    public static DoubleDataFrameColumn operator /(DoubleDataFrameColumn left, float right) => (DoubleDataFrameColumn)left.Divide((double)right);

    public static DoubleDataFrameColumn operator /(float left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseDivide((double)left);

    public static DoubleDataFrameColumn operator /(DoubleDataFrameColumn left, int right) => (DoubleDataFrameColumn)left.Divide((double)right);

    public static DoubleDataFrameColumn operator /(int left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseDivide((double)left);

    public static DoubleDataFrameColumn operator %(DoubleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Modulo((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator %(DoubleDataFrameColumn left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)left.Modulo((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator %(DoubleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Modulo(right);

    public static DoubleDataFrameColumn operator %(double left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseModulo(left);

    public static DoubleDataFrameColumn operator %(DoubleDataFrameColumn left, float right) => (DoubleDataFrameColumn)left.Modulo((double)right);

    public static DoubleDataFrameColumn operator %(float left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseModulo((double)left);

    public static DoubleDataFrameColumn operator %(DoubleDataFrameColumn left, int right) => (DoubleDataFrameColumn)left.Modulo((double)right);

    public static DoubleDataFrameColumn operator %(int left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseModulo((double)left);
}
