using Microsoft.ML;
using Sleap.IO;
using Xunit.Abstractions;

namespace Sleap.Transforms.Tests;

/// <summary>Optical flow on made images whose motion is known, and what it does for tracks.</summary>
public sealed class OpticalFlowTests(ITestOutputHelper output)
{
    private const int Height = 160,
        Width = 240;
    private static readonly TrackingOptions Options = new() { Motion = TrackMotion.OpticalFlow };
    private readonly MLContext _ml = new(seed: 1);

    // Sums of waves in many directions: structure everywhere, at all scales that the window sees.
    private static readonly (double U, double V, double Phase)[] Waves =
    [
        .. Enumerable
            .Range(0, 24)
            .Select(i => (Math.Cos(i * 2.4) * (0.05 + (0.012 * i)), Math.Sin(i * 2.4) * (0.05 + (0.012 * i)), i * 1.7)),
    ];

    // Shifts are found to 0.1 px and far nearer. A window only shifts: where the image turns, its parts move
    // differently, and a node is off by at most the turn times half of the window's 21 pixels.
    [Theory]
    [InlineData(0, 0, 0, 0.01)]
    [InlineData(2.3, -1.7, 0, 0.1)]
    [InlineData(0.25, 0.5, 0, 0.1)]
    [InlineData(-14.6, 9.2, 0, 0.1)]
    [InlineData(0, 0, 0.5, 0.1)]
    [InlineData(3, 2, -0.5, 0.1)]
    [InlineData(0, 0, 4, 0.73)]
    [InlineData(3, 2, -3, 0.55)]
    public void Points_follow_shifts_and_turns(double dx, double dy, double degrees, double tolerance)
    {
        var (cosine, sine) = (Math.Cos(degrees * Math.PI / 180), Math.Sin(degrees * Math.PI / 180));
        (double X, double Y) Move(double x, double y) =>
            (120 + (cosine * (x - 120)) - (sine * (y - 80)) + dx, 80 + (sine * (x - 120)) + (cosine * (y - 80)) + dy);
        // The second image shows at a place what the first has where the motion came from.
        FlowImage from = Image(Texture),
            to = Image(
                (x, y) =>
                {
                    double u = x - 120 - dx,
                        v = y - 80 - dy;
                    return Texture(120 + (cosine * u) + (sine * v), 80 - (sine * u) + (cosine * v));
                }
            );
        double[] points = [60, 60, 120.5, 80.25, 170, 100, 90.7, 110.1, 150, 50];
        var found = LucasKanade.Follow(from, to, points, 1, 21);
        double largest = 0;
        for (var i = 0; i < points.Length; i += 2)
        {
            (var x, var y) = Move(points[i], points[i + 1]);
            largest = Math.Max(largest, Math.Sqrt(Math.Pow(found[i] - x, 2) + Math.Pow(found[i + 1] - y, 2)));
        }
        output.WriteLine($"({dx}, {dy}) and {degrees} degrees: largest error {largest:0.0000} px");
        Assert.InRange(largest, 0, tolerance);
    }

    [Fact]
    public void Half_the_image_is_enough_where_half_a_pixel_is()
    {
        var half = Options with { FlowScale = 0.5 };
        var found = LucasKanade.Follow(
            Image(Texture, half),
            Image((x, y) => Texture(x - 6, y + 4), half),
            [120, 80],
            0.5,
            21
        );
        Assert.Equal(126, found[0], 0.5);
        Assert.Equal(76, found[1], 0.5);
    }

    [Fact]
    public void Where_there_is_nothing_to_follow_there_is_no_place()
    {
        void Lost(FlowImage from, FlowImage to, params double[] points) =>
            Assert.All(LucasKanade.Follow(from, to, points, 1, 21), value => Assert.True(double.IsNaN(value)));
        var textured = Image(Texture);
        Lost(Image((_, _) => 77), Image((_, _) => 77), 120, 80);
        // an edge can slide along itself
        Lost(Image((x, _) => 2 * (x % 100)), Image((x, _) => 2 * (x % 100)), 50, 80);
        Lost(textured, textured, double.NaN, double.NaN, -40, 80, 120, 400);
    }

    [Fact]
    public void Images_smaller_than_the_window_have_no_copies()
    {
        Assert.Single(FlowImage.Of(new byte[30 * 30], 30, 30, 1, Options).Levels);
        Assert.Equal(
            [(160, 240), (80, 120), (40, 60)],
            Image(Texture).Levels.Select(level => (level.Height, level.Width))
        );
        Assert.Equal(4, FlowImage.Of(new byte[400 * 400], 400, 400, 1, Options).Levels.Count);
    }

    [Fact]
    public void Gray_and_RGB_are_one_image()
    {
        byte[] gray = Pixels(Texture),
            color = [.. gray.SelectMany(value => new[] { value, value, value })];
        var a = LucasKanade.Follow(Image(Texture), Image((x, y) => Texture(x - 2, y)), [120, 80], 1, 21);
        var b = LucasKanade.Follow(
            FlowImage.Of(color, Height, Width, 3, Options),
            Image((x, y) => Texture(x - 2, y)),
            [120, 80],
            1,
            21
        );
        Assert.Equal(a[0], b[0], 0.001);
    }

