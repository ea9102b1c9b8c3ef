namespace Sleap.MLNet;

/// <summary>
/// Random changes to each training frame and its points together; each range is drawn from evenly. Names as in
/// SLEAP-NN's <c>augmentation_config</c>.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>No change at all.</summary>
    public static AugmentationOptions None { get; } =
        new()
        {
            RotationMin = 0,
            RotationMax = 0,
            ScaleMin = 1,
            ScaleMax = 1,
        };

    /// <summary>Smallest angle in degrees; positive turns clockwise on screen. Default -15.</summary>
    public float RotationMin { get; init; } = -15;

    /// <summary>Largest angle in degrees. Default 15; animals filmed from above want -180 and 180.</summary>
    public float RotationMax { get; init; } = 15;

    /// <summary>
    /// Share of the frames that are turned at all, 0..1. Default 0.75: turned about its centre, a frame loses its
    /// corners, and what stands there would never be seen to be background. SLEAP-NN's <c>rotation_p</c>, which is 1
    /// there.
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

    /// <summary>
    /// Least of what evenly drawn noise adds to each pixel, in units of the full range 0..1. Default 0; SLEAP-NN's
    /// <c>uniform_noise_min</c>.
    /// </summary>
    public float UniformNoiseMin { get; init; }

    /// <summary>Most of what evenly drawn noise adds to each pixel. Default 0: none.</summary>
    public float UniformNoiseMax { get; init; }

    /// <summary>
    /// Probability that a rectangle is erased: filled with one gray level (or colour), as something in front of the
    /// animal would. Points stay. Default 0; SLEAP-NN's <c>erase_p</c> (Zhong et al. 2017, arXiv:1708.04896).
    /// </summary>
    public float EraseProbability { get; init; }

    /// <summary>Smallest area of the rectangle as a share of the picture's. Default 0.0001.</summary>
    public float EraseScaleMin { get; init; } = 0.0001f;

    /// <summary>Largest area of the rectangle. Default 0.01.</summary>
    public float EraseScaleMax { get; init; } = 0.01f;

    /// <summary>Smallest ratio of the rectangle's height to its width. Default 1.</summary>
    public float EraseRatioMin { get; init; } = 1;

    /// <summary>Largest ratio of the rectangle's height to its width. Default 1.</summary>
    public float EraseRatioMax { get; init; } = 1;

    /// <summary>
    /// Probability that a little of another picture of the batch shines through; points stay. Default 0; SLEAP-NN's
    /// <c>mixup_p</c> (Zhang et al. 2017, arXiv:1710.09412, without mixing the labels).
    /// </summary>
    public float MixupProbability { get; init; }

    /// <summary>Smallest share of the other picture. Default 0.01.</summary>
    public float MixupLambdaMin { get; init; } = 0.01f;

    /// <summary>Largest share of the other picture. Default 0.05.</summary>
    public float MixupLambdaMax { get; init; } = 0.05f;

    /// <summary>
    /// Probability of a Gaussian blur, as of a fast animal or a lens out of focus. Default 0. SLEAP-NN has none.
    /// </summary>
    public float BlurProbability { get; init; }

    /// <summary>Smallest standard deviation of the blur in pixels of the network input. Default 0.5.</summary>
    public float BlurSigmaMin { get; init; } = 0.5f;

    /// <summary>Largest standard deviation of the blur, at most 10. Default 1.5.</summary>
    public float BlurSigmaMax { get; init; } = 1.5f;

    internal bool ChangesGeometry =>
        RotationMin != 0
        || RotationMax != 0
        || ScaleMin != 1
        || ScaleMax != 1
        || TranslateWidth != 0
        || TranslateHeight != 0
        || FlipProbability != 0;

    internal bool ChangesIntensity =>
        BrightnessMin != 1
        || BrightnessMax != 1
        || ContrastMin != 1
        || ContrastMax != 1
        || NoiseStandardDeviation != 0
        || UniformNoiseMax != 0;

    internal IEnumerable<string> Faults()
    {
        if (!(RotationMin <= RotationMax))
            yield return $"Augmentation.RotationMin ({RotationMin}) is above RotationMax ({RotationMax}).";
        if (RotationProbability is not (>= 0 and <= 1))
            yield return $"Augmentation.RotationProbability is {RotationProbability}; 0 to 1.";
        if (!(ScaleMin > 0 && ScaleMin <= ScaleMax))
        {
            yield return $"Augmentation.ScaleMin is {ScaleMin} and ScaleMax "
                + $"{ScaleMax}; above 0, and in this order.";
        }

        if (TranslateWidth is not (>= 0 and < 1))
            yield return $"Augmentation.TranslateWidth is {TranslateWidth}; 0 to 1.";
        if (TranslateHeight is not (>= 0 and < 1))
            yield return $"Augmentation.TranslateHeight is {TranslateHeight}; 0 to 1.";
        if (FlipProbability is not (>= 0 and <= 1))
            yield return $"Augmentation.FlipProbability is {FlipProbability}; 0 to 1.";
        if (!(BrightnessMin >= 0 && BrightnessMin <= BrightnessMax))
        {
            yield return $"Augmentation.BrightnessMin is "
                + $"{BrightnessMin} and BrightnessMax {BrightnessMax}; 0 or more, and in this order.";
        }

        if (!(ContrastMin >= 0 && ContrastMin <= ContrastMax))
        {
            yield return $"Augmentation.ContrastMin is "
                + $"{ContrastMin} and ContrastMax {ContrastMax}; 0 or more, and in this order.";
        }

        if (EraseProbability is not (>= 0 and <= 1))
            yield return $"Augmentation.EraseProbability is {EraseProbability}; 0 to 1.";
        if (!(EraseScaleMin >= 0 && EraseScaleMin <= EraseScaleMax && EraseScaleMax <= 1))
        {
            yield return $"Augmentation.EraseScaleMin is {EraseScaleMin} and EraseScaleMax {EraseScaleMax}; 0 to 1, "
                + $"and in "
                + $"this "
                + $"order.";
        }

        if (!(EraseRatioMin > 0 && EraseRatioMin <= EraseRatioMax))
        {
            yield return $"Augmentation.EraseRatioMin is "
                + $"{EraseRatioMin} and EraseRatioMax {EraseRatioMax}; above 0, and in this order.";
        }

        if (MixupProbability is not (>= 0 and <= 1))
            yield return $"Augmentation.MixupProbability is {MixupProbability}; 0 to 1.";
        if (!(MixupLambdaMin >= 0 && MixupLambdaMin <= MixupLambdaMax && MixupLambdaMax <= 1))
        {
            yield return $"Augmentation.MixupLambdaMin is {MixupLambdaMin} and MixupLambdaMax {MixupLambdaMax}; 0 to "
                + $"1, and "
                + $"in "
                + $"this order.";
        }

        if (BlurProbability is not (>= 0 and <= 1))
            yield return $"Augmentation.BlurProbability is {BlurProbability}; 0 to 1.";
        if (!(BlurSigmaMin >= 0 && BlurSigmaMin <= BlurSigmaMax && BlurSigmaMax <= 10))
        {
            yield return $"Augmentation.BlurSigmaMin is {BlurSigmaMin} and BlurSigmaMax {BlurSigmaMax}; 0 to 10, and "
                + $"in this "
                + $"order.";
        }

        if (!(UniformNoiseMin >= 0 && UniformNoiseMin <= UniformNoiseMax && UniformNoiseMax <= 1))
        {
            yield return $"Augmentation.UniformNoiseMin is {UniformNoiseMin} and UniformNoiseMax {UniformNoiseMax}; "
                + $"0 to 1, "
                + $"and "
                + $"in this order.";
        }

        if (!(NoiseStandardDeviation >= 0))
            yield return $"Augmentation.NoiseStandardDeviation is {NoiseStandardDeviation}; 0 or more.";
    }
}
