using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;

namespace Sleap.Transforms.Tests;

/// <summary>Measures of motions whose values are known.</summary>
public sealed class MotionTests
{
    private const double Fps = 30;
    private const double PixelsPerCm = 4;
    private readonly MLContext _ml = new(1);

    [Fact]
    public void CircleLineAndSpin()
    {
        // a: a circle of radius 100 px, 2° a frame; b: a line at (3, 4) px a frame; c: a spin on the spot, 5° a frame.
        const double step = Math.PI / 90,
            spin = Math.PI / 36;
        var herd = Herd.View(
            _ml,
            60,
            3,
            (frame, animal) =>
                animal switch
                {
                    0 => Body(
                        500 + (100 * Math.Cos(step * frame)),
                        500 + (100 * Math.Sin(step * frame)),
                        (step * frame) + (Math.PI / 2)
                    ),
                    1 => Body(3 * frame, 4 * frame, Math.Atan2(4, 3)),
                    _ => Body(200, 300, spin * frame),
                }
        );
        var view = _ml.Pose()
            .Kinematics(
                "Keypoints",
                new()
                {
                    HeadingFrom = "tail",
                    HeadingTo = "snout",
                    FramesPerSecond = Fps,
                    PixelsPerUnit = PixelsPerCm,
                }
            )
            .Fit(herd)
            .Transform(herd);
        var chord = 200 * Math.Sin(step / 2) * Fps / PixelsPerCm;
        AssertLast(view, "Speed", 0, chord);
        AssertLast(view, "TurnRate", 0, step * Fps);
        AssertLast(view, "PathLength", 0, chord * 59 / Fps);
        // The change of the chord's direction in a frame: 2 sin(step / 2) of it.
        Assert.Equal(chord * 2 * Math.Sin(step / 2) * Fps, Length(Herd.Of(view, "Acceleration", 0, 2)[59]!), 0.05);
        AssertLast(view, "Speed", 1, 5 * Fps / PixelsPerCm);
        AssertLast(view, "Heading", 1, Math.Atan2(4, 3));
        AssertLast(view, "TurnRate", 1, 0);
        Assert.Equal(0, Length(Herd.Of(view, "Acceleration", 1, 2)[59]!), 0.02);
        AssertLast(view, "Speed", 2, 0);
        AssertLast(view, "TurnRate", 2, spin * Fps);
        AssertLast(view, "PathLength", 2, 0);
    }

