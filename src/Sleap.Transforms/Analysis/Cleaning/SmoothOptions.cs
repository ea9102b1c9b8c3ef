namespace Sleap.Transforms;

/// <summary>How keypoints are smoothed.</summary>
public sealed record SmoothOptions
{
    /// <summary>The method. Default: median.</summary>
    public SmoothMethod Method { get; init; } = SmoothMethod.Median;

    /// <summary>Frames of a window, odd; 1 changes nothing. Not used by the 1€ filter. Default 5.</summary>
    public int Window { get; init; } = 5;

    /// <summary>
    /// Savitzky–Golay: the order of the polynomial, less than the window. With fewer points in a window the order falls
    /// to their number less one. Default 2.
    /// </summary>
    public int PolynomialOrder { get; init; } = 2;

    /// <summary>
    /// 1€: the cut-off frequency at rest, in Hz with <see cref="FramesPerSecond"/>, otherwise per frame; lower is
    /// smoother. Default 1.
    /// </summary>
    public double MinCutoff { get; init; } = 1;

    /// <summary>
    /// 1€: how much the cut-off frequency grows with the speed (pixels a second); higher lags less. Default 0.007.
    /// </summary>
    public double Beta { get; init; } = 0.007;

    /// <summary>1€: the cut-off frequency of the speed itself. Default 1.</summary>
    public double DerivativeCutoff { get; init; } = 1;

    /// <summary>1€: frames in a second. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal SmoothOptions Checked()
    {
        new OptionFaults("Smooth")
            .Columns(Columns)
            .If(OutputColumn == "", "the output column has no name")
            .If(Window < 1 || Window % 2 == 0, $"window is {Window}, expected an odd number of frames")
            .If(
                !Enum.IsDefined(Method),
                $"method is {Method}, expected one of {string.Join(", ", Enum.GetNames<SmoothMethod>())}"
            )
            .If(
                PolynomialOrder < 0 || (Method == SmoothMethod.SavitzkyGolay && PolynomialOrder >= Window),
                $"{nameof(PolynomialOrder)} is {PolynomialOrder}, expected 0 or more and less than the window of "
                    + $"{Window}"
            )
            .Positive(nameof(MinCutoff), MinCutoff)
            .Positive(nameof(DerivativeCutoff), DerivativeCutoff)
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .If(!(Beta >= 0) || !double.IsFinite(Beta), $"{nameof(Beta)} is {Beta}, expected 0 or more")
            .Throw();
        return this;
    }
}
