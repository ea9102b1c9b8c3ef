using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Pictures are changed as sleap-nn changes them. Its points turn about another center than its pictures, half a pixel
/// off; ours stay with the picture, so they are what sleap-nn's map makes of the point in the coordinates of the
/// picture's edges.
/// </summary>
public sealed class AugmentationParityTests
{
    private static readonly GoldenCalls Calls = new("ops/augmentation.safetensors");
    private static readonly Skeleton Body = new("body", ["a", "b", "c", "d", "e"], symmetries: [new Symmetry(1, 2)]);

    [
        Theory,
        InlineData("rotate30"),
        InlineData("rotate-90"),
        InlineData("rotate180"),
        InlineData("scale1.5"),
        InlineData("rotate20_scale0.8"),
        InlineData("bundled_rotate15_scale1.1"),
        InlineData("flip"),
        InlineData("flip_then_rotate30"),
        InlineData("rgb_rotate30")
    ]
    public void Geometry_is_that_of_sleap_nn_but_for_its_half_pixel(string name)
    {
        using var scope = NewDisposeScope();
        float angle = Number(name, "rotation_min", 0),
            scale = Number(name, "scale_min", 1);
        var options = new AugmentationOptions
        {
            RotationMin = angle,
            RotationMax = angle,
            RotationProbability = 1,
            ScaleMin = scale,
            ScaleMax = scale,
            FlipProbability = Number(name, "flip_p", 0),
        };
        var image = Calls.Tensor($"{name}/image");
        float[] points = Calls.Floats($"{name}/instances"),
            theirs = Calls.Floats($"{name}/points");
        var changed = new Augmenter(options, Body).Apply(image / 255f, points, new Random(0)) * 255f;
        (var sin, var cos) = MathF.SinCos(angle * MathF.PI / 180);
        for (var i = 0; i < points.Length; i += 2)
        {
            // A flip alone keeps to pixel centers in sleap-nn as well.
            float x = theirs[i] + (angle == 0 && scale == 1 ? 0 : scale * (cos - sin) * 0.5f - 0.5f),
                y = theirs[i + 1] + (angle == 0 && scale == 1 ? 0 : scale * (sin + cos) * 0.5f - 0.5f);
            var inside = x >= -0.5f && x <= image.size(3) - 0.5f && y >= -0.5f && y <= image.size(2) - 0.5f;
            Assert.Equal(inside ? x : float.NaN, points[i], 1e-4f); // what leaves the picture is missing here
            Assert.Equal(inside ? y : float.NaN, points[i + 1], 1e-4f);
        }

        // Skia works with whole levels. Where a turned pixel touches the border Skia fades it by the area that is
        // inside, and ours by its distance, so those beside the border are left out.
        var expected = Calls.Tensor($"{name}/image_out");
        var whole = new Augmenter(options, Body)
            .Apply(ones_like(image), Calls.Floats($"{name}/instances"), new Random(0))
            .lt(0.999f)
            .to(ScalarType.Float32);
        whole = nn.functional.max_pool2d(whole, 3, 1, 1).lt(0.5f).to(ScalarType.Float32);
        Assert.True(whole.mean().item<float>() > 0.3);
        Assert.InRange(Golden.Difference(expected * whole, changed.round() * whole), 0, 1);
    }

    [
        Theory,
        InlineData("contrast1.4_uint8"),
        InlineData("contrast1.4_float"),
        InlineData("brightness0.6_uint8"),
        InlineData("brightness0.6_float"),
        InlineData("brightness1.3_uint8"),
        InlineData("brightness1.3_float")
    ]
    public void Contrast_and_brightness_are_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        (var contrast, var brightness) = (Number(name, "contrast_min", 1), Number(name, "brightness_min", 1));
        var options = new AugmentationOptions
        {
            RotationProbability = 0,
            ScaleMin = 1,
            ScaleMax = 1,
            ContrastMin = contrast,
            ContrastMax = contrast,
            BrightnessMin = brightness,
            BrightnessMax = brightness,
        };
        float levels = Calls.IsByte(name, "image") ? 255 : 1;
        var changed =
            new Augmenter(options, Body).Apply(Calls.Tensor($"{name}/image") / levels, new float[2], new Random(0))
            * 255f;
        // sleap-nn cuts to whole levels, ours keeps what is between.
        Assert.InRange(Golden.Difference(Calls.Tensor($"{name}/image_out") * (255 / levels), changed), 0, 1.001);
    }

    private static float Number(string name, string argument, float otherwise) =>
        (float?)Calls.Argument(name, argument) ?? otherwise;
}
