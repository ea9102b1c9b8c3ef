using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class CleaningTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(7, 2)]
    [InlineData(11, 3)]
    public void SavitzkyGolayIsSciPysInTheInterior(int window, int order)
    {
        var expected = Reference.Series($"savgol_{window}_{order}");
        var found = Smooth("series", window, order);
        var half = window / 2;
        Reference.AssertClose(expected[half..^half], found[half..^half]);
    }

    [Fact]
    public void SavitzkyGolayFitsThePointsThatAreThere() =>
        Reference.AssertClose(Reference.Series("savgol_7_2_gapped"), Smooth("gapped", 7, 2));

    [Fact]
    public void SmoothingFollowsEachAnimal()
    {
        var herd = Herd.View(_ml, 20, 3, (frame, animal) => [(1000 * animal) + frame, animal, 0, 0, 1, 1]);
        foreach (var method in Enum.GetValues<SmoothMethod>())
        {
            var smooth = _ml.Pose().Smooth("Keypoints", 5, method).Fit(herd).Transform(herd);
            for (var animal = 0; animal < 3; animal++)
            {
                var found = Herd.Of(smooth, "Keypoints", animal, 6);
                // In the interior of a straight way each window gives its middle; the 1€ filter lags, by less than a
                // frame here.
                for (var frame = 2; frame < 18; frame++)
                {
                    Assert.InRange(
                        found[frame]![0] - (1000 * animal) - frame,
                        method == SmoothMethod.OneEuro ? -1 : -1e-3,
                        1e-3
                    );
                }
            }
        }
    }

    [Fact]
    public void TheOneEuroFilterIsALowPass()
    {
        // By hand for a step of 1 with beta 0: weight = 1 / (1 + 1 / (2π · 0.1)).
        var weight = 1 / (1 + (1 / (0.2 * Math.PI)));
        var path = Poses.Path(_ml, (0, 0, 0), (1, 1, 0), (2, 1, 0));
        var smooth = _ml.Pose()
            .Smooth(
                "Keypoints",
                new SmoothOptions
                {
                    Method = SmoothMethod.OneEuro,
                    MinCutoff = 0.1,
                    Beta = 0,
                }
            )
            .Fit(path)
            .Transform(path);
        float[] found = [.. Poses.Column<float[]>(smooth, "Keypoints").Select(xy => xy[0])];
        Assert.Equal(weight, found[1], 6);
        Assert.Equal(weight + ((1 - weight) * weight), found[2], 6);
    }

    [Fact]
    public void LowScoresBecomeMissing()
    {
        var view = _ml.Data.LoadFromEnumerable(
            new[]
            {
                new Scored
                {
                    Keypoints = [1, 2, 3, 4],
                    KeypointScore = [0.9f, 0.1f],
                    InstanceScore = 0.8f,
                },
                new Scored
                {
                    Keypoints = [1, 2, 3, 4],
                    KeypointScore = [0.9f, float.NaN],
                    InstanceScore = 0.1f,
                },
                new Scored
                {
                    Keypoints = [1, 2, 3, 4],
                    KeypointScore = [0.9f, 0.2f],
                    InstanceScore = 0.5f,
                },
            }
        );
        var kept = _ml.Pose()
            .FilterByScore("Keypoints", new() { MinScore = 0.2f, MinInstanceScore = 0.5f })
            .Fit(view)
            .Transform(view);
        var n = float.NaN;
        Assert.Equal(
            [
                [1, 2, n, n],
                [n, n, n, n],
                [1, 2, 3, 4],
            ],
            Poses.Column<float[]>(kept, "Keypoints")
        );
        Assert.Contains(
            "KeypointScore",
            Assert
                .Throws<ArgumentException>(() => _ml.Pose().FilterByScore("Keypoints").Fit(Poses.Path(_ml, (0, 0, 0))))
                .Message
        );
    }

    [Fact]
    public void JumpsAreRemovedAndForgottenInTime()
    {
        var path = Poses.Path(
            _ml,
            (0, 0, 0),
            (1, 5, 0),
            (2, 90, 0),
            (3, 12, 0),
            (4, 300, 0),
            (5, 300, 0),
            (20, 301, 0),
            (21, 302, 0)
        );
        var kept = _ml.Pose()
            .RemoveJumps("Keypoints", new() { MaxJump = 10, ForgetAfter = 10 })
            .Fit(path)
            .Transform(path);
        Assert.Equal(
            [0, 5, float.NaN, 12, float.NaN, float.NaN, 301, 302],
            Poses.Column<float[]>(kept, "Keypoints").Select(xy => xy[0])
        );
    }

    [Fact]
    public void SwappedSidesAreExchanged()
    {
        // The mouse's snout and left ear are symmetric here; two animals, of which one is swapped in frames 3 to 5.
        var herd = Herd.View(
            _ml,
            10,
            2,
            (frame, animal) =>
                animal == 1 && frame is >= 3 and <= 5 ? [frame, 20, frame, 0, 50, 50] : [frame, 0, frame, 20, 50, 50]
        );
        var repaired = _ml.Pose().RepairSwaps("Keypoints").Fit(herd).Transform(herd);
        for (var animal = 0; animal < 2; animal++)
        {
            Assert.All(
                Herd.Of(repaired, "Keypoints", animal, 6),
                points => Assert.Equal([0f, 20f], [points![1], points[3]])
            );
        }

        Assert.Contains(
            "no symmetric nodes",
            Assert
                .Throws<ArgumentException>(() => _ml.Pose().RepairSwaps("Keypoints").Fit(Poses.Path(_ml, (0, 0, 0))))
                .Message
        );
    }

    private double[] Smooth(string series, int window, int order)
    {
        var path = Reference.Path(_ml, series);
        var options = new SmoothOptions
        {
            Method = SmoothMethod.SavitzkyGolay,
            Window = window,
            PolynomialOrder = order,
        };
        return
        [
            .. Poses
                .Column<float[]>(_ml.Pose().Smooth("Keypoints", options).Fit(path).Transform(path), "Keypoints")
                .Select(xy => (double)xy[0]),
        ];
    }

    private sealed class Scored
    {
        [VectorType(2, 2)]
        public float[] Keypoints { get; set; } = [];

        [VectorType(2)]
        public float[] KeypointScore { get; set; } = [];

        public float InstanceScore { get; set; }
    }
}
