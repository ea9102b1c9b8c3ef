using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Random changes of pixel values, which leave all points where they are: mixing, blur, contrast, brightness, noise and
/// erasing, in this order. A change that is off draws no random numbers.
/// </summary>
internal sealed class PixelChanges(AugmentationOptions options)
{
    /// <param name="images">(B, C, H, W), 0..1; not changed.</param>
    /// <param name="random">All random numbers come from it.</param>
    /// <returns>The same shape; the same tensor when there is nothing to change.</returns>
    public Tensor Apply(Tensor images, Random random)
    {
        if (options.MixupProbability > 0)
            images = Mix(images, random);
        if (options.BlurProbability > 0)
            images = Blur(images, random);
        if (options.ChangesIntensity)
            images = Intensity(images, random);
        return options.EraseProbability > 0 ? Erase(images, random) : images;
    }

    private Tensor Mix(Tensor images, Random random)
    {
        var count = (int)images.shape[0];
        var shares = Drawn(count, options.MixupProbability, options.MixupLambdaMin, options.MixupLambdaMax, random);
        // Each image is mixed with another one, except in a batch of one.
        var by = count == 1 ? 0 : random.Next(1, count);
        long[] others = [.. Enumerable.Range(0, count).Select(i => (long)((i + by) % count))];
        var share = tensor(shares, count, 1, 1, 1);
        return (images * share.neg().Add(1)).Add(images.index_select(0, tensor(others)) * share); // (B, C, H, W)
    }

    // A Gaussian of its own for each image: a weighted sum of shifted images, along x and then along y.
    private Tensor Blur(Tensor images, Random random)
    {
        var count = (int)images.shape[0];
        var sigmas = Drawn(count, options.BlurProbability, options.BlurSigmaMin, options.BlurSigmaMax, random);
        var (height, width) = (images.shape[2], images.shape[3]);
        // No wider than the image, since padding replicates its border.
        var reach = (int)Math.Min(Math.Ceiling(3 * sigmas.Max()), Math.Min(height, width) - 1);
        if (reach == 0)
            return images;
        float[][] weights = [.. sigmas.Select(sigma => Gaussian(sigma, reach))];
        Tensor Along(Tensor from, int dimension, long size)
        {
            var wide = nn.functional.pad(
                from,
                dimension == 3 ? [reach, reach, 0, 0] : [0, 0, reach, reach],
                PaddingModes.Replicate
            );
            Tensor? sum = null;
            for (var k = 0; k <= 2 * reach; k++)
            {
                var part = wide.narrow(dimension, k, size) * tensor([.. weights.Select(one => one[k])], count, 1, 1, 1);
                sum = sum is null ? part : sum.AddInPlace(part);
            }
            return sum!;
        }
        return Along(Along(images, 3, width), 2, height);
    }

    // 1 in the middle and 0 elsewhere for an image that is not blurred.
    private static float[] Gaussian(float sigma, int reach)
    {
        double[] values =
        [
            .. Enumerable
                .Range(-reach, 2 * reach + 1)
                .Select(x =>
                    x == 0 ? 1
                    : sigma == 0 ? 0
                    : Math.Exp(-x * x / (2.0 * sigma * sigma))
                ),
        ];
        return [.. values.Select(value => (float)(value / values.Sum()))];
    }

    private Tensor Erase(Tensor images, Random random)
    {
        var changed = images.clone();
        var (channels, height, width) = (changed.shape[1], changed.shape[2], changed.shape[3]);
        for (var i = 0; i < changed.shape[0]; i++)
        {
            if (random.NextSingle() >= options.EraseProbability)
                continue;
            var area = Between(options.EraseScaleMin, options.EraseScaleMax, random) * height * width;
            var ratio = Between(options.EraseRatioMin, options.EraseRatioMax, random);
            var (h, w) = (
                Math.Min(height, (long)Math.Round(Math.Sqrt(area * ratio))),
                Math.Min(width, (long)Math.Round(Math.Sqrt(area / ratio)))
            );
            if (h == 0 || w == 0)
                continue;
            var (y, x) = (random.NextInt64(height - h + 1), random.NextInt64(width - w + 1));
            for (var channel = 0; channel < channels; channel++)
            {
                changed
                    .narrow(0, i, 1)
                    .narrow(1, channel, 1)
                    .narrow(2, y, h)
                    .narrow(3, x, w)
                    .FillInPlace(random.NextSingle());
            }
        }
        return changed;
    }

    private Tensor Intensity(Tensor images, Random random)
    {
        var count = (int)images.shape[0];
        var (gain, shift) = (new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var contrast = Happens(options.ContrastProbability, random)
                ? Between(options.ContrastMin, options.ContrastMax, random)
                : 1;
            var brightness = Happens(options.BrightnessProbability, random)
                ? Between(options.BrightnessMin, options.BrightnessMax, random)
                : 1;
            // Contrast first, then brightness.
            (gain[i], shift[i]) = (contrast * brightness, 0.5f * (1 - contrast) * brightness);
        }
        var changed = (images * tensor(gain, count, 1, 1, 1)).Add(tensor(shift, count, 1, 1, 1));
        if (options.NoiseStandardDeviation > 0 || options.NoiseMean != 0)
        {
            using var generator = new Generator((ulong)random.NextInt64());
            var noise = randn(images.shape, null, null, false, generator).Mul(options.NoiseStandardDeviation);
            changed = changed.Add(Share(noise.Add(options.NoiseMean), options.NoiseProbability, random));
        }
        if (options.UniformNoiseMax > 0)
        {
            using var generator = new Generator((ulong)random.NextInt64());
            var noise = rand(images.shape, null, null, false, generator)
                .Mul(options.UniformNoiseMax - options.UniformNoiseMin);
            changed = changed.Add(Share(noise.Add(options.UniformNoiseMin), options.UniformNoiseProbability, random));
        }
        return changed.ClampInPlace(0, 1);
    }

    // Noise for a share of the images, and 0 for the others.
    private static Tensor Share(Tensor noise, float probability, Random random)
    {
        if (probability >= 1)
            return noise;
        var count = (int)noise.shape[0];
        return noise
            * tensor(
                [.. Enumerable.Range(0, count).Select(_ => Happens(probability, random) ? 1f : 0f)],
                count,
                1,
                1,
                1
            );
    }

    // Draws nothing where the answer is certain.
    private static bool Happens(float probability, Random random) =>
        probability >= 1 || random.NextSingle() < probability;

    private static float[] Drawn(int count, float probability, float low, float high, Random random)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            if (random.NextSingle() < probability)
                values[i] = Between(low, high, random);
        }

        return values;
    }

    private static float Between(float low, float high, Random random) => low + random.NextSingle() * (high - low);
}
