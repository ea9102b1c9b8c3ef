using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class TorchCheckpointTests
{
    private const string SingleInstance = "models/single_instance/best.ckpt",
        TopDownId = "models/multiclass_centered_instance/best.ckpt";

    [Theory]
    [InlineData(SingleInstance, "single_instance")]
    [InlineData(TopDownId, "multiclass_centered_instance")]
    [InlineData("networks/torchvision-convnext.pth", "torchvision-convnext.pth")]
    [InlineData("networks/torchvision-swin.pth", "torchvision-swin.pth")]
    public void Names_and_shapes_are_those_that_torch_reads(string file, string name)
    {
        var checkpoint = TorchCheckpoint.Read(Golden.PathOf(file));
        var expected = Golden.Json("models/checkpoint-names.json")[name]!["state_dict"]!.AsArray();
        Assert.Equal(
            expected.Select(entry => $"{entry![0]} {entry[1]!.ToJsonString()}"),
            checkpoint.Names.Select(tensor => $"{tensor} [{string.Join(",", checkpoint.Shape(tensor))}]")
        );
    }

    [Fact]
    public void Numbers_beside_the_state_dict_are_read_and_classes_are_skipped()
    {
        var checkpoint = TorchCheckpoint.Read(Golden.PathOf(SingleInstance));
        Assert.IsType<long>(checkpoint.Values["epoch"]);
        Assert.IsType<string>(checkpoint.Values["pytorch-lightning_version"]);
        Assert.DoesNotContain("config", checkpoint.Values.Keys);
    }

    /// <summary>
    /// From the frame to the pose: resizing, network with the checkpoint's parameters, peaks, the way back.
    /// </summary>
    [Theory, InlineData("integral", PeakRefinement.Integral, 1e-3f), InlineData("none", PeakRefinement.None, 0f)]
    public void A_checkpoint_of_sleap_nn_predicts_what_it_predicts_there(
        string refinement,
        PeakRefinement ours,
        float tolerance
    )
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = Golden.Open("models/single_instance.safetensors");
        var backbone = new UNetOptions
        {
            InChannels = 3,
            Filters = 8,
            FiltersRate = 2,
            MaxStride = 4,
            OutputStride = 4,
        };
        using var network = new PoseNetwork(
            backbone,
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 2,
                    OutputStride = 4,
                },
            ]
        );
        NetworkState.Load(network, TorchCheckpoint.Read(Golden.PathOf(SingleInstance)).ToTensors(), SingleInstance);
        network.UseChannelsLast();

        byte[] frame = [.. Golden.Floats(golden.ToTensor("image").permute(0, 2, 3, 1)).Select(value => (byte)value)];
        var input = new NetworkInput(new FrameResampler((320, 560), 0.5f, 4, 3), 1, 3);
        input.Read(0, new FramePixels(frame, 320, 560, 3));
        var images = input.ToTensor(1, CPU);
        Assert.InRange(Golden.Difference(golden.ToTensor("input"), images), 0, 1.01 / 255);

        var maps = network.call(golden.ToTensor("input"))[0];
        Assert.InRange(Golden.Difference(golden.ToTensor("output.SingleInstanceConfmapsHead"), maps), 0, 1e-5);
        var codec = new ConfidenceMap(4, 5);
        (var points, var values) = codec.Decode(maps, 0.2f, ours);
        Assert.InRange(
            Golden.Difference(
                golden.ToTensor($"pred_keypoints.{refinement}").squeeze(1),
                points / input.Geometry(0).PointScale
            ),
            0,
            tolerance
        );
        Assert.InRange(
            Golden.Difference(golden.ToTensor($"pred_peak_values.{refinement}").squeeze(1), values),
            0,
            1e-5
        );

        // Our own resizing instead of theirs: a level here or there moves no peak by more than a hundredth of a cell.
        var own = codec.Decode(network.call(images)[0], 0.2f, ours).Points / input.Geometry(0).PointScale;
        Assert.InRange(Golden.Difference(golden.ToTensor($"pred_keypoints.{refinement}").squeeze(1), own), 0, 0.08);
    }

    [Fact]
    public void Class_vectors_of_a_checkpoint_equal_those_of_sleap_nn()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = Golden.Open("models/multi_class_topdown.safetensors");
        HeadOptions[] heads =
        [
            new ConfidenceMapHeadOptions
            {
                Kind = ConfidenceMapKind.CenteredInstance,
                Nodes = 2,
                OutputStride = 2,
            },
            new ClassVectorHeadOptions
            {
                Classes = 2,
                Layers = 3,
                Units = 64,
                OutputStride = 16,
            },
        ];
        using var network = new PoseNetwork(new UNetOptions { Filters = 8, OutputStride = 2 }, heads);
        NetworkState.Load(network, TorchCheckpoint.Read(Golden.PathOf(TopDownId)).ToTensors(), TopDownId);
        var outputs = network.call(golden.ToTensor("instance.input.integral"));
        Assert.InRange(
            Golden.Difference(golden.ToTensor("instance.output.CenteredInstanceConfmapsHead.integral"), outputs[0]),
            0,
            1e-5
        );
        Assert.InRange(
            Golden.Difference(golden.ToTensor("instance.output.ClassVectorsHead.integral"), outputs[1]),
            0,
            1e-5
        );
    }

    [Fact]
    public void A_pickle_that_names_os_system_runs_nothing()
    {
        var target = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        // {"state_dict": os.system("touch target")}
        byte[] pickle =
        [
            .. Latin("\x80\x02}X\n\0\0\0state_dictcos\nsystem\nX"),
            .. BitConverter.GetBytes(target.Length + 6),
            .. Encoding.UTF8.GetBytes("touch " + target),
            .. Latin("\x85Rs."),
        ];
        Assert.Contains(
            "no tensor",
            Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(Zip(pickle), "evil.ckpt")).Message
        );
        Assert.False(File.Exists(target));

        // {"state_dict": {"w": os.system("touch target")}}
        byte[] inside =
        [
            .. Latin("\x80\x02}X\n\0\0\0state_dict}X\x01\0\0\0wcos\nsystem\nX"),
            .. BitConverter.GetBytes(target.Length + 6),
            .. Encoding.UTF8.GetBytes("touch " + target),
            .. Latin("\x85Rss."),
        ];
        var message = Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(Zip(inside), "evil.ckpt")).Message;
        Assert.Contains("os.system", message);
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void Deep_nesting_does_not_overflow()
    {
        byte[] pickle =
        [
            0x80,
            2,
            .. Enumerable.Repeat((byte)']', 1),
            .. Enumerable.Repeat(0x85, 500_000).Select(code => (byte)code),
            (byte)'.',
        ];
        Assert.Contains(
            "dict",
            Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(Zip(pickle), "deep.ckpt")).Message
        );
    }

    [Fact]
    public void Files_that_are_no_checkpoints_are_named()
    {
        Assert.Contains(
            "zip",
            Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(new MemoryStream(new byte[100]), "x")).Message
        );
        Assert.Contains(
            "data.pkl",
            Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(Zip([(byte)'.'], "other.txt"), "x")).Message
        );
        Assert.Contains(
            "compressed",
            Assert
                .Throws<PoseFormatException>(() =>
                    TorchCheckpoint.Read(Zip(new byte[10_000], compression: CompressionLevel.Fastest), "x")
                )
                .Message
        );
    }

    [Property(MaxTest = 300)]
    public void A_damaged_checkpoint_gives_an_error_or_other_numbers_but_nothing_else(int seed)
    {
        var random = new Random(seed);
        var file = File.ReadAllBytes(Golden.PathOf("networks/torchvision-convnext.pth"));
        if (random.Next(3) == 0)
            file = file[..random.Next(1, file.Length)];
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            file[random.Next(2) == 0 ? random.Next(file.Length) : random.Next(Math.Min(file.Length, 9000))] = (byte)
                random.Next(256);
        }

        try
        {
            using var scope = NewDisposeScope();
            var read = TorchCheckpoint.Read(new MemoryStream(file), "damaged");
            Assert.All(read.ToTensors(), entry => Assert.Equal(read.Shape(entry.Key), entry.Value.shape));
        }
        catch (PoseFormatException fault)
        {
            Assert.StartsWith("damaged", fault.Message);
        }
    }

    private static MemoryStream Zip(
        byte[] pickle,
        string name = "best/data.pkl",
        CompressionLevel compression = CompressionLevel.NoCompression
    )
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, true))
        {
            using var entry = zip.CreateEntry(name, compression).Open();
            entry.Write(pickle);
        }

        stream.Position = 0;
        return stream;
    }

    // The text's characters as bytes, as they are.
    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
