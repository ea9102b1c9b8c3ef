namespace Microsoft.Data.Analysis;

/// <summary>Operators that keep the type of number, where the ones of every column would give doubles.</summary>
public partial class SingleDataFrameColumn
{
    public static SingleDataFrameColumn operator +(SingleDataFrameColumn left, SingleDataFrameColumn right) => (SingleDataFrameColumn)left.Add((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator +(SingleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Add((DataFrameColumn)right);

    public static SingleDataFrameColumn operator +(SingleDataFrameColumn left, float right) => (SingleDataFrameColumn)left.Add(right);

    public static SingleDataFrameColumn operator +(float left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseAdd(left);

    public static SingleDataFrameColumn operator +(SingleDataFrameColumn left, int right) => (SingleDataFrameColumn)left.Add((float)right);

    public static SingleDataFrameColumn operator +(int left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseAdd((float)left);

    public static DoubleDataFrameColumn operator +(SingleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Add(right);

    public static DoubleDataFrameColumn operator +(double left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseAdd(left);

    public static SingleDataFrameColumn operator -(SingleDataFrameColumn left, SingleDataFrameColumn right) => (SingleDataFrameColumn)left.Subtract((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator -(SingleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Subtract((DataFrameColumn)right);

    public static SingleDataFrameColumn operator -(SingleDataFrameColumn left, float right) => (SingleDataFrameColumn)left.Subtract(right);

    public static SingleDataFrameColumn operator -(float left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseSubtract(left);

    public static SingleDataFrameColumn operator -(SingleDataFrameColumn left, int right) => (SingleDataFrameColumn)left.Subtract((float)right);

    public static SingleDataFrameColumn operator -(int left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseSubtract((float)left);

    public static DoubleDataFrameColumn operator -(SingleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Subtract(right);

    public static DoubleDataFrameColumn operator -(double left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseSubtract(left);

    public static SingleDataFrameColumn operator *(SingleDataFrameColumn left, SingleDataFrameColumn right) => (SingleDataFrameColumn)left.Multiply((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator *(SingleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Multiply((DataFrameColumn)right);

    public static SingleDataFrameColumn operator *(SingleDataFrameColumn left, float right) => (SingleDataFrameColumn)left.Multiply(right);

    public static SingleDataFrameColumn operator *(float left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseMultiply(left);

    public static SingleDataFrameColumn operator *(SingleDataFrameColumn left, int right) => (SingleDataFrameColumn)left.Multiply((float)right);

    public static SingleDataFrameColumn operator *(int left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseMultiply((float)left);

    public static DoubleDataFrameColumn operator *(SingleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Multiply(right);

    public static DoubleDataFrameColumn operator *(double left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseMultiply(left);

    public static SingleDataFrameColumn operator /(SingleDataFrameColumn left, SingleDataFrameColumn right) => (SingleDataFrameColumn)left.Divide((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator /(SingleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Divide((DataFrameColumn)right);

    public static SingleDataFrameColumn operator /(SingleDataFrameColumn left, float right) => (SingleDataFrameColumn)left.Divide(right);

    public static SingleDataFrameColumn operator /(float left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseDivide(left);

    public static SingleDataFrameColumn operator /(SingleDataFrameColumn left, int right) => (SingleDataFrameColumn)left.Divide((float)right);

    public static SingleDataFrameColumn operator /(int left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseDivide((float)left);

    public static DoubleDataFrameColumn operator /(SingleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Divide(right);

    public static DoubleDataFrameColumn operator /(double left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseDivide(left);

    public static SingleDataFrameColumn operator %(SingleDataFrameColumn left, SingleDataFrameColumn right) => (SingleDataFrameColumn)left.Modulo((DataFrameColumn)right);

    public static DoubleDataFrameColumn operator %(SingleDataFrameColumn left, DoubleDataFrameColumn right) => (DoubleDataFrameColumn)left.Modulo((DataFrameColumn)right);

    public static SingleDataFrameColumn operator %(SingleDataFrameColumn left, float right) => (SingleDataFrameColumn)left.Modulo(right);

    public static SingleDataFrameColumn operator %(float left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseModulo(left);

    public static SingleDataFrameColumn operator %(SingleDataFrameColumn left, int right) => (SingleDataFrameColumn)left.Modulo((float)right);

    public static SingleDataFrameColumn operator %(int left, SingleDataFrameColumn right) => (SingleDataFrameColumn)right.ReverseModulo((float)left);

    public static DoubleDataFrameColumn operator %(SingleDataFrameColumn left, double right) => (DoubleDataFrameColumn)left.Modulo(right);

    public static DoubleDataFrameColumn operator %(double left, SingleDataFrameColumn right) => (DoubleDataFrameColumn)right.ReverseModulo(left);
}
