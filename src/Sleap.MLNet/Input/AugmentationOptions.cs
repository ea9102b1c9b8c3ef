using System.Globalization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Random changes of training images and their points. Values are drawn uniformly from each range. Names as in
/// sleap-nn's <c>augmentation_config</c>.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>Options that change nothing: no rotation and no scaling, and the defaults for all others.</summary>
    public static AugmentationOptions None { get; } =
        new()
        {
            RotationMin = 0,
            RotationMax = 0,
            ScaleMin = 1,
            ScaleMax = 1,
        };

    /// <summary>Smallest angle in degrees; positive angles rotate clockwise on the screen. Default -15.</summary>
    public float RotationMin { get; init; } = -15;

    /// <summary>Largest angle in degrees, at least <see cref="RotationMin"/>. Default 15; use -180 and 180 for animals
    /// filmed from above.</summary>
    public float RotationMax { get; init; } = 15;

    /// <summary>
    /// Share of the images that are rotated, 0 to 1. Default 0.75: a rotated image loses its corners, so that the
    /// network must see some images whole to learn the background there. sleap-nn's <c>rotation_p</c>, which is 1
    /// there.
    /// </summary>
    public float RotationProbability { get; init; } = 0.75f;

    /// <summary>Smallest magnification, above 0. Default 0.9.</summary>
    public float ScaleMin { get; init; } = 0.9f;

    /// <summary>Largest magnification, at least <see cref="ScaleMin"/>. Default 1.1.</summary>
    public float ScaleMax { get; init; } = 1.1f;

    /// <summary>Share of the images that are scaled, 0 to 1. Default 1; sleap-nn's <c>scale_p</c>.</summary>
    public float ScaleProbability { get; init; } = 1;

    /// <summary>Largest shift to the left or right as a share of the width, from 0 to below 1. Default 0.</summary>
    public float TranslateWidth { get; init; }

    /// <summary>Largest shift up or down as a share of the height, from 0 to below 1. Default 0.</summary>
    public float TranslateHeight { get; init; }

    /// <summary>Share of the images that are shifted, 0 to 1. Default 1; sleap-nn's <c>translate_p</c>.</summary>
    public float TranslateProbability { get; init; } = 1;

    /// <summary>Probability of a left-right mirror image, 0 to 1; it exchanges symmetric nodes. Default 0.</summary>
    public float FlipProbability { get; init; }

    /// <summary>Smallest factor of the brightness, 0 or more. Default 1.</summary>
    public float BrightnessMin { get; init; } = 1;

    /// <summary>Largest factor of the brightness, at least <see cref="BrightnessMin"/>. Default 1.</summary>
    public float BrightnessMax { get; init; } = 1;

    /// <summary>Share of the images with another brightness, 0 to 1. Default 1; sleap-nn's <c>brightness_p</c>.</summary>
    public float BrightnessProbability { get; init; } = 1;

    /// <summary>Smallest factor of the contrast, about mid-gray, 0 or more. Default 1.</summary>
    public float ContrastMin { get; init; } = 1;

    /// <summary>Largest factor of the contrast, at least <see cref="ContrastMin"/>. Default 1.</summary>
    public float ContrastMax { get; init; } = 1;

    /// <summary>Share of the images with another contrast, 0 to 1. Default 1; sleap-nn's <c>contrast_p</c>.</summary>
    public float ContrastProbability { get; init; } = 1;

    /// <summary>Standard deviation of Gaussian noise, 0 or more; pixels are 0 to 1. Default 0: none.</summary>
    public float NoiseStandardDeviation { get; init; }

    /// <summary>Mean of the Gaussian noise, -1 to 1. Default 0; sleap-nn's <c>gaussian_noise_mean</c>.</summary>
    public float NoiseMean { get; init; }

    /// <summary>Share of the images with Gaussian noise, 0 to 1. Default 1; sleap-nn's <c>gaussian_noise_p</c>.</summary>
    public float NoiseProbability { get; init; } = 1;

    /// <summary>
    /// Smallest value that uniform noise adds to a pixel, 0 to 1; pixels are 0 to 1. Default 0; sleap-nn's
    /// <c>uniform_noise_min</c>.
    /// </summary>
    public float UniformNoiseMin { get; init; }

    /// <summary>Largest value that uniform noise adds to a pixel, 0 to 1. Default 0: none.</summary>
    public float UniformNoiseMax { get; init; }

    /// <summary>Share of the images with uniform noise, 0 to 1. Default 1; sleap-nn's <c>uniform_noise_p</c>.</summary>
    public float UniformNoiseProbability { get; init; } = 1;

    /// <summary>
    /// Probability, 0 to 1, that a rectangle is filled with one gray level (or color), like an object in front of the
    /// animal. Points stay. Default 0; sleap-nn's <c>erase_p</c> (Zhong et al. 2017, arXiv:1708.04896).
    /// </summary>
    public float EraseProbability { get; init; }

    /// <summary>Smallest area of the rectangle as a share of the image's, 0 to 1. Default 0.0001.</summary>
    public float EraseScaleMin { get; init; } = 0.0001f;

    /// <summary>Largest area of the rectangle as a share of the image's, 0 to 1. Default 0.01.</summary>
    public float EraseScaleMax { get; init; } = 0.01f;

    /// <summary>Smallest ratio of the rectangle's height to its width, above 0. Default 1.</summary>
    public float EraseRatioMin { get; init; } = 1;

    /// <summary>Largest ratio of the rectangle's height to its width. Default 1.</summary>
    public float EraseRatioMax { get; init; } = 1;

    /// <summary>
    /// Probability, 0 to 1, that a little of another image of the batch is blended in. Points stay. Default 0;
    /// sleap-nn's <c>mixup_p</c> (Zhang et al. 2017, arXiv:1710.09412, without mixing the labels).
    /// </summary>
    public float MixupProbability { get; init; }

    /// <summary>Smallest share of the other image, 0 to 1. Default 0.01.</summary>
    public float MixupLambdaMin { get; init; } = 0.01f;

    /// <summary>Largest share of the other image, 0 to 1. Default 0.05.</summary>
    public float MixupLambdaMax { get; init; } = 0.05f;

    /// <summary>
    /// Probability of a Gaussian blur, 0 to 1, like that of a fast animal or a lens out of focus. Default 0. sleap-nn
    /// has none.
    /// </summary>
    public float BlurProbability { get; init; }

    /// <summary>Smallest standard deviation of the blur in pixels of the network input, 0 to 10. Default 0.5.</summary>
    public float BlurSigmaMin { get; init; } = 0.5f;

    /// <summary>Largest standard deviation of the blur in pixels of the network input, 0 to 10. Default 1.5.</summary>
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
        || NoiseMean != 0
        || UniformNoiseMax != 0;

    internal void Check(OptionFaults faults)
    {
        void Range(string name, float min, float max, float least, float most) =>
            faults.Expect(
                least <= min && min <= max && max <= most,
                $"{name}Min, {name}Max",
                string.Create(CultureInfo.InvariantCulture, $"{min}, {max}"),
                float.IsPositiveInfinity(most)
                    ? string.Create(CultureInfo.InvariantCulture, $"two numbers of at least {least} in ascending order")
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"two numbers from {least} to {most} in ascending order"
                    )
            );

        const float any = float.PositiveInfinity;
        Range("Rotation", RotationMin, RotationMax, float.MinValue, float.MaxValue);
        Range("Scale", ScaleMin, ScaleMax, 0, any);
        Range("Brightness", BrightnessMin, BrightnessMax, 0, any);
        Range("Contrast", ContrastMin, ContrastMax, 0, any);
        Range("EraseScale", EraseScaleMin, EraseScaleMax, 0, 1);
        Range("EraseRatio", EraseRatioMin, EraseRatioMax, 0, any);
        Range("MixupLambda", MixupLambdaMin, MixupLambdaMax, 0, 1);
        Range("BlurSigma", BlurSigmaMin, BlurSigmaMax, 0, 10);
        Range("UniformNoise", UniformNoiseMin, UniformNoiseMax, 0, 1);
        faults
            .Positive(nameof(ScaleMin), ScaleMin)
            .Positive(nameof(EraseRatioMin), EraseRatioMin)
            .Within(nameof(RotationProbability), RotationProbability, 0, 1)
            .Within(nameof(ScaleProbability), ScaleProbability, 0, 1)
            .Within(nameof(TranslateProbability), TranslateProbability, 0, 1)
            .Within(nameof(BrightnessProbability), BrightnessProbability, 0, 1)
            .Within(nameof(ContrastProbability), ContrastProbability, 0, 1)
            .Within(nameof(NoiseProbability), NoiseProbability, 0, 1)
            .Within(nameof(NoiseMean), NoiseMean, -1, 1)
            .Within(nameof(UniformNoiseProbability), UniformNoiseProbability, 0, 1)
            .Expect(
                TranslateWidth is >= 0 and < 1,
                nameof(TranslateWidth),
                TranslateWidth,
                "at least 0 and less than 1"
            )
            .Expect(
                TranslateHeight is >= 0 and < 1,
                nameof(TranslateHeight),
                TranslateHeight,
                "at least 0 and less than 1"
            )
            .Within(nameof(FlipProbability), FlipProbability, 0, 1)
            .Within(nameof(EraseProbability), EraseProbability, 0, 1)
            .Within(nameof(MixupProbability), MixupProbability, 0, 1)
            .Within(nameof(BlurProbability), BlurProbability, 0, 1)
            .NotNegative(nameof(NoiseStandardDeviation), NoiseStandardDeviation);
    }
}
