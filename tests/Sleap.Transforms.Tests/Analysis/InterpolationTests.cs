using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;

namespace Sleap.Transforms.Tests;

public sealed class InterpolationTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(InterpolationMethod.Linear, "linear")]
    [InlineData(InterpolationMethod.Cubic, "cubic")]
    [InlineData(InterpolationMethod.Pchip, "pchip")]
    public void GapsAreFilledAsSciPyFillsThem(InterpolationMethod method, string reference)
    {
        var filled = Filled(Reference.Path(_ml, "gapped"), new() { Method = method, MaxGap = Reference.MaxGap });
        Reference.AssertClose(
            Reference.Series(reference),
            Poses.Column<float[]>(filled, "Keypoints").Select(xy => (double)xy[0])
        );
        // y is 2 x; its rounding is twice as large.
        Assert.All(
            Poses.Column<float[]>(filled, "Keypoints"),
            xy => Assert.True(float.IsNaN(xy[0]) || Math.Abs(xy[1] - (2 * xy[0])) < 1e-3)
        );
    }

    [Fact]
    public void EachAnimalIsFilledFromItsOwnTrackWhereverItStands()
    {
        // Animal k walks at speed k + 1 from 100 k; in frames 3 and 4 animal 1 has no snout, and in frame 4 animal 0 is
        // not there.
        double[]? Points(int frame, int animal)
        {
            double x = (100 * animal) + ((animal + 1) * frame);
            if (animal == 0 && frame == 4)
                return null;
            return animal == 1 && frame is 3 or 4 ? [double.NaN, double.NaN, x, 1, x, 2] : [x, 0, x, 1, x, 2];
        }
        var filled = Filled(Herd.View(_ml, 8, 3, Points), new() { MaxGap = 2 });
        for (var animal = 0; animal < 3; animal++)
        {
            var found = Herd.Of(filled, "Keypoints", animal, 6);
            for (var frame = 0; frame < 8; frame++)
            {
                Assert.Equal(
                    animal == 0 && frame == 4 ? null : (float)((100 * animal) + ((animal + 1) * frame)),
                    found[frame]?[0]
                );
            }
        }
    }

    [Fact]
    public void AnimalsWithoutTracksAreNotMixedUp()
    {
        var herd = Herd.View(
            _ml,
            5,
            2,
            (frame, animal) =>
                animal == 0 && frame == 2 ? [double.NaN, double.NaN, 1, 1, 1, 1] : [frame, animal, 1, 1, 1, 1],
            tracked: false
        );
        Assert.Equal(1, Poses.Column<float[]>(Filled(herd, new()), "Keypoints").Sum(row => row.Count(float.IsNaN)) / 2);
        // The only one is followed without a track.
        var alone = Herd.View(
            _ml,
            5,
            1,
            (frame, _) => frame == 2 ? [double.NaN, double.NaN, 1, 1, 1, 1] : [frame, 0, 1, 1, 1, 1],
            tracked: false
        );
        Assert.Equal(2, Poses.Column<float[]>(Filled(alone, new()), "Keypoints")[2][0]);
    }

    [Property(MaxTest = 60)]
    public Property NoGapLongerThanTheLimitIsTouchedAndKnownPointsStay() =>
        Prop.ForAll(
            Gen.Choose(0, 10000).ToArbitrary(),
            Gen.Choose(1, 6).ToArbitrary(),
            Gen.Choose(0, 2).ToArbitrary(),
            (seed, maxGap, method) =>
            {
                var random = new Random(seed);
                var frame = 0;
                (int Frame, float X, float Y)[] path =
                [
                    .. Enumerable
                        .Range(0, 50)
                        .Select(_ =>
                            (
                                frame += random.Next(4) == 0 ? 2 : 1,
                                random.Next(3) == 0 ? random.Next(100) : float.NaN,
                                1f
                            )
                        ),
                ];
                float[] found =
                [
                    .. Poses
                        .Column<float[]>(
                            Filled(
                                Poses.Path(_ml, path),
                                new() { MaxGap = maxGap, Method = (InterpolationMethod)method }
                            ),
                            "Keypoints"
                        )
                        .Select(xy => xy[0]),
                ];
                for (var row = 0; row < path.Length; row++)
                {
                    if (!float.IsNaN(path[row].X))
                    {
                        Assert.Equal(path[row].X, found[row]);
                        continue;
                    }
                    (int Frame, float X, float Y)[] known = [.. path.Where(p => !float.IsNaN(p.X))];
                    var left = known
                        .Where(p => p.Frame < path[row].Frame)
                        .Select(p => p.Frame)
                        .DefaultIfEmpty(int.MinValue / 2)
                        .Max();
                    var right = known
                        .Where(p => p.Frame > path[row].Frame)
                        .Select(p => p.Frame)
                        .DefaultIfEmpty(int.MaxValue / 2)
                        .Min();
                    Assert.Equal(right - left - 1 <= maxGap, !float.IsNaN(found[row]));
                    if (method != (int)InterpolationMethod.Cubic && !float.IsNaN(found[row]))
                    {
                        float a = path.First(p => p.Frame == left).X,
                            b = path.First(p => p.Frame == right).X;
                        Assert.InRange(found[row], Math.Min(a, b) - 1e-3, Math.Max(a, b) + 1e-3);
                    }
                }
            }
        );

    [Fact]
    public void ARepeatedFrameIsAnError()
    {
        var path = Poses.Path(_ml, (3, 0, 0), (3, 1, 1));
        Assert.Contains(
            "frame 3 of 'v'",
            Assert.Throws<InvalidDataException>(() => Poses.Column<float[]>(Filled(path, new()), "Keypoints")).Message
        );
    }

    private IDataView Filled(IDataView view, InterpolationOptions options) =>
        _ml.Pose().Interpolate("Keypoints", options).Fit(view).Transform(view);
}
