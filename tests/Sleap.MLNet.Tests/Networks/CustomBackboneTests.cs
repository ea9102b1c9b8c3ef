using Microsoft.ML;
using Sleap.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet.Tests;

/// <summary>Networks that are not of this library.</summary>
public sealed class CustomBackboneTests
{
    private static readonly HeadOptions[] Heads =
    [
        new ConfidenceMapHeadOptions
        {
            Kind = ConfidenceMapKind.MultiInstance,
            Nodes = 2,
            OutputStride = 2,
        },
        new PartAffinityHeadOptions { Edges = 1, OutputStride = 4 },
    ];

    private static CustomBackboneOptions Options(string name) =>
        new()
        {
            Name = name,
            ChannelsAt = new Dictionary<int, int> { [4] = 6, [2] = 3 },
            OutputStride = 2,
            MaxStride = 4,
        };

    [Fact]
    public void Heads_read_the_maps_of_their_strides()
    {
        CustomBackboneOptions.Register("two maps", options => new TwoMaps(options.InChannels, 6));
        using var scope = NewDisposeScope();
        using var network = new PoseNetwork(Options("two maps"), Heads, Initialization.He);
        var outputs = network.call(zeros(2, 1, 10, 12));
        Assert.Equal(
            [
                [2, 2, 5, 6],
                [2, 2, 3, 3],
            ],
            outputs.Select(output => output.shape)
        );
        Assert.Contains("backbone.network.deeper.weight", network.state_dict().Keys);
        // It keeps the parameters that it came with; the heads get theirs.
        Assert.Equal(0.25f, network.state_dict()["backbone.network.deeper.bias"].mean().item<float>());
        network.Precision = ScalarType.BFloat16;
        Assert.Equal(ScalarType.Float32, network.call(zeros(1, 1, 8, 8))[0].dtype);
    }

    [Fact]
    public void A_bottom_up_model_trains_with_one_and_gives_the_same_poses_loaded()
    {
        CustomBackboneOptions.Register("two maps", options => new TwoMaps(options.InChannels, 6));
        using var pairs = new PairFolder(4);
        var ml = new MLContext(1);
        var training = new TrainerOptions
        {
            Epochs = 1,
            StepsPerEpoch = 2,
            BatchSize = 1,
            Seed = 1,
            Device = "cpu",
        };
        using var model = ml.Pose()
            .BottomUp(
                new()
                {
                    Backbone = Options("two maps"),
                    Sigma = 1.5f,
                    Training = training,
                    Device = "cpu",
                }
            )
            .Fit(pairs.View(ml));
        var file = Path.GetTempFileName();
        ml.Model.Save(model, null, file);
        using var loaded = (BottomUpTransformer)ml.Model.Load(file, out _);
        File.Delete(file);
        var backbone = Assert.IsType<CustomBackboneOptions>(loaded.Options.Backbone);
        Assert.Equal((2, 6), (backbone.ChannelsAt.Count, backbone.ChannelsAt[4]));
        Assert.Equal(
            ml.Pose().ToDataFrame(model.Transform(pairs.View(ml))).Rows.Select(row => row.ToString()),
            ml.Pose().ToDataFrame(loaded.Transform(pairs.View(ml))).Rows.Select(row => row.ToString())
        );
        Assert.Contains(
            "sleap-nn has no backbone 'two maps'",
            Assert
                .Throws<ArgumentException>(() =>
                    ml.Pose().SaveSleap(loaded, Path.Combine(Path.GetTempPath(), "no folder"))
                )
                .Message
        );
    }

    [Fact]
    public void What_does_not_fit_its_options_is_said()
    {
        CustomBackboneOptions.Register("other maps", options => new TwoMaps(options.InChannels, 5));
        CustomBackboneOptions.Register("statistics", _ => new WithStatistics());
        string Fault(CustomBackboneOptions options) =>
            Assert.ThrowsAny<Exception>(() => new PoseNetwork(options, Heads).call(zeros(1, 1, 8, 8))).Message;
        Assert.Contains(
            "the maps (1, 3, 4, 4) and (1, 5, 2, 2), expected by ChannelsAt (1, 3, 4, 4) and (1, 6, 2, 2)",
            Fault(Options("other maps"))
        );
        Assert.Contains("keeps numbers that are not parameters (statistics.running_mean", Fault(Options("statistics")));
        Assert.Contains(
            "Name is 'nobody knows', expected a name that this program has registered before (",
            Fault(Options("nobody knows"))
        );
        var strides = Fault(
            Options("other maps") with
            {
                ChannelsAt = new Dictionary<int, int> { [3] = 6, [8] = 0 },
            }
        );
        Assert.Contains("strides that are powers of two up to MaxStride (4)", strides);
        Assert.Contains("a map at OutputStride (2)", strides);
    }

    private sealed class TwoMaps : Module<Tensor, Tensor[]>
    {
        private readonly Module<Tensor, Tensor> first;
        private readonly Module<Tensor, Tensor> deeper;

        public TwoMaps(int channels, int deepest)
            : base(nameof(TwoMaps))
        {
            (first, deeper) = (Conv2d(channels, 3, 3, 2, 1), Conv2d(3, deepest, 3, 2, 1));
            init.constant_(((TorchSharp.Modules.Conv2d)deeper).bias, 0.25);
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor images)
        {
            var map = first.call(images);
            return [map, deeper.call(map)];
        }
    }

    private sealed class WithStatistics : Module<Tensor, Tensor[]>
    {
        private readonly Module<Tensor, Tensor> statistics = BatchNorm2d(1);

        public WithStatistics()
            : base(nameof(WithStatistics)) => RegisterComponents();

        public override Tensor[] forward(Tensor images) => [statistics.call(images)];
    }
}
