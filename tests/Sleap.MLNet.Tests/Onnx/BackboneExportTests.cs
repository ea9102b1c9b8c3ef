using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using Xunit.Abstractions;

namespace Sleap.MLNet.Tests;

/// <summary>Networks of all backbones and their options give the same maps and points in ONNX Runtime.</summary>
[Collection("generator")]
public sealed class BackboneExportTests(ITestOutputHelper output) : IDisposable
{
    private static readonly PoseSubject Subject = new(
        new Skeleton("", ["a", "b", "c"], [new Edge(0, 1), new Edge(1, 2)]),
        ["x", "y"]
    );
    private static readonly ConvNeXtOptions ConvNeXt = new()
    {
        Architecture = new([1, 1, 1, 1], [8, 16, 24, 32]),
        OutputStride = 2,
    };
    private static readonly SwinTOptions Swin = new()
    {
        Architecture = new(8, [2, 2, 2, 2], [1, 2, 2, 4]),
        OutputStride = 2,
    };
    private static readonly UNetOptions UNet = new()
    {
        Filters = 8,
        MaxStride = 8,
        OutputStride = 2,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Backbones => [.. All.Keys];

    private static Dictionary<string, BackboneOptions> All { get; } =
        new()
        {
            ["UNet"] = UNet,
            ["UNet, color"] = UNet with { InChannels = 3 },
            ["UNet, stem"] = UNet with { StemStride = 2 },
            ["UNet, stem of 4, even kernel"] = UNet with { StemStride = 4, MaxStride = 16, KernelSize = 4 },
            ["UNet, transposed"] = UNet with { UpInterpolate = false },
            ["UNet, Keras"] = UNet with { UpInterpolate = false, KerasUpsampling = true },
            ["UNet, stacks"] = UNet with { Stacks = 2, OutputStride = 1 },
            ["UNet, stem and stacks"] = UNet with { Stacks = 2, StemStride = 2, OutputStride = 2 },
            ["UNet, kernel 1"] = UNet with { KernelSize = 1, ConvsPerBlock = 1 },
            ["UNet, kernel 2, three convolutions"] = UNet with { KernelSize = 2, ConvsPerBlock = 3 },
            ["UNet, kernel 5, no middle"] = UNet with { KernelSize = 5, MiddleBlock = false },
            ["UNet, no decoder"] = UNet with { OutputStride = 8 },
            ["ConvNeXt"] = ConvNeXt,
            ["ConvNeXt, stem of 4, transposed"] = ConvNeXt with
            {
                StemPatchStride = 4,
                MaxStride = 64,
                UpInterpolate = false,
            },
            ["ConvNeXt, odd maps"] = ConvNeXt with { StemPatchKernel = 7, MaxStride = 16 },
            ["Swin"] = Swin,
            ["Swin, windows of 4, color"] = Swin with { WindowSize = 4, InChannels = 3 },
            ["Swin, odd maps"] = Swin with { WindowSize = 3, PatchSize = 2, MaxStride = 16, StemPatchStride = 4 },
            ["Swin, windows of 1"] = Swin with { WindowSize = 1 },
        };

    [Theory]
    [MemberData(nameof(Backbones))]
    public void A_network_of_any_size_is_the_same(string name)
    {
        var options = new SingleInstanceOptions
        {
            Backbone = All[name],
            Scale = 0.6f,
            PeakThreshold = 0,
        };
        output.WriteLine($"{name} {Export(options, (141, 173))}");
    }

    public static TheoryData<string, string> Types
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var type in ModelTypes.Defaults.Values.Where(type => type is not CenteredInstanceOptions))
            {
                foreach (var backbone in (string[])["UNet", "ConvNeXt", "Swin"])
                    all.Add(type.TypeName, backbone);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_model_of_any_type_is_the_same(string type, string backbone)
    {
        var options = ModelTypes.Defaults[type];
        options = options.WithNetworks([
            .. options.Networks.Select(network =>
            {
                var changed = network with { Backbone = All[backbone], PeakThreshold = 0.3f };
                return changed is CenteredInstanceOptions crops ? crops with { CropSize = 64, Scale = 0.75f } : changed;
            }),
        ]);
        var report = Export(options, (112, 144));
        output.WriteLine($"{type} {backbone} {report}");
        Assert.InRange(report.Points, 1, int.MaxValue);
    }

    // Untrained networks. Their peaks are not refined: where a map is no Gaussian, refinement magnifies its rounding.
    private OnnxExportReport Export(PoseModelOptions options, (int Height, int Width) frame)
    {
        using var drawn = TrainedModel.Build(_ml, options with { Device = "cpu" }, Subject, frame, Draw);
        using var model = drawn.With(new PredictionOptions { Refinement = PeakRefinement.None });
        var export = new OnnxExportOptions
        {
            Frames = _ml.Pose().LoadVideo(SampleModels.VideoOf(PoseModelKind.TopDown), [0]),
            MaxInstances = 10,
            MaxPeaksPerNode = 450,
        };
        var report = _ml.Pose().ExportOnnx(model, Path.Combine(_folder, "export"), export);
        Assert.InRange(report.LargestDifference, 0, OnnxGate.MaxDistance);
        Assert.InRange(report.LargestMapDifference, 0, OnnxGate.MaxMapDifference);
        return report;
    }

    private static void Draw(PoseModel network, int seed)
    {
        using var noGrad = TorchSharp.torch.no_grad();
        TorchSharp.torch.manual_seed(seed);
        foreach (var parameter in network.Network.parameters())
        {
            if (parameter.dim() > 1)
                TorchSharp.torch.nn.init.xavier_normal_(parameter, 1.5);
        }
    }
}
