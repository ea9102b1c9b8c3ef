using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Sums of tensors and operations with numbers, under their names in torch, to be used in place of TorchSharp's.
/// </summary>
/// <remarks>
/// TorchSharp passes the address of a number (<see cref="Scalar"/>) to libtorch and does not keep the object alive
/// meanwhile; so do its operators, and <c>a + b</c>, which has a factor of 1. If garbage is collected at that moment,
/// the number's finalizer frees the memory that libtorch reads: an exception, or a wrong result. Here each number lives
/// until the operation is done, and is freed then. A test finds calls of TorchSharp's own.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1;

    public static Tensor Add(this Tensor x, Tensor other) => x.add(other, One);

    /// <summary>x + <paramref name="factor"/>·<paramref name="other"/>.</summary>
    public static Tensor Add(this Tensor x, Tensor other, Scalar factor)
    {
        using (factor)
            return x.add(other, factor);
    }

    public static Tensor Add(this Tensor x, Scalar number)
    {
        using (number)
            return x.add(number, One);
    }

    public static Tensor AddInPlace(this Tensor x, Tensor other) => x.add_(other, One);

    /// <summary>x += <paramref name="factor"/>·<paramref name="other"/>.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor other, Scalar factor)
    {
        using (factor)
            return x.add_(other, factor);
    }

    public static Tensor Sub(this Tensor x, Scalar number)
    {
        using (number)
            return x.sub(number);
    }

    public static Tensor Mul(this Tensor x, Scalar factor)
    {
        using (factor)
            return x.mul(factor);
    }

    public static Tensor MulInPlace(this Tensor x, Scalar factor)
    {
        using (factor)
            return x.mul_(factor);
    }

    public static Tensor Div(this Tensor x, Scalar divisor)
    {
        using (divisor)
            return x.div(divisor);
    }

    public static Tensor FloorDivide(this Tensor x, Scalar divisor)
    {
        using (divisor)
            return x.floor_divide(divisor);
    }

    public static Tensor Remainder(this Tensor x, Scalar divisor)
    {
        using (divisor)
            return x.remainder(divisor);
    }

    public static Tensor Pow(this Tensor x, Scalar exponent)
    {
        using (exponent)
            return x.pow(exponent);
    }

    public static Tensor Square(this Tensor x) => x.Pow(2);

    /// <param name="x">Any shape.</param>
    /// <param name="min">The least number, or null for any.</param>
    /// <param name="max">The largest number, or null for any.</param>
    public static Tensor Clamp(this Tensor x, Scalar? min, Scalar? max = null)
    {
        using (min)
        using (max)
            return x.clamp(min, max);
    }

    /// <inheritdoc cref="Clamp"/>
    public static Tensor ClampInPlace(this Tensor x, Scalar? min, Scalar? max = null)
    {
        using (min)
        using (max)
            return x.clamp_(min, max);
    }

    public static Tensor FillInPlace(this Tensor x, Scalar number)
    {
        using (number)
            return x.fill_(number);
    }

    public static Tensor MaskedFill(this Tensor x, Tensor mask, Scalar number)
    {
        using (number)
            return x.masked_fill(mask, number);
    }

    public static Tensor Eq(this Tensor x, Scalar number)
    {
        using (number)
            return x.eq(number);
    }

    public static Tensor Ne(this Tensor x, Scalar number)
    {
        using (number)
            return x.ne(number);
    }

    public static Tensor Lt(this Tensor x, Scalar number)
    {
        using (number)
            return x.lt(number);
    }

    public static Tensor Le(this Tensor x, Scalar number)
    {
        using (number)
            return x.le(number);
    }

    public static Tensor Gt(this Tensor x, Scalar number)
    {
        using (number)
            return x.gt(number);
    }

    public static Tensor Ge(this Tensor x, Scalar number)
    {
        using (number)
            return x.ge(number);
    }

    /// <summary>The whole numbers from <paramref name="first"/> to below <paramref name="end"/>.</summary>
    public static Tensor Range(long first, long end, ScalarType type, Device device)
    {
        using Scalar from = first,
            to = end;
        return arange(from, to, One, type, device);
    }
}
