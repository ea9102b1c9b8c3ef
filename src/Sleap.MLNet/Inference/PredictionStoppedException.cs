namespace Sleap.MLNet;

/// <summary>
/// A prediction that could not go on: a full disk, a device that failed. What was done until then is in the file, and
/// <see cref="Report"/> says how much that is.
/// </summary>
public sealed class PredictionStoppedException : IOException
{
    internal PredictionStoppedException(PredictionReport report, Exception cause)
        : base(
            $"{cause.Message} The run ended there: {report}{(report.Output is null ? "" : $" → {report.Output}")}.",
            cause
        ) => Report = report;

    /// <summary>The account.</summary>
    public PredictionReport Report { get; }
}
