using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Gray networks on color frames, and color networks on gray frames.</summary>
public sealed class ChannelConversionTests
{
    private static readonly string Dance = Golden.PathOf("../data/dance.mp4");
    private readonly MLContext _ml = new(1);

    public static TheoryData<PoseModelKind> Kinds => SampleModels.Kinds;

    /// <summary>The input of both networks for the first frame in sleap-nn: frame and crops, in color.</summary>
    [Fact]
    public void Networks_get_the_bytes_that_they_get_in_sleap_nn()
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Open("color/inputs.safetensors");
        using var model = (TopDownTransformer)Load(PoseModelKind.TopDown);
        var pixels = FramePixels.Of(Color(0));
        var resampler = FrameResampler.ForNetwork(model.Options.Centroid, model.Frame);
        var input = new byte[resampler.ByteCountOf(pixels)];
        var geometry = resampler.Resample(pixels, input);
        Assert.Equal(Interleaved(golden.ToTensor("centroid.input")), input);

        var canvas = new FrameCanvas(FrameResampler.ForCrops(model.Frame));
        canvas.Read(pixels);
        var centers = Golden.Floats(golden.ToTensor("centroids"));
        geometry.ToInput(centers);
        var crops = golden.ToTensor("instance.input"); // (12, 3, 96, 96)
        var toInput = FrameResampler.ForCropNetwork(model.Options.CenteredInstance);
        for (var i = 0; i < crops.size(0); i++)
        {
            var (crop, sized) = (new byte[96 * 96 * 3], new byte[96 * 96 * 3]);
            CropWindow.Around(centers[2 * i], centers[2 * i + 1], 96, CropAlignment.SleapNN).Cut(canvas.Pixels, crop);
            toInput.Resample(new FramePixels(crop, 96, 96, 3), sized);
            Assert.Equal(Interleaved(crops.narrow(0, i, 1)), sized);
        }
    }

    /// <summary>
    /// A gray network on color is the RGB network whose first weights are multiplied by those of gray; an RGB network
    /// on gray is the gray network with the sums of its first weights.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_converts_in_floating_point(PoseModelKind kind)
    {
        using var model = Load(kind);
        using var twin = Twin(model, model.Networks.Count);
        var frame = model.Networks[0].Options.Backbone.InChannels == 1 ? Color(0) : Gray(Color(0));
        Same(Predict(twin, frame), Predict(model, frame));
    }

    /// <summary>With ensure_grayscale sleap-nn converts the frame for centroids first, but never crops.</summary>
    [Theory]
    [InlineData(PoseModelKind.TopDown)]
    [InlineData(PoseModelKind.TopDownId)]
    public void Crops_keep_their_colors_in_sleap_nn_whatever_the_keys_are(PoseModelKind kind)
    {
        using var sleap = Load(kind);
        using var model = With(sleap, ChannelConversion.LastInCrops);
        using var twin = Twin(model, 1);
        Same(Predict(twin, Color(0)), Predict(model, Color(0)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_batch_can_have_gray_and_color_frames(PoseModelKind kind)
    {
        using var model = Load(kind);
        Frame[] frames = [Gray(Color(0)), Color(1), Gray(Color(2)), Color(3)];
        InstanceArray[][] alone = [.. frames.Select(frame => Predict(model, frame))];
        var batch = model.Predictor.Begin(4, 1)[0];
        // The second time each slot gets the other kind of frame.
        foreach (
            var order in (int[][])
                [
                    [0, 1, 2, 3],
                    [1, 0, 3, 2],
                ]
        )
        {
            foreach (var (slot, frame) in order.Index())
                batch.Read(slot, FramePixels.Of(frames[frame]), []);
            Same([.. order.SelectMany(frame => alone[frame])], batch.Predict(4));
        }
    }

    [Fact]
    public void Tiles_have_the_colors_of_the_frame()
    {
        using var model = Load(PoseModelKind.TopDown);
        using var tiled = model.With(new PredictionOptions { TileSize = 256 });
        Same(Predict(model, Color(0)), Predict(tiled, Color(0)));
    }

    /// <summary>On gray videos nothing changes; models with the default convert color frames to gray first.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gray_frames_give_the_same_bits_in_any_order(PoseModelKind kind)
    {
        using var last = Load(kind);
        using var first = With(last, ChannelConversion.First);
        var expected = Predict(last, Gray(Color(0)));
        Assert.Equal(expected[0].Points, Predict(first, Gray(Color(0)))[0].Points);
        if (kind is PoseModelKind.BottomUp or PoseModelKind.BottomUpId) // gray networks on whole frames
            Assert.Equal(expected[0].Points, Predict(first, Color(0))[0].Points);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_model_keeps_when_it_converts(PoseModelKind kind)
    {
        using var sleap = Load(kind);
        foreach (var when in Enum.GetValues<ChannelConversion>())
        {
            using var model = With(sleap, when);
            using var file = new MemoryStream();
            _ml.Model.Save(model, null, file);
            using var loaded = (PoseModelTransformer)_ml.Model.Load(file, out _);
            Assert.All(loaded.Networks, network => Assert.Equal(when, network.Options.ChannelConversion));
            Assert.Equal(Predict(model, Color(0))[0].Points, Predict(loaded, Color(0))[0].Points);
            // A model without conversion by the network is saved as earlier versions saved it.
            Assert.Equal(
                when != ChannelConversion.First,
                SavedModel.OptionsOf(model).GetRawText().Contains(nameof(ChannelConversion), StringComparison.Ordinal)
            );
        }
    }

    [Theory]
    [InlineData("ensure_grayscale: false", "ensure_rgb: false", 1, ChannelConversion.Last)]
    [InlineData("ensure_grayscale: true", "ensure_rgb: false", 1, ChannelConversion.LastInCrops)]
    [InlineData("ensure_grayscale: false", "ensure_rgb: true", 3, ChannelConversion.LastInCrops)]
    internal void Keys_of_sleap_nn_are_written_as_they_were_read(
        string gray,
        string rgb,
        int channels,
        ChannelConversion expected
    )
    {
        var folder = Directory.CreateTempSubdirectory("channels-").FullName;
        var path = Path.Combine(folder, "training_config.yaml");
        foreach (var model in (string[])["centered_instance", "bottomup"])
        {
            File.WriteAllText(
                path,
                File.ReadAllText(Golden.PathOf($"models/{model}/training_config.yaml"))
                    .Replace("ensure_grayscale: false", gray)
                    .Replace("ensure_rgb: false", rgb)
            );
            for (var pass = 0; pass < 2; pass++) // the second reads what the first wrote
            {
                var config = SleapConfig.Read(path);
                Assert.Equal(
                    (channels, expected),
                    (config.Options.Backbone.InChannels, config.Options.ChannelConversion)
                );
                var written = SleapConfigWriter.Write(config.Options, new(config.Skeleton!, []), (384, 384));
                Assert.Contains(gray, written);
                Assert.Contains(rgb, written);
                File.WriteAllText(path, written);
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Training_samples_keep_their_colors_and_mixed_batches_are_converted()
    {
        using var scope = NewDisposeScope();
        var options = new CenteredInstanceOptions
        {
            ChannelConversion = ChannelConversion.Last,
            CropSize = 32,
            Augmentation = AugmentationOptions.None,
        };
        var skeleton = new Skeleton("", ["a"]);
        var row = LabeledRow.Of(0, [200, 300], [0], 1).Named([]);
        var maker = options.CreateSamples(new(skeleton, []), (720, 406));
        foreach (var frame in (Frame[])[Color(0), Color(1), Gray(Color(2))])
            maker.Add(maker.Training, row, FramePixels.Of(frame));
        Tensor Images(params int[] samples) => maker.Training.Batch(samples, Augmenter.None, new Random(0)).Images;

        Assert.Equal([2, 3, 32, 32], Images(0, 1).shape);
        Assert.Equal([1, 1, 32, 32], Images(2).shape);
        Assert.Equal([3, 1, 32, 32], Images(0, 1, 2).shape);
        Assert.True(ChannelsLast.Is(Images(0, 1, 2)));
        Assert.Equal(0, Golden.Difference(Images(2), Images(0, 1, 2).narrow(0, 2, 1)));
        Assert.Equal(0, Golden.Difference(NetworkInput.WithChannels(Images(1), 1), Images(0, 1, 2).narrow(0, 1, 1)));
        var color = Color(0);
        var at = (300 * 406 + 200) * 3;
        Assert.Equal(
            color.Pixels[at..(at + 3)].Select(value => value / 255f),
            Golden.Floats(Images(0).select(0, 0).select(1, 16).select(1, 16))
        );
    }

    /// <summary>As sleap-nn, which takes the channels of the first training frame.</summary>
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public void A_network_trains_with_the_channels_of_the_frames_if_they_keep_theirs(bool isColorFirst, int channels)
    {
        using SpotFolder gray = new(4),
            color = new(4, seed: 1);
        for (var i = 0; i < 4; i++)
            Tint(color.ImagePath(i));
        LabeledFrame[] frames = isColorFirst
            ? [.. color.Labels.Frames, .. gray.Labels.Frames]
            : [.. gray.Labels.Frames, .. color.Labels.Frames];
        var options = new SingleInstanceOptions
        {
            ChannelConversion = ChannelConversion.Last,
            Backbone = new UNetOptions
            {
                Filters = 4,
                FiltersRate = 1,
                MaxStride = 8,
                OutputStride = 4,
            },
            Training = new()
            {
                Epochs = 1,
                StepsPerEpoch = 3,
                Seed = 0,
                Device = "cpu",
            },
            Device = "cpu",
        };
        var labels = new Labels(frames, [.. frames.Select(frame => frame.Video).Distinct()], [SpotFolder.Skeleton]);
        var view = _ml.Pose().FromLabels(labels);
        using var model = _ml.Pose().SingleInstance(options).Fit(view);
        Assert.Equal(channels, model.Options.Backbone.InChannels);
        Assert.Equal(ChannelConversion.Last, model.Options.ChannelConversion);
        Assert.Equal(8, _ml.Pose().ToLabels(model.Transform(view)).Frames.Count);
        using var usual = _ml.Pose().SingleInstance(options with { ChannelConversion = default }).Fit(view);
        Assert.Equal(1, usual.Options.Backbone.InChannels);
    }

    // Without refinement, which is ill-conditioned in the low maps of the sample of top-down ID.
    private PoseModelTransformer Load(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        return model.With(
            new PredictionOptions { Refinement = kind == PoseModelKind.TopDownId ? PeakRefinement.None : null }
        );
    }

    private static Frame Color(int index)
    {
        using var video = Video.FromFile(Dance).Open();
        return video.Read(index);
    }

    private static Frame Gray(Frame frame)
    {
        var gray = new byte[frame.Height * frame.Width];
        new FrameResampler(null, channels: 1).Resample(FramePixels.Of(frame), gray);
        return new Frame(frame.FrameIndex, frame.Height, frame.Width, 1, gray);
    }

    private static void Tint(string path)
    {
        var gray = ImageDecoder.Decode(File.ReadAllBytes(path), 0, null, false, path, null);
        byte[] pixels = [.. gray.Pixels.SelectMany(value => (byte[])[value, (byte)(value / 2), (byte)(255 - value)])];
        File.WriteAllBytes(path, ImageEncoder.Png(new Frame(0, gray.Height, gray.Width, 3, pixels)));
    }

    private static InstanceArray[] Predict(PoseModelTransformer model, Frame frame)
    {
        var batch = model.Predictor.Begin(1, 1)[0];
        batch.Read(0, FramePixels.Of(frame), []);
        return batch.Predict(1);
    }

    private static PoseModelTransformer With(PoseModelTransformer model, ChannelConversion when) =>
        TrainedModel.Share(
            model.Environment,
            model.ModelOptions.WithNetworks([
                .. model.ModelOptions.Networks.Select(network => network with { ChannelConversion = when }),
            ]),
            model.Subject,
            model.Frame,
            model.Networks
        );

    /// <summary>The same model with color networks in place of gray ones, or the reverse; the last ones.</summary>
    private static PoseModelTransformer Twin(PoseModelTransformer model, int count)
    {
        var first = model.Networks.Count - count;
        NetworkOptions[] networks =
        [
            .. model.ModelOptions.Networks.Select(
                (network, i) =>
                    i < first
                        ? network
                        : network with
                        {
                            Backbone = network.Backbone with { InChannels = 4 - network.Backbone.InChannels },
                        }
            ),
        ];
        return TrainedModel.Build(
            model.Environment,
            model.ModelOptions.WithNetworks(networks),
            model.Subject,
            model.Frame,
            (network, i) =>
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                foreach (var (to, from) in network.Network.parameters().Zip(model.Networks[i].Network.parameters()))
                {
                    to.copy_(
                        from.shape.SequenceEqual(to.shape) ? from
                        : from.size(1) == 3 ? from.sum(1, keepdim: true)
                        : from * tensor([0.2989f, 0.587f, 0.114f]).reshape(1, 3, 1, 1)
                    );
                }
            }
        );
    }

    private static void Same(InstanceArray[] expected, InstanceArray[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.Contains(expected, instances => instances.Count > 0);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Count, other.Count);
            Assert.All(one.PeakScores.Zip(other.PeakScores), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            foreach (var (a, b) in one.Points.Concat(one.Centroids).Zip(other.Points.Concat(other.Centroids)))
            {
                Assert.Equal(float.IsNaN(a), float.IsNaN(b));
                if (!float.IsNaN(a))
                    Assert.Equal(a, b, PoseAssert.Pixels);
            }
        }
    }

    private static byte[] Interleaved(Tensor image) =>
        [.. Golden.Floats(image.permute(0, 2, 3, 1)).Select(value => (byte)value)];
}
