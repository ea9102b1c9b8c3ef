using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

public sealed class ModuleTests
{
    sealed class Block : nn.Module<Tensor, Tensor>
    {
        readonly Sequential layers;

        public Block(long inputs, long outputs) : base(nameof(Block))
        {
            layers = nn.Sequential(("conv", nn.Conv2d(inputs, outputs, 3, 1, 1)), ("relu", nn.ReLU(true)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layers.call(input);
    }

    sealed class Net : nn.Module<Tensor, Tensor>
    {
        readonly ModuleList<Block> blocks = nn.ModuleList(new Block(1, 2), new Block(2, 3));
        readonly Linear head = nn.Linear(3, 2);
        readonly Parameter scale = new(ones(1));
        readonly Tensor shift = zeros(1);

        public Net() : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            foreach (var block in blocks) input = block.call(input);
            return head.call(input.mean([2, 3])) * scale + shift;
        }
    }

    static readonly string[] Names =
    [
        "scale", "blocks.0.layers.conv.weight", "blocks.0.layers.conv.bias", "blocks.1.layers.conv.weight", "blocks.1.layers.conv.bias",
        "head.weight", "head.bias", "shift"
    ];

    [Fact]
    public void StateDictionaryHasTheFieldsNamesParametersFirst()
    {
        using var net = new Net();
        Assert.Equal(Names, net.state_dict().Keys);
        Assert.Equal(Names[..^1], net.named_parameters().Select(p => p.name));
        Assert.Equal(["shift"], net.named_buffers().Select(b => b.name));
        Assert.Equal([3L, 2, 3, 3], net.get_parameter("blocks.1.layers.conv.weight").shape);
        Assert.False(net.has_parameter("blocks.2.layers.conv.weight"));
        Assert.Contains("blocks.0.layers.relu", net.named_modules().Select(m => m.name));
    }

    [Fact]
    public void SavedAndLoadedNetworkGivesTheSame()
    {
        using var folder = new TemporaryFolder();
        using var net = new Net();
        using var other = new Net();
        var x = rand(2, 1, 8, 8);
        Assert.False(net.call(x).allclose(other.call(x)));
        net.save(folder.File("net.dat"));
        other.load(folder.File("net.dat"));
        Assert.True(net.call(x).Equals(other.call(x)));
    }

    /// <summary>The bytes, one by one, of TorchSharp's format: count, name, type, rank, sizes, values.</summary>
    [Fact]
    public void FileIsTorchSharpsOwn()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        nn.Module.save_state_dict(writer, new() { ["w"] = tensor(new float[] { 1, 2 }, 2, 1), ["n"] = tensor(300L) });
        byte[] expected =
        [
            2, 1, (byte)'w', 6, 2, 2, 1, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40,
            1, (byte)'n', 4, 0, 0x2C, 1, 0, 0, 0, 0, 0, 0
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void WrongFilesAreRefused()
    {
        using var stream = new MemoryStream();
        nn.Linear(3, 2).save(new BinaryWriter(stream));
        stream.Position = 0;
        Assert.Contains("expected 8", Assert.Throws<ArgumentException>(() => new Net().load(new BinaryReader(stream))).Message);
        stream.Position = 0;
        Assert.Contains("shape", Assert.Throws<ArgumentException>(() => nn.Linear(4, 2).load(new BinaryReader(stream))).Message);
        stream.SetLength(stream.Length - 1);
        stream.Position = 0;
        Assert.Throws<EndOfStreamException>(() => nn.Linear(3, 2).load(new BinaryReader(stream)));
        Assert.Throws<FileNotFoundException>(() => nn.Linear(3, 2).load("nowhere"));
    }

    [Fact]
    public void LoadingByNameTellsWhatIsMissing()
    {
        using var net = nn.Linear(2, 1);
        Dictionary<string, Tensor> source = new() { ["weight"] = tensor(new float[] { 5, 6 }, 1, 2), ["other"] = zeros(1) };
        Assert.Throws<InvalidOperationException>(() => net.load_state_dict(source));
        var (missing, unexpected) = net.load_state_dict(source, false);
        Assert.Equal(["bias"], missing);
        Assert.Equal(["other"], unexpected);
        Assert.Equal([5f, 6], net.weight.data<float>().ToArray());
        Assert.True(net.weight.requires_grad);
    }

    [Fact]
    public void TrainAndEvalReachEveryChild()
    {
        using var net = new Net();
        net.eval();
        Assert.All(net.modules(), module => Assert.False(module.training));
        net.train();
        Assert.All(net.modules(), module => Assert.True(module.training));
        var dropout = nn.Dropout(0.5);
        dropout.eval();
        Assert.Equal(4, dropout.call(ones(4)).sum().item<float>());
    }

    [Fact]
    public void ConversionReplacesParametersAndFields()
    {
        using var net = new Net();
        var old = net.get_parameter("scale");
        net.to(float64);
        Assert.True(old.IsInvalid);
        Assert.All(net.parameters(), p => Assert.Equal(float64, p.dtype));
        Assert.Equal(float64, net.call(rand(new long[] { 1, 1, 4, 4 }, float64)).dtype);
        Assert.Throws<ArgumentException>(() => net.to(int64));
    }

    /// <summary>PyTorch's default: uniform within 1/sqrt(fan in), which has the deviation 1/sqrt(3 · fan in).</summary>
    [Fact]
    public void LayersStartAsPyTorchsDo()
    {
        manual_seed(0);
        using var conv = nn.Conv2d(16, 64, 3);
        var bound = 1 / Math.Sqrt(16 * 9);
        Assert.InRange(conv.weight.abs().max().item<float>(), 0.99 * bound, bound);
        Assert.InRange(conv.weight.std().item<float>(), 0.98 * bound / Math.Sqrt(3), 1.02 * bound / Math.Sqrt(3));
        Assert.InRange(conv.bias.abs().max().item<float>(), 0.8 * bound, bound);
        var he = nn.init.kaiming_normal_(empty(64, 16, 3, 3), 0, nn.init.FanInOut.FanIn, nn.init.NonlinearityType.ReLU);
        Assert.InRange(he.std().item<float>(), 0.97 * Math.Sqrt(2.0 / 144), 1.03 * Math.Sqrt(2.0 / 144));
    }

    [Fact]
    public void ConvolutionsRefuseOtherChannels() =>
        Assert.Contains("3 channels to Conv2d", Assert.Throws<ArgumentException>(() => nn.Conv2d(3, 1, 1).call(zeros(1, 2, 4, 4))).Message);

    [Fact]
    public void PaddingModesPad()
    {
        using var conv = nn.Conv2d(1, 1, 3, 1, 1, 1, PaddingModes.Replicate, 1, false);
        nn.init.ones_(conv.weight);
        Assert.Equal([9f, 9, 9, 9], conv.call(ones(1, 1, 2, 2)).data<float>().ToArray());
        using var same = nn.Conv2d(1, 1, 3, Padding.Same, 1, 1, PaddingModes.Zeros, 1, false);
        nn.init.ones_(same.weight);
        Assert.Equal([4f, 4, 4, 4], same.call(ones(1, 1, 2, 2)).data<float>().ToArray());
    }

    [Fact]
    public void UpsamplingAndSamplingFollowCoordinates()
    {
        var x = tensor(new float[] { 0, 1, 2, 3 }, 1, 1, 2, 2);
        Assert.Equal([0f, 0, 1, 1], nn.Upsample(null!, [2.0, 2.0]).call(x)[0, 0, 0].data<float>().ToArray());
        Assert.Equal([0f, 0.25f, 0.75f, 1], nn.functional.interpolate(x, null!, [2], InterpolationMode.Bilinear, false)[0, 0, 0].data<float>().ToArray());
        var identity = tensor(new float[] { 1, 0, 0, 0, 1, 0 }, 1, 2, 3);
        var grid = nn.functional.affine_grid(identity, [1, 1, 2, 2], false);
        Assert.True(nn.functional.grid_sample(x, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, false).allclose(x));
        Assert.Equal([0f, 1, 1], nn.functional.pad(x, [0, 1, 0, 0], PaddingModes.Replicate)[0, 0, 0].data<float>().ToArray());
    }
}
