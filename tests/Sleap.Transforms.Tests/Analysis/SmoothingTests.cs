using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class SmoothingTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void TheMedianRemovesAnOutlierAndTheMeanSpreadsIt()
    {
        var path = Poses.Path(_ml, (0, 1, 0), (1, 2, 0), (2, 90, 0), (3, 4, 0), (4, 5, 0));
        Assert.Equal([1.5f, 2, 4, 5, 4.5f], Xs(_ml.Pose().Smooth("Keypoints", 3), path));
        Assert.Equal([1.5f, 31, 32, 33, 4.5f], Xs(_ml.Pose().Smooth("Keypoints", 3, SmoothMethod.Mean), path));
    }

    [Fact]
    public void MissingPointsStayMissingAndDoNotCount()
    {
        var path = Poses.Path(_ml, (0, 1, 0), (1, float.NaN, float.NaN), (2, 3, 0), (3, 7, 0));
        Assert.Equal([1, float.NaN, 5, 5], Xs(_ml.Pose().Smooth("Keypoints", 3), path));
    }

    [Fact]
    public void FramesLeftOutAreNoNeighbors()
    {
        var path = Poses.Path(_ml, (0, 1, 0), (10, 5, 0), (20, 9, 0), (21, 11, 0));
        Assert.Equal([1, 5, 10, 10], Xs(_ml.Pose().Smooth("Keypoints", 5), path));
    }

    [Fact]
    public void AnotherVideoIsNoNeighbor()
    {
        var path = _ml.Data.LoadFromEnumerable(
            new[]
            {
                new Poses.Place
                {
                    Video = "a",
                    FrameIndex = 0,
                    Keypoints = [1, 0],
                },
                new Poses.Place
                {
                    Video = "b",
                    FrameIndex = 1,
                    Keypoints = [100, 0],
                },
            }
        );
        Assert.Equal([1, 100], Xs(_ml.Pose().Smooth("Keypoints", 5), path));
    }

    [Property(MaxTest = 100)]
    public Property StreamingIsTheSameAsAllAtOnce() =>
        Prop.ForAll(
            Gen.Choose(0, 40).ToArbitrary(),
            Gen.Choose(0, 4).ToArbitrary(),
            Gen.Choose(0, 10000).ToArbitrary(),
            (rows, half, seed) =>
            {
                var random = new Random(seed);
                var frame = 0;
                (int Frame, float X, float Y)[] path =
                [
                    .. Enumerable
                        .Range(0, rows)
                        .Select(_ =>
                            (frame += random.Next(1, 3), random.Next(5) == 0 ? float.NaN : random.Next(100), 0f)
                        ),
                ];
                float[] expected =
                [
                    .. path.Select(center =>
                        float.IsNaN(center.X)
                            ? float.NaN
                            : Median(
                                path.Where(other =>
                                        Math.Abs(other.Frame - center.Frame) <= half && !float.IsNaN(other.X)
                                    )
                                    .Select(other => other.X)
                            )
                    ),
                ];
                Assert.Equal(expected, Xs(_ml.Pose().Smooth("Keypoints", (2 * half) + 1), Poses.Path(_ml, path)));
            }
        );

    [Fact]
    public void TheShapeAnnouncedIsTheShapeGiven()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        Shapes.CheckAnnouncement(_ml.Pose().Smooth("Keypoints"), labels);
        Shapes.CheckAnnouncement(_ml.Pose().Smooth("Keypoints", outputColumn: "Smooth"), labels);
        Shapes.CheckAnnouncement(_ml.Pose().Smooth("Keypoints"), Poses.Path(_ml, (0, 0, 0)));
    }

    [Fact]
    public void TheSkeletonAndTheSlotNamesStay()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        var smooth = _ml.Pose().Smooth("Keypoints").Fit(labels).Transform(labels);
        Assert.Equal(
            SkeletonAnnotations.Read(labels.Schema["Keypoints"]),
            SkeletonAnnotations.Read(smooth.Schema["Keypoints"])
        );
        Assert.True(smooth.Schema["Keypoints"].HasSlotNames());
        Assert.Equal(labels.Schema.Count, smooth.Schema.Count(column => !column.IsHidden));
    }

    [Fact]
    public void AChainOfBothIsSavedAndLoaded()
    {
        using var folder = new TestFolder();
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        var pipeline = _ml
            .Transforms.CopyColumns("PredictedKeypoints", "Keypoints")
            .Append(_ml.Pose().Smooth("PredictedKeypoints", 5, SmoothMethod.Mean))
            .Append(_ml.Transforms.CopyColumns("Copy", "PredictedKeypoints"))
            .Append(
                _ml.Pose()
                    .Kinematics(
                        "Copy",
                        new KinematicsOptions
                        {
                            HeadingFrom = "tailbase",
                            HeadingTo = "snout",
                            FramesPerSecond = 30,
                            PixelsPerUnit = 2,
                        }
                    )
            );
        ITransformer model = pipeline.Fit(labels);
        Assert.Equal(
            Shapes.Of(model.Transform(labels)).Select(Shapes.Describe),
            pipeline.GetOutputSchema(Shapes.Of(labels)).Select(Shapes.Describe)
        );
        _ml.Model.Save(model, labels.Schema, folder["model.zip"]);
        var loaded = new MLContext(7).Model.Load(folder["model.zip"], out _);
        IDataView expected = model.Transform(labels),
            found = loaded.Transform(labels);
        foreach (var column in new[] { "Speed", "Heading", "TurnRate" })
            Assert.Equal(Poses.Column<float>(expected, column), Poses.Column<float>(found, column));
        Assert.Equal(Poses.Column<float[]>(expected, "Copy"), Poses.Column<float[]>(found, "Copy"));
        Assert.Contains(Poses.Column<float>(found, "Heading"), heading => !float.IsNaN(heading));
    }

    [Fact]
    public void PicturesPassThroughASmoothedView()
    {
        var labels = _ml.Data.TakeRows(_ml.Pose().LoadLabels(TestFolder.OpenField), 6);
        var smooth = _ml.Pose().Smooth("Keypoints").Fit(labels).Transform(labels);
        DataViewSchema.Column[] columns =
        [
            smooth.Schema["Keypoints"],
            smooth.Schema["Image"],
            smooth.Schema["FrameIndex"],
        ];
        using var cursor = smooth.GetRowCursor(columns);
        using var plain = labels.GetRowCursor([labels.Schema["Image"]]);
        ValueGetter<MLImage> image = cursor.GetGetter<MLImage>(columns[1]),
            original = plain.GetGetter<MLImage>(labels.Schema["Image"]);
        MLImage a = null!,
            b = null!;
        while (cursor.MoveNext())
        {
            Assert.True(plain.MoveNext());
            image(ref a);
            original(ref b);
            Assert.True(a.Pixels.SequenceEqual(b.Pixels));
        }
        Assert.False(plain.MoveNext());
    }

    [Fact]
    public void WrongInputIsNamed()
    {
        var pose = _ml.Pose();
        var options = Assert
            .Throws<ArgumentException>(() => pose.Smooth("K", outputColumn: "", window: 4, method: (SmoothMethod)9))
            .Message;
        Assert.Contains("no name", options);
        Assert.Contains("Window is 4", options);
        Assert.Contains("Method is 9", options);
        Assert.Throws<ArgumentException>(() => pose.Smooth(""));
        var rich = new RichView(2);
        foreach (var column in new[] { "Text", "Vector", "Nowhere" })
        {
            var fit = Assert.Throws<ArgumentException>(() => pose.Smooth(column).Fit(rich)).Message;
            Assert.Contains($"'{column}'", fit);
            Assert.Contains("keypoints: Vector<Single, nodes, 2>", fit);
        }
        // A shape does not know the dimensions of "Vector".
        foreach (var column in new[] { "Text", "Nowhere" })
        {
            Assert.Contains(
                $"'{column}'",
                Assert.Throws<ArgumentException>(() => pose.Smooth(column).GetOutputSchema(Shapes.Of(rich))).Message
            );
        }

        Assert.Contains("String", Assert.Throws<ArgumentException>(() => pose.Smooth("Text").Fit(rich)).Message);
    }

    private static float Median(IEnumerable<float> values)
    {
        float[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static float[] Xs(AnalysisEstimator<SmoothOptions> smooth, IDataView view) =>
        [.. Poses.Column<float[]>(smooth.Fit(view).Transform(view), "Keypoints").Select(k => k[0])];
}
