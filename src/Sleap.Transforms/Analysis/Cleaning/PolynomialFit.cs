namespace Sleap.Transforms;

/// <summary>
/// The value in the middle of the polynomial of least squares through the points of a window: a weighted sum, whose
/// weights depend only on where the points are. Weights of whole windows are kept.
/// </summary>
internal sealed class PolynomialFit(int half, int order)
{
    private double[]? _whole;

    public float AtCenter(ReadOnlySpan<int> offsets, Span<float> values)
    {
        var weights =
            offsets.Length == (2 * half) + 1
                ? _whole ??= Weights(offsets, order)
                : Weights(offsets, Math.Min(order, offsets.Length - 1));
        double sum = 0;
        for (var point = 0; point < values.Length; point++)
            sum += weights[point] * values[point];
        return (float)sum;
    }

    // Discrete orthogonal polynomials p_k of the offsets (Stieltjes' recurrence): the fit at 0 is the sum over k of
    // p_k(0) <p_k, y> / <p_k, p_k>.
    private static double[] Weights(ReadOnlySpan<int> offsets, int degree)
    {
        var count = offsets.Length;
        var weights = new double[count];
        double[] before = new double[count],
            now = new double[count];
        Array.Fill(now, 1);
        double beforeAtZero = 0,
            nowAtZero = 1,
            normBefore = 0;
        for (var k = 0; k <= degree; k++)
        {
            double norm = 0,
                shifted = 0;
            for (var i = 0; i < count; i++)
            {
                norm += now[i] * now[i];
                shifted += offsets[i] * now[i] * now[i];
            }
            double a = shifted / norm,
                b = k == 0 ? 0 : norm / normBefore;
            for (var i = 0; i < count; i++)
            {
                weights[i] += nowAtZero * now[i] / norm;
                (before[i], now[i]) = (now[i], ((offsets[i] - a) * now[i]) - (b * before[i]));
            }
            (beforeAtZero, nowAtZero) = (nowAtZero, (-a * nowAtZero) - (b * beforeAtZero));
            normBefore = norm;
        }
        return weights;
    }
}
