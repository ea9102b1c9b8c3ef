using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class DrawingTests
{
    private static readonly Rgb White = new(255, 255, 255);

    private readonly MLContext _ml = new(1);

    [Fact]
    public void ADiscIsFullInsideAndSoftAtItsBorder()
    {
        using var canvas = new Canvas(21, 21);
        canvas.Disc(10, 10, 5, White);
        Assert.Equal(White, canvas.At(10, 10));
        Assert.Equal(White, canvas.At(14, 10));
        Assert.Equal(new Rgb(128, 128, 128), canvas.At(15, 10));
        Assert.Equal(default, canvas.At(16, 10));
        Assert.Equal(default, canvas.At(14, 14));
        // The area of the disc, to 2 %: Skia has 16 steps from outside to inside.
        var sum = Enumerable
            .Range(0, 21)
            .SelectMany(y => Enumerable.Range(0, 21).Select(x => canvas.At(x, y).Red / 255.0))
            .Sum();
        Assert.Equal(Math.PI * 25, sum, 0.02 * Math.PI * 25);
    }

    [Fact]
    public void ALineGoesFromEndToEnd()
    {
        using var canvas = new Canvas(30, 30);
        canvas.Line(5, 5, 25, 15, 2, White);
        Assert.Equal(White, canvas.At(5, 5));
        Assert.Equal(White, canvas.At(15, 10));
        Assert.Equal(White, canvas.At(25, 15));
        Assert.Equal(default, canvas.At(15, 14));
        Assert.Equal(default, canvas.At(28, 17));
        // Reaching over the border is fine, and so is a line without length.
        canvas.Line(-50, -50, 100, 100, 3, White);
        canvas.Line(3, 20, 3, 20, 2, White);
        Assert.Equal(White, canvas.At(3, 20));
    }

    [Fact]
    public void ARingIsEmptyInside()
    {
        using var canvas = new Canvas(21, 21);
        canvas.Ring(10, 10, 6, 2, White);
        Assert.Equal(White, canvas.At(16, 10));
        Assert.Equal(default, canvas.At(10, 10));
        Assert.Equal(default, canvas.At(19, 10));
    }

    [Fact]
    public void SmallerPicturesAreMeansAndPartsAreSquares()
    {
        // Gray 0, 10, 20 … in rows of 8.
        using var canvas = Canvas.Of(
            new IO.Frame(0, 3, 8, 1, [.. Enumerable.Range(0, 24).Select(i => (byte)(10 * i))])
        );
        using var half = canvas.Downscaled(2);
        Assert.Equal((4, 1), (half.Width, half.Height));
        Assert.InRange(half.At(1, 0).Red, 64, 66); // of 20, 30, 100 and 110
        using var part = canvas.Part(2, 1, 3, 2, 4);
        Assert.Equal((12, 8), (part.Width, part.Height));
        for (var y = 0; y < 8; y++)
        {
            for (var x = 0; x < 12; x++)
                Assert.Equal(canvas.At(2 + (x / 4), 1 + (y / 4)), part.At(x, y));
        }
    }

    [Fact]
    public void LinesOfHalfOpacityAreHalfAsBright()
    {
        using var canvas = new Canvas(20, 20);
        canvas.Line(2, 10, 18, 10, 3, White, 0.5);
        Assert.InRange(canvas.At(10, 10).Red, 127, 128);
    }

    [Theory]
    [InlineData("a.png", 0)]
    [InlineData("a.JPG", 24)]
    public void SavedPicturesAreReadAgainAndHaveTheSameBytesEachTime(string name, int tolerance)
    {
        using var folder = new TestFolder();
        byte[] Saved(string file)
        {
            using var canvas = Canvas.Of(new IO.Frame(0, 40, 60, 1, new byte[40 * 60]));
            canvas.Line(5, 5, 50, 30, 3, new Rgb(255, 159, 28));
            canvas.Text("fly 1", 30, 30, 9, new Rgb(86, 180, 233));
            canvas.Save(folder[file]);
            using var frames = IO.Video.FromFile(folder[file]).Open();
            var read = frames.Read(0);
            Assert.Equal((60, 40, 3), (read.Width, read.Height, read.Channels));
            for (var i = 0; i < 40 * 60; i++)
                Assert.InRange(Math.Abs(read.Pixels[(3 * i) + 1] - canvas.Pixels[(4 * i) + 1]), 0, tolerance);
            return File.ReadAllBytes(folder[file]);
        }
        Assert.Equal(Saved(name), Saved("b" + name));
    }

    [Fact]
    public void APictureOfAnotherKindIsRefused()
    {
        using var folder = new TestFolder();
        using var canvas = new Canvas(4, 4);
        Assert.Contains(".png, .jpg", Assert.Throws<ArgumentException>(() => canvas.Save(folder["a.bmp"])).Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void FramesAreSavedWithTheirPoses()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var labels = pose.LoadLabels(TestFolder.OpenField);
        var paths = pose.Draw(labels, folder["out"], frames: [0, 2]);
        Assert.Equal(["m4s1-000000.png", "m4s1-000002.png"], paths.Select(Path.GetFileName));
        using var drawn = MLImage.CreateFromFile(paths[0]);
        using var plain = MLImage.CreateFromFile(
            Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1", "img0000.png")
        );
        byte[] a = FrameImage.ToRgb(drawn),
            b = FrameImage.ToRgb(plain);
        Assert.Equal(b.Length, a.Length);
        int Pixel(int x, int y) => ((y * 640) + x) * 3;
        // The snout of the first frame, in the first color of the palette; far from the mouse nothing changed.
        Assert.Equal([255, 159, 28], a[Pixel(22, 265)..(Pixel(22, 265) + 3)]);
        Assert.Equal(b[Pixel(500, 400)], a[Pixel(500, 400)]);
        Assert.InRange(Enumerable.Range(0, 640 * 480).Count(i => a[3 * i] != b[3 * i]), 50, 600);
    }

    [Fact]
    public void ASheetHoldsSeveralFrames()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var labels = pose.LoadLabels(TestFolder.OpenField);
        var both = _ml.Transforms.CopyColumns("PredictedKeypoints", "Keypoints").Fit(labels).Transform(labels);
        Assert.Equal(4, pose.DrawSheet(both, folder["sheet.png"], frames: [0, 5, 9, 11], perRow: 3));
        using var sheet = MLImage.CreateFromFile(folder["sheet.png"]);
        Assert.Equal((1920, 960), (sheet.Width, sheet.Height));
        Assert.Contains(
            "no frame to draw",
            Assert.Throws<ArgumentException>(() => pose.DrawSheet(both, folder["none.png"], frames: [9999])).Message
        );
    }

    [Fact]
    public void WrongOptionsAndColumnsAreNamed()
    {
        var pose = _ml.Pose();
        var options = Assert
            .Throws<ArgumentException>(() =>
                new DrawingOptions
                {
                    NodeRadius = 0,
                    EdgeWidth = -1,
                    Palette = [],
                }.Checked()
            )
            .Message;
        Assert.Contains("NodeRadius is 0", options);
        Assert.Contains("EdgeWidth is -1", options);
        Assert.Contains("Palette", options);
        using var folder = new TestFolder();
        Assert.Contains(
            "'Image'",
            Assert.Throws<ArgumentException>(() => pose.Draw(Poses.Path(_ml, (0, 0, 0)), folder.Path)).Message
        );
    }
}
