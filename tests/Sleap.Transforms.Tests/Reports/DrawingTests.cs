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
        var canvas = new Canvas(21, 21);
        canvas.Disc(10, 10, 5, White);
        Assert.Equal(White, canvas[10, 10]);
        Assert.Equal(White, canvas[14, 10]);
        Assert.Equal(new Rgb(128, 128, 128), canvas[15, 10]);
        Assert.Equal(default, canvas[16, 10]);
        Assert.Equal(default, canvas[14, 14]);
        // The area of the disc, to a pixel.
        var sum = Enumerable
            .Range(0, 21)
            .SelectMany(y => Enumerable.Range(0, 21).Select(x => canvas[x, y].Red / 255.0))
            .Sum();
        Assert.Equal(Math.PI * 25, sum, 1.0);
    }

    [Fact]
    public void ALineGoesFromEndToEnd()
    {
        var canvas = new Canvas(30, 30);
        canvas.Line(5, 5, 25, 15, 2, White);
        Assert.Equal(White, canvas[5, 5]);
        Assert.Equal(White, canvas[15, 10]);
        Assert.Equal(White, canvas[25, 15]);
        Assert.Equal(default, canvas[15, 14]);
        Assert.Equal(default, canvas[28, 17]);
        // Reaching over the border is fine, and so is a line without length.
        canvas.Line(-50, -50, 100, 100, 3, White);
        canvas.Line(3, 20, 3, 20, 2, White);
        Assert.Equal(White, canvas[3, 20]);
    }

    [Fact]
    public void ARingIsEmptyInside()
    {
        var canvas = new Canvas(21, 21);
        canvas.Ring(10, 10, 6, 2, White);
        Assert.Equal(White, canvas[16, 10]);
        Assert.Equal(default, canvas[10, 10]);
        Assert.Equal(default, canvas[19, 10]);
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
