using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class ConfidenceMapTests
{
    private static readonly GoldenCalls Targets = new("ops/targets_confmaps.safetensors");
    private static readonly GoldenCalls Peaks = new("ops/peaks_global.safetensors");

    public static TheoryData<string> Drawn =>
        [.. Targets.Cases("generate_confmaps"), .. Targets.Cases("generate_multiconfmaps")];

    public static TheoryData<string> Found =>
        [.. Peaks.Cases("find_global_peaks_rough"), .. Peaks.Cases("find_global_peaks")];

    [Theory, MemberData(nameof(Drawn))]
    public void Maps_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var stride = (int)Targets.Argument(name, "output_stride")!;
        var codec = new ConfidenceMap(stride, (float)Targets.Argument(name, "sigma")!);
        Tensor points;
        if (Targets.Argument(name, "instances") is null)
        {
            points = Targets.Tensor($"{name}/instance");
            // sleap-nn takes the instances of a single-instance model for more nodes
            points = points.reshape(points.size(0), -1, 2);
        }
        else
        {
            points = Targets.Tensor($"{name}/instances").narrow(1, 0, (int)Targets.Argument(name, "num_instances")!);
            if ((bool)Targets.Argument(name, "is_centroids")!)
                points = points.unsqueeze(2);
        }

        var maps = codec.Encode(
            points,
            (int)Targets.Argument(name, "img_hw")![0]!,
            (int)Targets.Argument(name, "img_hw")![1]!
        );
        Assert.InRange(Golden.Difference(Targets.Tensor($"{name}/maps"), maps), 0, 1e-6);
        Assert.True(ChannelsLast.Is(maps));
    }

    [Theory, MemberData(nameof(Found))]
    public void Peaks_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var integral = (string?)Peaks.Argument(name, "refinement") == "integral";
        var codec = new ConfidenceMap(1, 1)
        {
            MixTies = true,
            PatchSize = (int?)Peaks.Argument(name, "integral_patch_size") ?? 5,
        };
        var maps = Peaks.Tensor($"{name}/cms");
        foreach (var layout in new[] { maps, ChannelsLast.Convert(maps) })
        {
            (var points, var values) = codec.Decode(
                layout,
                (float)Peaks.Argument(name, "threshold")!,
                integral ? PeakRefinement.Integral : PeakRefinement.None
            );
            Assert.InRange(Golden.Difference(Peaks.Tensor($"{name}/points"), points), 0, 1e-5);
            Assert.InRange(Golden.Difference(Peaks.Tensor($"{name}/values"), values), 0, 1e-5);
        }
    }

    [Fact]
    public void Of_equal_maxima_the_first_in_reading_order_is_the_peak()
    {
        using var scope = NewDisposeScope();
        // sleap-nn gives (2, 1) here, where there is no peak at all.
        (var points, var _) = new ConfidenceMap(1, 1).Decode(
            Peaks.Tensor("tie_mixes_x_and_y/cms"),
            0.2f,
            PeakRefinement.None
        );
        Assert.Equal([6f, 1f], Golden.Floats(points));
    }

    [Fact]
    public void Points_come_back_from_their_maps()
    {
        using var scope = NewDisposeScope();
        var points = tensor(
            new float[] { 40, 24, 0, 0, float.NaN, float.NaN, 92, 60, 4, float.NaN },
            new long[] { 1, 5, 2 }
        );
        var codec = new ConfidenceMap(4, 2);
        (var back, var values) = codec.Decode(codec.Encode(points, 64, 96), 0.2f, PeakRefinement.None);
        Assert.Equal([40, 24, 0, 0, float.NaN, float.NaN, 92, 60, float.NaN, float.NaN], Golden.Floats(back));
        Assert.Equal([1, 1, 0, 1, 0], Golden.Floats(values));
    }

    /// <summary>
    /// Made maps of many sub-cell places, also just inside the border: the fit has to find each, which integral cannot.
    /// </summary>
    [Theory, InlineData(1f), InlineData(1.5f), InlineData(2.5f), InlineData(4f), InlineData(5f)]
    public void A_fitted_gaussian_is_where_it_was_drawn(float sigma)
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        const int Places = 400,
            Width = 40,
            Height = 30;
        float[] xy =
        [
            .. Enumerable
                .Range(0, Places)
                .SelectMany(_ =>
                    new[] { (float)(random.NextDouble() * (Width - 1)), (float)(random.NextDouble() * (Height - 1)) }
                ),
        ];
        var points = tensor(xy, new long[] { 1, Places, 2 });
        var codec = new ConfidenceMap(1, sigma);
        var maps = codec.Encode(points, Height, Width);
        (var fitted, var _) = codec.Decode(maps, 0.2f, PeakRefinement.Gaussian);
        Assert.InRange(Golden.Difference(points, fitted), 0, 0.05);
        (var integral, var _) = codec.Decode(maps, 0.2f, PeakRefinement.Integral);
        Assert.True(Golden.Difference(points, integral) > 0.1);

        // With noise of 1 % of the height the fit stays closer on average than the center of mass does without.
        manual_seed(5);
        (var noisy, var _) = codec.Decode(maps + randn(maps.shape) * 0.01f, 0.2f, PeakRefinement.Gaussian);
        double Mean(Tensor found) =>
            Golden.Floats(points).Zip(Golden.Floats(found), (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(Mean(noisy), 0, sigma <= 2.5f ? 0.05 : 0.2);
        Assert.True(Mean(noisy) < Mean(integral), $"{Mean(noisy)} against {Mean(integral)}");
    }

    [Fact]
    public void A_patch_without_a_maximum_falls_back_to_its_center_of_mass()
    {
        using var scope = NewDisposeScope();
        var flat = ones(new long[] { 1, 1, 9, 9 });
        var codec = new ConfidenceMap(1, 1);
        Tensor fitted = codec.Decode(flat, 0.2f, PeakRefinement.Gaussian).Points,
            integral = codec.Decode(flat, 0.2f, PeakRefinement.Integral).Points;
        Assert.Equal(Golden.Floats(integral), Golden.Floats(fitted));
        Assert.All(Golden.Floats(fitted), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Wrong_shapes_and_values_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceMap(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceMap(1, float.NaN));
        Assert.Contains(
            "(2, 3)",
            Assert
                .Throws<ArgumentException>(() => new ConfidenceMap(1, 1).Encode(zeros(new long[] { 2, 3 }), 8, 8))
                .Message
        );
        Assert.Contains(
            "(2, 3)",
            Assert
                .Throws<ArgumentException>(() =>
                    new ConfidenceMap(1, 1).Decode(zeros(new long[] { 2, 3 }), 0.2f, PeakRefinement.None)
                )
                .Message
        );
    }
}
