using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Crops of boxes, sleap-nn's <c>crop_mode: bbox</c>.</summary>
public sealed class BoxCropsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("boxes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Sides_and_places_are_those_of_the_aspect()
    {
        // 20 × 10 around (30, 25); the margin of 0.1 adds a fifth of the longer side to both.
        var box = new Box(20, 20, 40, 30);
        var square = new BoxCrops().WindowOf(box, 48);
        Assert.Equal(0.5, square.StepX, 1e-6); // 24 frame pixels in 48
        Assert.Equal(0.5, square.StepY, 1e-6);
        var stretched = new BoxCrops { Aspect = BoxAspect.Stretch }.WindowOf(box, 48);
        Assert.Equal(24 / 48.0, stretched.StepX, 1e-6);
        Assert.Equal(14 / 48.0, stretched.StepY, 1e-6);
        Assert.Equal(24, new BoxCrops().SideOf(box), 1e-6);
        // A minimum, and at least a pixel.
        Assert.Equal(
            60 / 48.0,
            new BoxCrops { MinSize = 60 }
                .WindowOf(box, 48)
                .StepX
        );
        Assert.Equal(
            1 / 48.0,
            new BoxCrops { Padding = 0 }
                .WindowOf(new(5, 5, 5, 5), 48)
                .StepX
        );
        // (p + 0.5 − origin) · crop / side − 0.5, with the origin half a side before the center in pixel edges.
        float[] point = [20, 25];
        square.ToCrop(point);
        Assert.Equal((20 + 0.5f - 18.5f) * 2 - 0.5f, point[0], 1e-4f);
        Assert.Equal((25 + 0.5f - 13.5f) * 2 - 0.5f, point[1], 1e-4f);
        square.ToFrame(point);
        Assert.Equal(20, point[0], 1e-4f);
        Assert.Equal(25, point[1], 1e-4f);
        Assert.Equal(2, square.Scale, 1e-4f);
        // Frame pixels around nodes, times the scale of the points.
        Assert.Equal(new Box(14, 14, 46, 36), new BoxCrops { NodePadding = 3 }.BoxOf([20, 20, 40, 30], scale: 2));
    }

    /// <summary>A ramp stays the same ramp however it is resampled, away from the border of the frame.</summary>
    [Property(MaxTest = 100)]
    public void Pixels_and_points_stay_together(int seed)
    {
        var random = new Random(seed);
        var (height, width, channels) = (120, 160, random.Next(2) == 0 ? 1 : 3);
        var frame = new byte[height * width * channels];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = Ramp(i / channels % width, i / channels / width);
        double left = 20 + random.NextDouble() * 40,
            top = 20 + random.NextDouble() * 30;
        var box = new Box(left, top, left + 5 + random.NextDouble() * 50, top + 5 + random.NextDouble() * 30);
        var size = random.Next(8, 90);
        var window = new BoxCrops { Padding = 0, Aspect = (BoxAspect)random.Next(3) }.WindowOf(box, size);
        var crop = new byte[size * size * channels];
        random.NextBytes(crop); // what was there before must not show
        window.Cut(new FramePixels(frame, height, width, channels), crop);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                float[] place = [x, y];
                window.ToFrame(place);
                // Of a letterbox what lies in the box; a hundredth of a pixel is rounding.
                bool IsIn(double margin) =>
                    place[0] >= box.Left - margin
                    && place[0] <= box.Right + margin
                    && place[1] >= box.Top - margin
                    && place[1] <= box.Bottom + margin;
                if (!(place[0] > 4 && place[1] > 4 && place[0] < width - 5 && place[1] < height - 5))
                    continue;
                var value = crop[(y * size + x) * channels];
                // A gray level: half a level of rounding in the frame and in the crop each; and half of one where the
                // places of whole pixels weigh a little more on one side.
                var expected = 40 + 0.8 * place[0] + 0.5 * place[1];
                var isRight = Math.Abs(value - expected) <= 1.5;
                var (mayBeShown, isShown) = (
                    window.Content is null || IsIn(0.01),
                    window.Content is null || IsIn(-0.01)
                );
                Assert.True(
                    isShown ? isRight : mayBeShown || value == 0,
                    $"{value} at {place[0]}, {place[1]}: {window}"
                );
            }
        }

        static byte Ramp(int x, int y) => (byte)Math.Round(40 + 0.8 * x + 0.5 * y);
    }

    [Fact]
    public void What_lies_outside_of_the_frame_or_of_a_letterbox_is_0_and_huge_boxes_are_fast()
    {
        var white = Enumerable.Repeat((byte)255, 40 * 60).ToArray();
        byte[] Crop(BoxCrops crops, Box box)
        {
            var crop = new byte[32 * 32];
            crops.WindowOf(box, 32).Cut(new FramePixels(white, 40, 60, 1), crop);
            return crop;
        }

        var corner = Crop(new() { Padding = 0 }, new(-16.5, -16.5, 15.5, 15.5));
        Assert.All(Enumerable.Range(0, 32 * 32), i => Assert.Equal(i % 32 < 16 || i / 32 < 16 ? 0 : 255, corner[i]));
        // 24 × 12 with a margin of 0.125 of 24 on each side: 30 wide and 18 high.
        var flat = Crop(new() { Padding = 0.125f, Aspect = BoxAspect.Letterbox }, new(10, 10, 34, 22));
        Assert.Equal(0, flat[16]);
        Assert.Equal(255, flat[16 * 32 + 16]);
        // 18 of 30 pixels are shown.
        Assert.Equal(32 * 18 / 30.0, Enumerable.Range(0, 32).Count(y => flat[y * 32 + 16] > 0), 1.0);
        Assert.Equal(0, Crop(new(), new(-1e9, -1e9, 1e9, 1e9)).Max());
        Assert.Equal(0, Crop(new(), new(float.NegativeInfinity, 0, float.PositiveInfinity, 1)).Max());
    }

    [Fact]
    public void A_model_learns_from_crops_of_boxes_and_predicts_in_boxes()
    {
        using var pairs = new PairFolder(24);
        var ml = new MLContext(1);
        var config = Config(
            "crop_mode: bbox, crop_bbox_aspect: square, crop_bbox_padding: 0.5, min_crop_size: null",
            "bbox_padding: 2"
        );
        var options = (CenteredInstanceOptions)config.Options;
        Assert.Empty(config.Remarks);
        Assert.Equal(CropSource.Boxes, options.CropSource);
        var view = pairs.View(ml);
        using var model = ml.Pose()
            .CenteredInstance(
                options with
                {
                    CropSource = CropSource.Labels,
                    Device = "cpu",
                    Training = SeveralAnimalsTraining,
                    Augmentation = AugmentationOptions.None,
                }
            )
            .Fit(view);
        // The median side, and a quarter of it as the minimum.
        Assert.Equal(0, model.Options.CropSize % 8);
        Assert.InRange(model.Options.BoxCrops!.MinSize!.Value, 5, 10);
        using var unseen = new PairFolder(8, seed: 5);
        var metrics = ml.Pose().Evaluate(model.Transform(unseen.View(ml)));
        Assert.True(metrics.Rmse < 1.5, $"{metrics}");

        // The same boxes from a column, after saving and loading.
        var file = Path.Combine(_folder, "model.zip");
        using (var inBoxes = model.With(CropSource.Boxes, "Boxes"))
            ml.Model.Save(inBoxes, view.Schema, file);
        using var loaded = (CenteredInstanceTransformer)ml.Model.Load(file, out _);
        var boxed = ml
            .Transforms.CustomMapping<Labeled, Boxed>((row, boxes) => boxes.Boxes = BoxesOf(row.Keypoints), null)
            .Fit(unseen.View(ml))
            .Transform(unseen.View(ml));
        Assert.Equal(metrics.Rmse, ml.Pose().Evaluate(loaded.Transform(boxed)).Rmse, 1e-3);

        var written = ml.Pose().SaveSleap(model, Path.Combine(_folder, "sleap"));
        using var again = (CenteredInstanceTransformer)ml.Pose().FromSleap([.. written]);
        Assert.Equal(model.Options.BoxCrops, again.Options.BoxCrops);
        Assert.Equal(model.Options.CropSize, again.Options.CropSize);
        Assert.Equal(CropSource.Boxes, again.Options.CropSource);
    }

    [Fact]
    public void Boxes_come_from_a_detector_or_from_labels_and_not_from_a_centroid_model()
    {
        var options = (CenteredInstanceOptions)Config("crop_mode: bbox").Options;
        var pose = new MLContext(1).Pose();
        var alone = Assert.Throws<ArgumentException>(() =>
            pose.CenteredInstance(options with { CropSource = CropSource.Centroids })
        );
        Assert.Contains("CropSource is Centroids", alone.Message);
        var both = Assert.Throws<ArgumentException>(() => pose.TopDown(new() { CenteredInstance = options }));
        Assert.Contains("a centroid model finds no boxes", both.Message);
        Assert.Contains(
            "crop_mode (line ",
            Assert.Throws<PoseFormatException>(() => Config("crop_mode: oval")).Message
        );
        Assert.Contains(
            "data_config.bbox_source is not honoured: boxes and masks of labels are not read",
            string.Join("; ", Config("crop_mode: bbox", "bbox_source: masks").Remarks)
        );
        Assert.Empty(Config("crop_mode: bbox", "bbox_source: instances").Remarks);
        Assert.Empty(Config("crop_mode: fixed, crop_bbox_padding: 0.3", "bbox_source: masks").Remarks);
    }

    private static TrainerOptions SeveralAnimalsTraining =>
        new()
        {
            Epochs = 12,
            StepsPerEpoch = 25,
            BatchSize = 8,
            Seed = 1,
            Device = "cpu",
        };

    private SleapConfig Config(string preprocessing, string data = "provider: LabelsReader")
    {
        var path = Path.Combine(_folder, "config.yaml");
        File.WriteAllText(
            path,
            $$"""
            data_config:
              preprocessing: {{{preprocessing}}}
              {{data}}
            model_config:
              backbone_config:
                unet: {filters: 4, filters_rate: 2, max_stride: 8, output_stride: 2}
              head_configs:
                centered_instance:
                  confmaps: {sigma: 1.5, output_stride: 2}
            """
        );
        return SleapConfig.Read(path);
    }

    // The boxes of the labels as the crops of the model would make them: two pixels around the nodes.
    private static float[] BoxesOf(float[] keypoints) =>
        [
            .. keypoints
                .Chunk(4)
                .SelectMany(p =>
                    new[]
                    {
                        Math.Min(p[0], p[2]) - 2,
                        Math.Min(p[1], p[3]) - 2,
                        Math.Max(p[0], p[2]) + 2,
                        Math.Max(p[1], p[3]) + 2,
                    }
                ),
        ];

    private sealed class Labeled
    {
        public float[] Keypoints { get; set; } = [];
    }

    private sealed class Boxed
    {
        public float[] Boxes { get; set; } = [];
    }
}
