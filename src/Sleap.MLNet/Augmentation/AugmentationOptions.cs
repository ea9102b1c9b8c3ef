namespace Sleap.MLNet;

/// <summary>Random changes to each training frame and its points together; each range is drawn from evenly. Names as in SLEAP-NN's <c>augmentation_config</c>.</summary>
public sealed record AugmentationOptions
{
    /// <summary>No change at all.</summary>
    public static AugmentationOptions None { get; } = new() { RotationMin = 0, RotationMax = 0, ScaleMin = 1, ScaleMax = 1 };

    /// <summary>Smallest angle in degrees; positive turns clockwise on screen. Default -15.</summary>
    public float RotationMin { get; init; } = -15;

    /// <summary>Largest angle in degrees. Default 15; animals filmed from above want -180 and 180.</summary>
    public float RotationMax { get; init; } = 15;

    /// <summary>
    /// Share of the frames that are turned at all, 0..1. Default 0.75: turned about its centre, a frame loses its corners, and what stands
    /// there would never be seen to be background. SLEAP-NN's <c>rotation_p</c>, which is 1 there.
    /// </summary>
    public float RotationProbability { get; init; } = 0.75f;

    /// <summary>Smallest magnification. Default 0.9.</summary>
    public float ScaleMin { get; init; } = 0.9f;

    /// <summary>Largest magnification. Default 1.1.</summary>
    public float ScaleMax { get; init; } = 1.1f;

    /// <summary>Largest shift to either side as a share of the width, 0..1. Default 0.</summary>
    public float TranslateWidth { get; init; }

    /// <summary>Largest shift up or down as a share of the height, 0..1. Default 0.</summary>
    public float TranslateHeight { get; init; }

    /// <summary>Probability of a left-right mirror image; symmetric nodes change names with it. Default 0.</summary>
    public float FlipProbability { get; init; }

    /// <summary>Smallest factor of the brightness. Default 1.</summary>
    public float BrightnessMin { get; init; } = 1;

    /// <summary>Largest factor of the brightness. Default 1.</summary>
    public float BrightnessMax { get; init; } = 1;

    /// <summary>Smallest factor of the contrast, about mid-gray. Default 1.</summary>
    public float ContrastMin { get; init; } = 1;

    /// <summary>Largest factor of the contrast, about mid-gray. Default 1.</summary>
    public float ContrastMax { get; init; } = 1;

    /// <summary>Standard deviation of Gaussian noise, in units of the full range 0..1. Default 0.</summary>
    public float NoiseStandardDeviation { get; init; }

    internal bool ChangesGeometry => RotationMin != 0 || RotationMax != 0 || ScaleMin != 1 || ScaleMax != 1 || TranslateWidth != 0 || TranslateHeight != 0 || FlipProbability != 0;

    internal bool ChangesIntensity => BrightnessMin != 1 || BrightnessMax != 1 || ContrastMin != 1 || ContrastMax != 1 || NoiseStandardDeviation != 0;

    internal IEnumerable<string> Faults()
    {
        if (!(RotationMin <= RotationMax)) yield return $"Augmentation.RotationMin ({RotationMin}) is above RotationMax ({RotationMax}).";
        if (RotationProbability is not (>= 0 and <= 1)) yield return $"Augmentation.RotationProbability is {RotationProbability}; 0 to 1.";
        if (!(ScaleMin > 0 && ScaleMin <= ScaleMax)) yield return $"Augmentation.ScaleMin is {ScaleMin} and ScaleMax {ScaleMax}; above 0, and in this order.";
        if (TranslateWidth is not (>= 0 and < 1)) yield return $"Augmentation.TranslateWidth is {TranslateWidth}; 0 to 1.";
        if (TranslateHeight is not (>= 0 and < 1)) yield return $"Augmentation.TranslateHeight is {TranslateHeight}; 0 to 1.";
        if (FlipProbability is not (>= 0 and <= 1)) yield return $"Augmentation.FlipProbability is {FlipProbability}; 0 to 1.";
        if (!(BrightnessMin >= 0 && BrightnessMin <= BrightnessMax)) yield return $"Augmentation.BrightnessMin is {BrightnessMin} and BrightnessMax {BrightnessMax}; 0 or more, and in this order.";
        if (!(ContrastMin >= 0 && ContrastMin <= ContrastMax)) yield return $"Augmentation.ContrastMin is {ContrastMin} and ContrastMax {ContrastMax}; 0 or more, and in this order.";
        if (!(NoiseStandardDeviation >= 0)) yield return $"Augmentation.NoiseStandardDeviation is {NoiseStandardDeviation}; 0 or more.";
    }
}
