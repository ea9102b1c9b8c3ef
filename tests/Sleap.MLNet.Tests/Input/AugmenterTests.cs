using FsCheck.Xunit;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class AugmenterTests
{
    private static readonly Skeleton Mouse = new("mouse", ["nose", "left", "right"], symmetries: [new Symmetry(1, 2)]);
    private static readonly AugmentationOptions Everything = new()
    {
        RotationMin = -180,
        RotationMax = 180,
        ScaleMin = 0.8f,
        ScaleMax = 1.25f,
        TranslateWidth = 0.1f,
        TranslateHeight = 0.1f,
        FlipProbability = 0.5f,
    };

    [Property(MaxTest = 40)]
    public void A_spot_in_the_picture_stays_under_its_point(int seed)
    {
        using var scope = NewDisposeScope();
        const int height = 72,
            width = 96;
        float[] points = [50, 30, 40, 40, 44.5f, 33.25f];
        // Each node is a spot in a channel of its own, so that a swap of names shows too.
        var images = stack([
                Spot(points[0], points[1], height, width),
                Spot(points[2], points[3], height, width),
                Spot(points[4], points[5], height, width),
            ])
            .unsqueeze(0);
        var changed = new Augmenter(Everything, Mouse).Apply(images, points, new Random(seed));
        var mirrored = new Augmenter(Everything, Mouse)
            .Draw(new Random(seed), Augmenter.CenterOf((height, width)), (height, width))
            .Flipped;
        for (var node = 0; node < 3; node++)
        {
            if (float.IsNaN(points[2 * node]) || NearBorder(points[2 * node], points[2 * node + 1], height, width))
                continue;
            var channel = mirrored && node > 0 ? 3 - node : node;
            var (x, y) = CenterOfMass(changed[0][channel]);
            // 0.05 px: a spot of 2.5 px standard deviation, sampled bilinearly.
            Assert.True(
                Math.Abs(x - points[2 * node]) < 0.05 && Math.Abs(y - points[2 * node + 1]) < 0.05,
                $"node {node}: the spot is at ({x:0.00}, {y:0.00}), its point at ({points[2 * node]:0.00}, "
                    + $"{points[2 * node + 1]:0.00})"
            );
        }
    }

    [Fact]
    public void Positive_angles_turn_clockwise_on_screen()
    {
        var map = new Augmenter(
            new()
            {
                RotationMin = 90,
                RotationMax = 90,
                RotationProbability = 1,
                ScaleMin = 1,
                ScaleMax = 1,
            },
            Mouse
        ).Draw(new Random(0), Augmenter.CenterOf((101, 101)), (101, 101));
        var (x, y) = map.Apply(60, 50); // right of the center (50, 50)
        Assert.Equal(50, x, 1e-4f);
        Assert.Equal(60, y, 1e-4f); // below it
    }

    [Fact]
    public void As_many_frames_are_turned_as_asked_for()
    {
        var augmenter = new Augmenter(
            new()
            {
                RotationMin = -180,
                RotationMax = 180,
                RotationProbability = 0.75f,
            },
            Mouse
        );
        var random = new Random(0);
        var turned = Enumerable
            .Range(0, 1000)
            .Count(_ => augmenter.Draw(random, Augmenter.CenterOf((48, 64)), (48, 64)).B != 0);
        Assert.InRange(turned, 710, 790); // three standard deviations of 1000 draws
    }

    [Fact]
    public void A_mirror_image_changes_the_names_of_symmetric_nodes()
    {
        using var scope = NewDisposeScope();
        float[] points = [10, 5, 2, 3, 18, 4];
        new Augmenter(AugmentationOptions.None with { FlipProbability = 1 }, Mouse).Apply(
            zeros(1, 1, 16, 32),
            points,
            new Random(0)
        );
        Assert.Equal([21, 5, 13, 4, 29, 3], points, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Nodes_that_leave_the_picture_are_missing_and_missing_ones_stay_missing()
    {
        using var scope = NewDisposeScope();
        float[] points = [0, 0, float.NaN, float.NaN, 15.5f, 7.5f];
        new Augmenter(AugmentationOptions.None with { ScaleMin = 2, ScaleMax = 2 }, Mouse).Apply(
            zeros(1, 1, 16, 32),
            points,
            new Random(0)
        );
        Assert.True(float.IsNaN(points[0]) && float.IsNaN(points[1]));
        Assert.True(float.IsNaN(points[2]) && float.IsNaN(points[3]));
        Assert.Equal(15.5f, points[4], 1e-4f);
    }

    [Fact]
    public void A_smaller_result_shows_the_middle_and_its_points_move_along()
    {
        using var scope = NewDisposeScope();
        var picture = Spot(30.25f, 21.5f, 48, 64).unsqueeze(0).unsqueeze(0);
        float[] points = [30.25f, 21.5f, 5, 5, float.NaN, float.NaN];
        var middle = Augmenter.None.Apply(picture, points, new Random(0), (32, 40));
        Assert.Equal([1, 1, 32, 40], middle.shape);
        // The margins are (64 - 40) / 2 and (48 - 32) / 2: whole pixels, so nothing is blurred but by rounding.
        Assert.Equal(0f, middle.sub(picture.narrow(2, 8, 32).narrow(3, 12, 40)).abs().max().item<float>(), 1e-5f);
        Assert.Equal([18.25f, 13.5f], points[..2], (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.True(float.IsNaN(points[2]), "a node outside the middle is missing");
    }

    [Fact]
    public void In_a_mirror_image_of_several_animals_each_keeps_its_own_nodes()
    {
        using var scope = NewDisposeScope();
        float[] points = [10, 5, 2, 3, 18, 4, 20, 6, 22, 7, 24, 8];
        new Augmenter(AugmentationOptions.None with { FlipProbability = 1 }, Mouse).Apply(
            zeros(1, 1, 16, 32),
            points,
            new Random(0)
        );
        Assert.Equal([21, 5, 13, 4, 29, 3, 11, 6, 7, 8, 9, 7], points, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void With_nothing_to_change_the_same_picture_comes_back()
    {
        using var scope = NewDisposeScope();
        var images = rand(2, 1, 8, 8);
        float[] points = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6];
        Assert.Same(images, new Augmenter(AugmentationOptions.None, Mouse).Apply(images, points, new Random(0)));
        Assert.Equal(2, points[7]);
    }

    [Fact]
    public void Brightness_and_contrast_follow_their_formula_and_stay_in_range()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new[] { 0.1f, 0.5f, 0.9f, 1f }, 1, 1, 2, 2);
        float[] points = [0, 0, 0, 0, 0, 0];
        var options = AugmentationOptions.None with
        {
            ContrastMin = 1.5f,
            ContrastMax = 1.5f,
            BrightnessMin = 0.8f,
            BrightnessMax = 0.8f,
        };
        var changed = new Augmenter(options, Mouse).Apply(images, points, new Random(0)).Values<float>();
        // ((v - 0.5) * 1.5 + 0.5) * 0.8, cut to 0..1
        Assert.Equal([0f, 0.4f, 0.88f, 1f], changed, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Noise_has_the_spread_asked_for_and_the_same_seed_gives_the_same()
    {
        using var scope = NewDisposeScope();
        float[] points = [0, 0, 0, 0, 0, 0];
        Tensor Noisy() =>
            new Augmenter(AugmentationOptions.None with { NoiseStandardDeviation = 0.05f }, Mouse).Apply(
                full(1, 1, 200, 200, 0.5f),
                points,
                new Random(3)
            );
        var (first, second) = (Noisy(), Noisy());
        Assert.Equal(0.05f, first.std().item<float>(), 0.002f);
        Assert.Equal(0f, first.sub(second).abs().max().item<float>());
    }

    [Fact]
    public void Even_noise_lies_between_its_limits_and_reaches_them()
    {
        using var scope = NewDisposeScope();
        float[] points = [0, 0, 0, 0, 0, 0];
        var added = new Augmenter(
            AugmentationOptions.None with
            {
                UniformNoiseMin = 0.1f,
                UniformNoiseMax = 0.2f,
            },
            Mouse
        )
            .Apply(full(1, 1, 100, 100, 0.5f), points, new Random(3))
            .sub(0.5f);
        Assert.InRange(added.min().item<float>(), 0.1f - 1e-6f, 0.101f);
        Assert.InRange(added.max().item<float>(), 0.199f, 0.2f + 1e-6f);
        Assert.Equal(0.15f, added.mean().item<float>(), 0.001f);
    }

    [Fact]
    public void An_erased_rectangle_has_the_area_and_the_ratio_asked_for_and_points_stay()
    {
        using var scope = NewDisposeScope();
        float[] points = [.. Enumerable.Range(0, 4 * 6).Select(i => (float)i)];
        var images = full(4, 1, 100, 200, -1f);
        var options = AugmentationOptions.None with
        {
            EraseProbability = 1,
            EraseScaleMin = 0.02f,
            EraseScaleMax = 0.02f,
            EraseRatioMin = 4,
            EraseRatioMax = 4,
        };
        var changed = new Augmenter(options, Mouse).Apply(images, points, new Random(1));
        Assert.Equal(-1f, images.max().item<float>()); // the pictures of the cache are not drawn on
        for (var i = 0; i < 4; i++)
        {
            var erased = changed[i][0].ge(0).to(ScalarType.Float32);
            // 2 % of 20,000 pixels are 400, four times as high as wide: 40 × 10.
            Assert.Equal((40f, 10f), (erased.sum(0L).max().item<float>(), erased.sum(1L).max().item<float>()));
            Assert.Equal(400f, erased.sum().item<float>());
        }
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), points);
        Assert.True(
            changed.max().item<float>() != changed[0].max().item<float>()
                || changed[1].max().item<float>() != changed[0].max().item<float>(),
            "each has a level of its own"
        );
    }

    [Fact]
    public void Mixing_lets_another_picture_shine_through_by_the_share_asked_for()
    {
        using var scope = NewDisposeScope();
        var points = new float[3 * 6];
        var images = tensor(new[] { 0.1f, 0.4f, 0.8f }, 3, 1, 1, 1).expand(3, 1, 4, 4);
        var options = AugmentationOptions.None with
        {
            MixupProbability = 1,
            MixupLambdaMin = 0.25f,
            MixupLambdaMax = 0.25f,
        };
        var changed = new Augmenter(options, Mouse)
            .Apply(images, points, new Random(1))
            .select(3, 0)
            .select(2, 0)
            .select(1, 0)
            .Values<float>();
        float[][] either =
        [
            [0.175f, 0.5f, 0.625f],
            [0.275f, 0.325f, 0.7f],
        ]; // with the next one, or the one before
        Assert.Contains(either, one => one.Zip(changed).All(pair => Math.Abs(pair.First - pair.Second) < 1e-6));
    }

    [Fact]
    public void A_blurred_spot_is_wider_by_the_blur_and_keeps_its_place_and_mass()
    {
        using var scope = NewDisposeScope();
        var points = new float[2 * 6];
        var images = stack([Spot(30.25f, 25.5f, 60, 70), Spot(41, 33, 60, 70)]).unsqueeze(1);
        var options = AugmentationOptions.None with { BlurProbability = 1, BlurSigmaMin = 2, BlurSigmaMax = 2 };
        var changed = new Augmenter(options, Mouse).Apply(images, points, new Random(1));
        var (x, y) = CenterOfMass(changed[0][0]);
        Assert.Equal(
            (30.25f, 25.5f),
            (x, y),
            (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-2 && Math.Abs(a.Item2 - b.Item2) < 1e-2
        );
        Assert.Equal(images.sum().item<float>(), changed.sum().item<float>(), 1e-2f * images.sum().item<float>());
        // Spreads add as squares: a spot of 2.5 and a blur of 2 pixels have a peak of 2.5² / (2.5² + 2²); 1 % for the
        // kernel's cut ends.
        Assert.Equal(6.25f / 10.25f, changed[1][0].max().item<float>(), 0.01f);
        var none = new Augmenter(options with { BlurProbability = 1e-9f }, Mouse).Apply(images, points, new Random(1));
        Assert.Equal(0f, none.sub(images).abs().max().item<float>());
    }

    [Fact]
    public void What_is_off_draws_nothing_so_that_a_seed_gives_what_it_gave()
    {
        using var scope = NewDisposeScope();
        float[] first = [10, 5, 2, 3, 18, 4],
            second = [.. first];
        var images = rand(1, 1, 16, 32);
        var usual = Everything with { NoiseStandardDeviation = 0.1f, BrightnessMin = 0.8f };
        var (one, other) = (new Random(7), new Random(7));
        var a = new Augmenter(usual, Mouse).Apply(images, first, one);
        var b = new Augmenter(
            usual with
            {
                EraseScaleMax = 0.5f,
                MixupLambdaMax = 0.5f,
                BlurSigmaMax = 5,
            },
            Mouse
        ).Apply(images, second, other);
        Assert.Equal(0f, a.sub(b).abs().max().item<float>());
        Assert.Equal(one.Next(), other.Next());
    }

    [Fact]
    public void All_faults_of_the_options_are_listed()
    {
        var options = new AugmentationOptions
        {
            RotationMin = 5,
            RotationMax = -5,
            ScaleMin = 0,
            FlipProbability = 2,
            NoiseStandardDeviation = -1,
            UniformNoiseMin = 0.5f,
            EraseProbability = 2,
            EraseScaleMax = 2,
            EraseRatioMin = 0,
            MixupProbability = -1,
            MixupLambdaMin = 1,
            BlurProbability = float.NaN,
            BlurSigmaMax = 11,
        };
        Assert.Equal(12, OptionFaults.Of(options.Check).Count);
    }

    private static Tensor Spot(float x, float y, int height, int width)
    {
        var (dx, dy) = (arange(width, ScalarType.Float32).sub(x), arange(height, ScalarType.Float32).sub(y));
        return exp(dy.square().unsqueeze(1).add(dx.square().unsqueeze(0)).mul(-1 / (2 * 2.5f * 2.5f)));
    }

    private static bool NearBorder(float x, float y, int height, int width) =>
        x < 12 || y < 12 || x > width - 13 || y > height - 13;

    private static (float X, float Y) CenterOfMass(Tensor map)
    {
        var mass = map.sum();
        var (height, width) = (map.shape[0], map.shape[1]);
        return (
            map.sum(0L).mul(arange(width, ScalarType.Float32)).sum().div(mass).item<float>(),
            map.sum(1L).mul(arange(height, ScalarType.Float32)).sum().div(mass).item<float>()
        );
    }
}
