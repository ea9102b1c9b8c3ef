namespace Sleap.MLNet;

/// <summary>What of a trained model can be changed when it predicts; null keeps what the model has.</summary>
public sealed record PredictionOptions
{
    /// <summary>Peaks lower than this, 0..1, are missing nodes.</summary>
    public float? PeakThreshold { get; init; }

    /// <summary>How a peak is placed between the cells of the map.</summary>
    public PeakRefinement? Refinement { get; init; }

    /// <summary>Frames that the network sees at once.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Numbers that the network predicts in.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Where to predict: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string? Device { get; init; }
}