    [Property(MaxTest = 40)]
    public Property RigidMotionLeavesTheShapeUnchanged() =>
        Prop.ForAll(
            Gen.Choose(0, 10000).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                double[] shape = [.. Enumerable.Range(0, 6).Select(_ => (random.NextDouble() * 80) + 1)];
                (double X, double Y, double Angle)[] moves =
                [
                    (0, 0, 0),
                    .. Enumerable
                        .Range(0, 5)
                        .Select(_ => (random.NextDouble() * 500, random.NextDouble() * 500, random.NextDouble() * 6)),
                ];
                var herd = Herd.View(_ml, moves.Length, 1, (frame, _) => Moved(shape, moves[frame]));
                var pose = _ml.Pose();
                IEstimator<ITransformer> pipeline = pose.Distances("Keypoints")
                    .Append(pose.BodyLength("Keypoints", new() { Body = ["snout", "left", "tail"] }))
                    .Append(pose.Angles("Keypoints", new() { Corners = [new("snout", "left", "tail")] }))
                    .Append(
                        pose.Egocentric(
                            "Keypoints",
                            new()
                            {
                                Origin = "left",
                                From = "tail",
                                To = "snout",
                            }
                        )
                    );
                var view = pipeline.Fit(herd).Transform(herd);
                foreach (var column in new[] { "Distances", "Angles", "Keypoints" })
                {
                    var rows = Poses.Column<float[]>(view, column);
                    // Single coordinates near 1000 are rounded to 6e-5; angles of short sides magnify it.
                    Assert.All(
                        rows,
                        row =>
                            Assert.Equal(
                                rows[0],
                                row,
                                (a, b) =>
                                    Math.Abs(column == "Angles" ? Math.IEEERemainder(a - b, 2 * Math.PI) : a - b) < 5e-3
                            )
                    );
                }
                Assert.All(
                    Poses.Column<float>(view, "BodyLength"),
                    length => Assert.Equal(Poses.Column<float>(view, "BodyLength")[0], length, 1e-3)
                );
                var ego = Poses.Column<float[]>(view, "Keypoints")[0];
                Assert.Equal([0f, 0f], ego[2..4]);
                Assert.Equal(ego[1], ego[5], 1e-3);
                Assert.True(ego[0] > ego[4]);
            }
        );

    [Fact]
    public void SizesAndAngles()
    {
        var herd = Herd.View(_ml, 2, 2, (frame, animal) => [10 + (10 * animal), 0, 0, 0, 0, 10]);
        var pose = _ml.Pose();
        var view = pose.Angles("Keypoints", new() { Corners = [new("snout", "left", "tail")] })
            .Append(
                pose.NormalizeSize(
                    "Keypoints",
                    new()
                    {
                        Body = ["left", "snout"],
                        OutputColumn = "Sized",
                        Window = 3,
                    }
                )
            )
            .Fit(herd)
            .Transform(herd);
        Assert.Equal(Math.PI / 2, Herd.Of(view, "Angles", 0)[0]![0], 1e-6);
        Assert.Equal([1, 0, 0, 0, 0, 0.5f], Herd.Of(view, "Sized", 1, 6)[1]!);
    }

    [Fact]
    public void AnimalsToEachOther()
    {
        // Animal 1 stands at (100, 0) and looks down the screen; animal 0 comes along the x axis, looking at it.
        var herd = Herd.View(
            _ml,
            10,
            2,
            (frame, animal) => animal == 0 ? Body(10 * frame, 0, 0) : Body(100, 0, Math.PI / 2)
        );
        var view = _ml.Pose()
            .Social(
                "Keypoints",
                new()
                {
                    HeadingFrom = "tail",
                    HeadingTo = "snout",
                    ContactDistance = 10,
                }
            )
            .Fit(herd)
            .Transform(herd);
        Assert.Equal(100, Herd.Of(view, "AnimalDistance", 0)[0]![0], 1e-3);
        Assert.Equal(0, Herd.Of(view, "FacingAngle", 0)[0]![0], 1e-5);
        // From down (π / 2) to the left (π).
        Assert.Equal(Math.PI / 2, Herd.Of(view, "FacingAngle", 1)[0]![0], 1e-5);
        // Snouts are 10 before the middle: in frame 8 the snout is at 90, the other's middle node at 100.
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], Herd.Of(view, "Contact", 0).Select(value => value![0]));
        var alone = Herd.View(_ml, 2, 1, (_, _) => Body(0, 0, 0));
        Assert.All(
            Poses.Column<float>(_ml.Pose().Social("Keypoints").Fit(alone).Transform(alone), "Contact"),
            value => Assert.True(float.IsNaN(value))
        );
    }

    [Fact]
    public void RollingStatisticsAreNumPys()
    {
        var path = Reference.Path(_ml, "gapped");
        var view = _ml.Pose().Rolling("Keypoints", new() { Window = 9 }).Fit(path).Transform(path);
        float[][][] found =
        [
            .. new[] { "Mean", "Sd", "Min", "Max" }.Select(statistic =>
                Poses.Column<float[]>(view, "Keypoints" + statistic)
            ),
        ];
        Reference.AssertClose(
            Reference.Series("rolling_9"),
            Enumerable.Range(0, found[0].Length).SelectMany(row => found.Select(column => (double)column[row][0]))
        );
    }

    [Fact]
    public void AnotherVideoBeginsAnew()
    {
        Poses.Place[] places =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(row => new Poses.Place
                {
                    Video = row < 3 ? "a" : "b",
                    FrameIndex = row % 3,
                    Keypoints = [row * 2, 0],
                }),
        ];
        var view = _ml.Data.LoadFromEnumerable(places);
        var moved = _ml.Pose().Kinematics("Keypoints").Fit(view).Transform(view);
        Assert.Equal([0, 2, 4, 0, 2, 4], Poses.Column<float>(moved, "PathLength"));
        Assert.Equal([float.NaN, 2, 2, float.NaN, 2, 2], Poses.Column<float>(moved, "Speed"));
    }

    // Snout 10 before the middle node, tail 10 behind it.
    private static double[] Body(double x, double y, double angle) =>
        [
            x + (10 * Math.Cos(angle)),
            y + (10 * Math.Sin(angle)),
            x,
            y,
            x - (10 * Math.Cos(angle)),
            y - (10 * Math.Sin(angle)),
        ];

    private static double[] Moved(double[] shape, (double X, double Y, double Angle) move) =>
        [
            .. shape
                .Chunk(2)
                .SelectMany(p =>
                    new[]
                    {
                        (Math.Cos(move.Angle) * p[0]) - (Math.Sin(move.Angle) * p[1]) + move.X,
                        (Math.Sin(move.Angle) * p[0]) + (Math.Cos(move.Angle) * p[1]) + move.Y,
                    }
                ),
        ];

    // Places of Single near 600 px, times 30 / 4, leave about 1e-3.
    private static void AssertLast(IDataView view, string column, int animal, double expected) =>
        Assert.Equal(expected, Herd.Of(view, column, animal)[59]![0], 2e-3);

    private static double Length(float[] xy) => Math.Sqrt((xy[0] * xy[0]) + (xy[1] * xy[1]));
}
