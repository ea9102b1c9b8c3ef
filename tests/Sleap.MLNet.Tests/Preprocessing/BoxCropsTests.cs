using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class BoxCropsTests
{
    private static readonly GoldenCalls Calls = new("ops/crops.safetensors");

    public static TheoryData<string> Trained => [.. Calls.Cases("generate_crops")];

    [
        Theory,
        InlineData("square", BoxAspect.Square),
        InlineData("letterbox", BoxAspect.Letterbox),
        InlineData("stretch", BoxAspect.Stretch)
    ]
    public void Windows_points_and_crops_equal_those_of_sleap_nn(string name, BoxAspect aspect)
    {
        using var scope = NewDisposeScope();
        var of = $"bbox_windows_{name}";
        (var windows, var scales, var halves) = BoxCrops.Windows(Calls.Tensor($"{of}/boxes"), 16, aspect, 0.1f, 4);
        Assert.InRange(Golden.Difference(Calls.Tensor($"{of}/windows"), windows), 0, 1e-5);
        Assert.InRange(Golden.Difference(Calls.Tensor($"{of}/scales"), scales), 0, 1e-5);
        Assert.InRange(Golden.Difference(Calls.Tensor($"{of}/keep_half"), halves), 0, 1e-5);
        Assert.InRange(
            Golden.Difference(
                Calls.Tensor($"points_to_crop_{name}/points_out"),
                BoxCrops.ToCrop(Calls.Tensor($"points_to_crop_{name}/points"), windows, scales)
            ),
            0,
            1e-5
        );
        Assert.InRange(
            Golden.Difference(
                Calls.Tensor($"points_from_crop_{name}/points_out"),
                BoxCrops.ToFrame(Calls.Tensor($"points_from_crop_{name}/points"), windows, scales)
            ),
            0,
            1e-5
        );
        var crops = BoxCrops.Cut(
            Calls.Tensor($"crop_windows_{name}/images"),
            Calls.Tensor($"crop_windows_{name}/windows"),
            Calls.Tensor($"crop_windows_{name}/sample_inds"),
            16,
            16
        );
        Assert.InRange(Golden.Difference(Calls.Tensor($"crop_windows_{name}/crops"), crops), 0, 1e-3);
        if (aspect == BoxAspect.Letterbox)
        {
            Assert.Equal(
                0,
                Golden.Difference(
                    Calls.Tensor("letterbox_crops/crops"),
                    BoxCrops.Letterbox(Calls.Tensor("letterbox_crops/crops"), halves)
                )
            );
        }

        if (aspect == BoxAspect.Letterbox)
        {
            Assert.InRange(
                Golden.Difference(Calls.Tensor("letterbox_crops/crops"), BoxCrops.Letterbox(crops, halves)),
                0,
                1e-3
            );
        }
    }

    /// <summary>
    /// sleap-nn's training crops are the box between the outer pixels' centres, taken for edges, stretched to the
    /// crop's size: magnified by size / (size − 1). Ours cut by <see cref="CropWindow"/> are not; this shows that we
    /// know what its models were trained on.
    /// </summary>
    [Theory, MemberData(nameof(Trained))]
    public void Training_crops_of_sleap_nn_are_windows_between_pixel_centres(string name)
    {
        using var scope = NewDisposeScope();
        Tensor image = Calls.Tensor($"{name}/image"),
            box = Calls.Tensor($"{name}/instance_bbox"),
            expected = Calls.Tensor($"{name}/instance_image");
        var window = cat(new[] { box.select(1, 0), box.select(1, 2) }, 1);
        var crops = BoxCrops.Cut(
            image,
            window,
            zeros(new long[] { 1 }, ScalarType.Int64),
            (int)expected.size(2),
            (int)expected.size(3)
        );
        // Skia rounds to whole levels, and fades in another way across the frame's border.
        Assert.InRange(Golden.Difference(expected, crops.round()), 0, 1);
    }
}