    // Two animals one behind the other, each of which is in every frame where the other was in the frame before.
    [Fact]
    public void It_tells_animals_apart_that_take_each_other_s_place()
    {
        using TestFolder folder = new();
        var labels = Chase(folder, frames: 4);
        string[] Names(TrackMotion motion) =>
            [
                .. _ml.Pose()
                    .Track(labels, new TrackingOptions { MaxTracks = 2, Motion = motion })
                    .Frames.Select(frame => frame.Instances[0].Track?.Name ?? "none"),
            ];
        Assert.Equal(["track_0", "track_0", "track_0", "track_0"], Names(TrackMotion.OpticalFlow));
        Assert.NotEqual(["track_0", "track_0", "track_0", "track_0"], Names(TrackMotion.None));

        // A view gives the same, from its image column, and after saving.
        var view = _ml.Pose()
            .FromLabels(labels, new LabelsOptions { Instances = InstanceChoice.All, Layout = InstanceLayout.Many });
        var fitted = _ml.Pose()
            .Track(
                new TrackingOptions
                {
                    MaxTracks = 2,
                    Motion = TrackMotion.OpticalFlow,
                    FlowLevels = 4,
                    Columns = new() { PredictedKeypoints = "Keypoints", Keypoints = "Unused" },
                }
            )
            .Fit(view);
        _ml.Model.Save(fitted, view.Schema, folder["flow.zip"]);
        var loaded = (TrackingTransformer)_ml.Model.Load(folder["flow.zip"], out _);
        // only the columns it reads and writes are saved
        Assert.Equal(fitted.Options with { Columns = loaded.Options.Columns }, loaded.Options);
        Assert.All(
            Poses.Column<uint[]>(loaded.Transform(view), "PredictedTrack"),
            keys => Assert.Equal([1u, 2u], keys)
        );
    }

    [Fact]
    public void Without_images_it_is_an_error_that_names_them()
    {
        Skeleton skeleton = new("pair", ["a", "b"]);
        Labels labels = new([
            new LabeledFrame
            {
                Video = Video.FromFile("nowhere.mp4"),
                FrameIndex = 0,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = skeleton,
                        Points = [new Point(1, 2), new Point(3, 4)],
                        IsPredicted = true,
                    },
                ],
            },
        ]);
        Assert.Contains("nowhere.mp4", Assert.ThrowsAny<IOException>(() => _ml.Pose().Track(labels, Options)).Message);
        var view = _ml.Pose()
            .FromLabels(labels, new LabelsOptions { Instances = InstanceChoice.All, Layout = InstanceLayout.Many });
        view = _ml.Transforms.DropColumns("Image").Fit(view).Transform(view);
        Assert.Contains(
            "Image",
            Assert
                .Throws<ArgumentException>(() =>
                    _ml.Pose()
                        .Track(
                            Options with
                            {
                                Columns = new() { PredictedKeypoints = "Keypoints", Keypoints = "Unused" },
                            }
                        )
                        .Fit(view)
                )
                .Message
        );
        var faults = Assert
            .Throws<ArgumentException>(() =>
                _ml.Pose().Track(Options with { FlowScale = 0, FlowWindow = 2, FlowLevels = -1 })
            )
            .Message;
        foreach (var part in (string[])["FlowScale is 0", "FlowWindow is 2", "FlowLevels is -1"])
            Assert.Contains(part, faults);
    }

    private static double Texture(double x, double y) =>
        128 + Waves.Sum(wave => 18 * Math.Sin((wave.U * x) + (wave.V * y) + wave.Phase));

    private static byte[] Pixels(Func<double, double, double> value)
    {
        var pixels = new byte[Height * Width];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                pixels[(y * Width) + x] = (byte)Math.Clamp(Math.Round(value(x, y)), 0, 255);
        }

        return pixels;
    }

    private static FlowImage Image(Func<double, double, double> value, TrackingOptions? options = null) =>
        FlowImage.Of(Pixels(value), Height, Width, 1, options ?? Options);

    private static Labels Chase(TestFolder folder, int frames)
    {
        Skeleton skeleton = new("walker", ["head", "tail"]);
        List<string> paths = [];
        List<Instance[]> animals = [];
        for (var frame = 0; frame < frames; frame++)
        {
            double[] places = [50 + (30 * frame), 80 + (30 * frame)];
            var pixels = Pixels(
                (x, y) =>
                    120
                    + places
                        .Select(
                            (place, animal) =>
                                Math.Exp(-(Math.Pow(x - place, 2) + Math.Pow(y - 80, 2)) / 200)
                                * (Texture(x - place + (400 * animal), y) - 128)
                        )
                        .Sum()
            );
            var path = folder[$"{frame:00}.png"];
            using (var canvas = Canvas.Of(new Frame(0, Height, Width, 1, pixels)))
                canvas.Save(path);
            paths.Add(path);
            animals.Add([
                .. places.Select(place => new Instance
                {
                    Skeleton = skeleton,
                    Points = [new Point(place + 5, 80), new Point(place - 5, 80)],
                    IsPredicted = true,
                    Score = 1,
                }),
            ]);
        }
        var video = Video.FromImages(paths);
        return new Labels(
            animals.Select(
                (instances, frame) =>
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = frame,
                        Instances = instances,
                    }
            ),
            [video],
            [skeleton]
        );
    }
}
