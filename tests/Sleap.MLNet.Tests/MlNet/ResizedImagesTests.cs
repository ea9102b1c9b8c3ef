using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// ML.NET's ResizeImages before a model: the poses are in pixels of the small image, which is told wherever it matters.
/// </summary>
public sealed class ResizedImagesTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];
    private readonly List<SpotFolder> _spots = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("resized-").FullName;

    public ResizedImagesTests() =>
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
            {
                lock (_warnings)
                    _warnings.Add(entry.Message);
            }
        };

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose()
    {
        foreach (var spots in _spots)
            spots.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void Poses_in_pixels_of_a_resized_image_are_not_saved_for_the_video(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var video = SampleModels.Frames(_ml, kind, 2);
        var poses = model.Transform(Resized(160, 128).Fit(video).Transform(video));
        var file = Path.Combine(_folder, "poses.slp");
        var shape = Assert.Single(Pose.ToLabels(model.Transform(video)).Videos).Shape!.Value;

        var error = Assert.Throws<ArgumentException>(() => Pose.SaveLabels(poses, file)).Message;
        Assert.StartsWith(
            $"ToLabels: the model read images of 160 x 128 pixels (width x height), and the frames of "
                + $"the video '{Path.GetFullPath(SampleModels.VideoOf(kind))}' have {shape.Width} x {shape.Height}: ",
            error
        );
        Assert.Contains("without ResizeImages", error);
        Assert.False(File.Exists(file));
        Assert.Equal(error, Assert.Throws<ArgumentException>(() => Pose.ToLabels(poses)).Message);
        Assert.Equal(
            error,
            Assert.Throws<ArgumentException>(() => Pose.Report(poses, Path.Combine(_folder, "report"))).Message
        );
        var chain = Resized(160, 128).Fit(video).Append(model);
        Assert.StartsWith(
            "Predict: the model read images of 160 x 128",
            Assert.Throws<ArgumentException>(() => Pose.Predict(chain, video)).Message
        );

        // What follows a model keeps it, and so does ML.NET's cache.
        var later = _ml.Data.Cache(Pose.Smooth("PredictedKeypoints").Append(Pose.Track()).Fit(poses).Transform(poses));
        Assert.Equal(error, Assert.Throws<ArgumentException>(() => Pose.ToLabels(later)).Message);
    }

    [Fact]
    public void Images_of_the_videos_own_size_and_images_without_a_video_are_saved()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var video = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 2);
        var shape = Pose.ToLabels(model.Transform(video)).Videos[0].Shape!.Value;
        var same = model.Transform(Resized(shape.Width, shape.Height).Fit(video).Transform(video));
        Assert.Equal(2, Pose.ToLabels(same).Frames.Count);

        var small = Resized(160, 128).Fit(video).Transform(video);
        var nowhere = model.Transform(_ml.Transforms.DropColumns("Video").Fit(small).Transform(small));
        Assert.Equal(2, Pose.ToLabels(nowhere).Frames.Count);
    }

    [Fact]
    public void An_estimator_announces_that_its_poses_carry_the_size_of_their_images()
    {
        using var pairs = new PairFolder(2);
        var small = Resized(64, 48).Fit(pairs.View(_ml)).Transform(pairs.View(_ml));
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown);
        Assert.Equal((48, 64), ImageSizeAnnotation.Read(model.GetOutputSchema(small.Schema)["PredictedKeypoints"]));
        Assert.Equal(
            model.Skeleton,
            SkeletonAnnotations.Read(model.GetOutputSchema(small.Schema)["PredictedKeypoints"])
        );
        Assert.Null(ImageSizeAnnotation.Read(model.GetOutputSchema(pairs.View(_ml).Schema)["PredictedKeypoints"]));
        var announced = Pose.TopDown()
            .GetOutputSchema(Resized(64, 48).GetOutputSchema(SchemaShapes.Of(pairs.View(_ml).Schema)));
        Assert.Contains(
            announced.Single(column => column.Name == "PredictedKeypoints").Annotations,
            annotation => annotation.Name == "ImageSize"
        );
    }

    [Fact]
    public void Labels_of_the_full_frame_are_not_learned_on_resized_images()
    {
        using var pairs = new PairFolder(8);
        var labels = Resized(PairFolder.Width / 2, PairFolder.Height / 2)
            .Fit(pairs.View(_ml))
            .Transform(pairs.View(_ml));
        Assert.All(
            new Func<IDataView, PoseModelTransformer>[]
            {
                view =>
                    Pose.Centroid(
                            new()
                            {
                                Backbone = Backbone,
                                Training = Training,
                                Device = "cpu",
                            }
                        )
                        .Fit(view),
                view =>
                    Pose.BottomUp(
                            new()
                            {
                                Backbone = Backbone,
                                Training = Training,
                                Device = "cpu",
                            }
                        )
                        .Fit(view),
                view =>
                    Pose.TopDown(
                            new()
                            {
                                Centroid = new() { Backbone = Backbone, Training = Training },
                                CenteredInstance = new() { Backbone = Backbone, Training = Training },
                                Device = "cpu",
                            }
                        )
                        .Fit(view),
            },
            fit =>
            {
                var error = Assert.Throws<InvalidOperationException>(() => fit(labels)).Message;
                Assert.Contains("labeled nodes lie outside the image in ", error);
                Assert.Contains("of 8 frames of pairs-", error);
                Assert.Contains("an image of 64 x 48 pixels", error);
                Assert.Contains("ResizeImages", error);
            }
        );
        using var spots = new SpotFolder(6);
        var single = Resized(48, 32).Fit(spots.View(_ml)).Transform(spots.View(_ml));
        Assert.StartsWith(
            "SingleInstance: labeled nodes lie outside",
            Assert.Throws<InvalidOperationException>(() => Single.Fit(single)).Message
        );
    }

    // Frames, those with a node outside, and by how many pixels; the image is 96 wide.
    [Theory]
    // an image ends half a pixel beyond the last pixel's center, and one pixel is nothing
    [InlineData(10, 10, 1.4, false)]
    [InlineData(10, 10, 2.3, true)] // just over the border, in all frames
    [InlineData(20, 1, 60, true)] // one slip
    public void Sloppy_labels_are_a_warning_that_names_the_frames(int frames, int outside, double by, bool warns)
    {
        using var model = Single.Fit(Outside(frames, outside, by));
        var warnings = _warnings
            .Where(text => text.Contains("nodes lie outside the image", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(warns ? 1 : 0, warnings.Count);
        if (!warns)
            return;
        Assert.Contains($"In {outside} of {frames} labeled frames", warnings[0]);
        Assert.Contains("'dark' at (", warnings[0]);
        Assert.Contains("in frame 0 of ", warnings[0]);
        Assert.Contains("an image of 96 x 64 pixels", warnings[0]);
    }

    [Theory]
    [InlineData(10, 6, 5)]
    [InlineData(20, 2, 30)]
    [InlineData(1, 1, 30)]
    public void Labels_far_outside_or_outside_in_most_frames_are_an_error(int frames, int outside, double by) =>
        Assert.Contains(
            $"in {outside} of {frames} frames",
            Assert.Throws<InvalidOperationException>(() => Single.Fit(Outside(frames, outside, by))).Message
        );

    private static UNetOptions Backbone =>
        new()
        {
            Filters = 4,
            FiltersRate = 2,
            MaxStride = 8,
            OutputStride = 4,
        };

    private static TrainerOptions Training =>
        new()
        {
            Epochs = 1,
            StepsPerEpoch = 1,
            BatchSize = 2,
            Seed = 1,
            Precision = Precision.Single,
        };

    private SingleInstanceEstimator Single =>
        Pose.SingleInstance(
            new()
            {
                Backbone = Backbone,
                Training = Training,
                Device = "cpu",
            }
        );

    private ImageResizingEstimator Resized(int width, int height) =>
        _ml.Transforms.ResizeImages("Image", width, height);

    /// <summary>Frames of 96 × 64 whose first ones have the second node to the right of the image.</summary>
    private IDataView Outside(int frames, int outside, double by)
    {
        var folder = new SpotFolder(frames);
        _spots.Add(folder);
        return Pose.FromLabels(
            new Labels(
                folder.Labels.Frames.Select(
                    (frame, i) =>
                        i >= outside
                            ? frame
                            : new LabeledFrame
                            {
                                Video = frame.Video,
                                FrameIndex = frame.FrameIndex,
                                Instances =
                                [
                                    new Instance
                                    {
                                        Skeleton = SpotFolder.Skeleton,
                                        Points = [frame.Instances[0].Points[0], new Point(95 + by, 20)],
                                    },
                                ],
                            }
                ),
                folder.Labels.Videos,
                folder.Labels.Skeletons
            )
        );
    }
}
