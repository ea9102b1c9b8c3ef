using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>torchvision's weights in our encoders, from miniature files in its format.</summary>
public sealed class EncoderWeightsTests
{
    [Theory, InlineData("convnext"), InlineData("swin")]
    public void Published_weights_give_what_they_give_in_sleap_nn(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork($"torchvision-{kind}-in-sleap-nn");
        using var network = golden.Build();
        foreach ((var name, var parameter) in network.state_dict())
        {
            if (name.StartsWith("backbone.enc.") && parameter.dtype == ScalarType.Float32)
                parameter.zero_();
        }

        var file = Golden.PathOf($"networks/torchvision-{kind}.pth");
        NetworkState.LoadEncoder(network, TorchCheckpoint.Read(file).ToTensors(), file);
        var expected = golden.File.ToTensor($"output.{network.Heads[0].Name}");
        Assert.InRange(
            Golden.Difference(expected, network.call(golden.File.ToTensor("input"))[0]),
            0,
            GoldenNetwork.Tolerance(expected)
        );
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();
        var tensors = TorchCheckpoint.Read(Golden.PathOf("networks/torchvision-convnext.pth")).ToTensors();
        var head = new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 };
        var golden = new GoldenNetwork("torchvision-convnext-in-sleap-nn");
        using var gray = new PoseNetwork(
            ModelConfig.Backbone(golden.Config) with
            {
                InChannels = 1,
                OutputStride = 1,
            },
            [head]
        );
        var message = Assert
            .Throws<PoseFormatException>(() => NetworkState.LoadEncoder(gray, tensors, "small.pth"))
            .Message;
        Assert.Contains("features.0.0.weight has the shape (4, 3, 4, 4), expected (4, 1, 4, 4)", message);
        Assert.Contains("InChannels 3", message);
        using var unet = new PoseNetwork(new UNetOptions { Filters = 4 }, [head]);
        Assert.Contains(
            "UNetOptions",
            Assert.Throws<PoseFormatException>(() => NetworkState.LoadEncoder(unet, tensors, "small.pth")).Message
        );
    }

    [Theory, InlineData("convnext", 3), InlineData("convnext", 1), InlineData("swin", 3), InlineData("swin", 1)]
    public void Normalization_is_worked_into_the_first_convolution(string kind, int channels)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var tensors = TorchCheckpoint.Read(Golden.PathOf($"networks/torchvision-{kind}.pth")).ToTensors();
        var images = rand(1, channels, 16, 16);
        var normalized =
            (images.expand(1, 3, 16, 16) - tensor(new[] { 0.485f, 0.456f, 0.406f }).view(1, 3, 1, 1))
            / tensor(new[] { 0.229f, 0.224f, 0.225f }).view(1, 3, 1, 1);
        var worked = PretrainedWeights.Normalized(tensors, channels, "small.pth");
        Tensor Convolve(Tensor x, IReadOnlyDictionary<string, Tensor> weights) =>
            nn.functional.conv2d(x, weights["features.0.0.weight"], weights["features.0.0.bias"], [4, 4]);
        // Single precision, sums of 48 products.
        Assert.InRange(Golden.Difference(Convolve(normalized, tensors), Convolve(images, worked)), 0, 1e-5);
    }

    [Fact]
    public void An_encoder_starts_from_a_file_that_its_options_name_and_learns_on_gray_frames()
    {
        using var spots = new SpotFolder(6);
        var golden = new GoldenNetwork("torchvision-convnext-in-sleap-nn");
        var backbone = (ConvNeXtOptions)ModelConfig.Backbone(golden.Config) with
        {
            InChannels = 1,
            OutputStride = 2,
            PretrainedWeights = Golden.PathOf("networks/torchvision-convnext.pth"),
        };
        var ml = new Microsoft.ML.MLContext(1);
        using var model = Sleap
            .Transforms.PoseCatalogExtensions.Pose(ml)
            .SingleInstance(
                new()
                {
                    Backbone = backbone,
                    Sigma = 2,
                    Device = "cpu",
                    Training = new()
                    {
                        Epochs = 1,
                        StepsPerEpoch = 1,
                        LearningRate = 1e-9,
                        Seed = 1,
                        AverageDecay = null,
                        Device = "cpu",
                    },
                }
            )
            .Fit(spots.View(ml));
        using var scope = NewDisposeScope();
        var published = PretrainedWeights.Normalized(
            TorchCheckpoint.Read(backbone.PretrainedWeights!).ToTensors(),
            1,
            "small.pth"
        )["features.0.0.weight"];
        // One step at next to no rate: the weights are still those of the file.
        Assert.InRange(
            Golden.Difference(published, model.Networks[0].Network.state_dict()["backbone.enc.features.0.0.weight"]),
            0,
            1e-6
        );
    }

    [Fact]
    public void Weights_that_are_not_there_are_named_with_the_file_and_where_it_goes()
    {
        var folder = Directory.CreateTempSubdirectory("weights-").FullName;
        try
        {
            var file = PretrainedWeights.FileOf(new ConvNeXtOptions())!;
            Assert.Equal("convnext_tiny-983f1562.pth", file);
            var offline = Assert.Throws<FileNotFoundException>(() =>
                PretrainedWeights.Find(file, [folder], (_, _) => throw new HttpRequestException("no network"))
            );
            Assert.Contains(file, offline.Message);
            Assert.Contains(folder, offline.Message);
            Assert.Empty(Directory.GetFiles(folder));

            // A download of something else is refused and leaves nothing behind.
            Assert.Contains(
                "expected 983f1562",
                Assert
                    .Throws<PoseFormatException>(() =>
                        PretrainedWeights.Find(file, [folder], (_, to) => to.Write("a page that says sorry"u8))
                    )
                    .Message
            );
            Assert.Empty(Directory.GetFiles(folder));

            File.WriteAllText(Path.Combine(folder, file), "damaged");
            Assert.Contains(
                "SHA-256",
                Assert.Throws<PoseFormatException>(() => PretrainedWeights.Find(file, [folder], (_, _) => { })).Message
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The publisher gives eight digits; the rest is what the file had when it was first used.</summary>
    [Fact]
    public void Another_file_with_the_same_digits_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("weights-").FullName;
        try
        {
            const string Content = "weights";
            var hash = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Content))
            );
            var file = $"net-{hash[..8]}.pth";
            var path = PretrainedWeights.Find(
                file,
                [folder],
                (_, to) => to.Write(System.Text.Encoding.UTF8.GetBytes(Content))
            );
            var noted = path + ".sha256";
            Assert.Equal(hash + "\n", File.ReadAllText(noted));
            Assert.Equal(path, PretrainedWeights.Find(file, [folder], (_, _) => Assert.Fail("it is there")));
            // As if another file had the same eight digits.
            var other = hash[..8] + new string('0', hash.Length - 8);
            File.WriteAllText(noted, other);
            var refused = Assert.Throws<PoseFormatException>(() =>
                PretrainedWeights.Find(file, [folder], (_, _) => { })
            );
            Assert.Contains($"Its SHA-256 is {hash}, and was {other[..40]}", refused.Message);
            File.WriteAllText(noted, "");
            Assert.Throws<PoseFormatException>(() => PretrainedWeights.Find(file, [folder], (_, _) => { }));
            // A file that somebody else put there is noted when it is first used; a new download is noted anew.
            File.Delete(noted);
            PretrainedWeights.Find(file, [folder], (_, _) => Assert.Fail("it is there"));
            Assert.Equal(hash + "\n", File.ReadAllText(noted));
            File.Delete(path);
            File.WriteAllText(noted, other);
            PretrainedWeights.Find(file, [folder], (_, to) => to.Write(System.Text.Encoding.UTF8.GetBytes(Content)));
            Assert.Equal(hash + "\n", File.ReadAllText(noted));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void File_names_are_those_that_torchvision_publishes()
    {
        BackboneOptions[] all =
        [
            new ConvNeXtOptions(),
            new ConvNeXtOptions { Architecture = ConvNeXtArchitecture.Small },
            new ConvNeXtOptions { Architecture = ConvNeXtArchitecture.Base },
            new ConvNeXtOptions { Architecture = ConvNeXtArchitecture.Large },
            new SwinTOptions(),
            new SwinTOptions { Architecture = SwinArchitecture.Small },
            new SwinTOptions { Architecture = SwinArchitecture.Base },
        ];
        var published = Golden
            .Json("networks/torchvision-files.json")
            .AsObject()
            .Select(entry => (string)entry.Value!["file"]!);
        Assert.Equal(published, all.Select(options => PretrainedWeights.FileOf((StagedBackboneOptions)options)!));
        Assert.Contains(
            "named sizes only",
            string.Join(
                ' ',
                new ConvNeXtOptions
                {
                    Architecture = new([1, 1, 1, 1], [8, 8, 8, 8]),
                    PretrainedWeights = "ImageNet",
                }.Faults()
            )
        );
        Assert.Contains(
            "a file that is there",
            string.Join(' ', new SwinTOptions { PretrainedWeights = "nowhere.pth" }.Faults())
        );
    }
}
