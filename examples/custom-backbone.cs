#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// A network of your own in the place of UNet, ConvNeXt and Swin: dotnet run examples/custom-backbone.cs -- labels.slp
// session.mp4 EPOCHS
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

var (labelFile, videoFile, epochs) = (args[0], args[1], int.Parse(args[2]));

// A saved model knows its backbone by this name. Each program that trains or loads one says first how it is built.
CustomBackboneOptions.Register(
    "dilated",
    options => new DilatedNet(options.InChannels, (int)options.Settings["filters"])
);

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
var (train, test) = pose.Split(pose.LoadLabels(labelFile), testFraction: 0.2);

ITransformer model = pose.SingleInstance(
        new()
        {
            Backbone = new CustomBackboneOptions
            {
                Name = "dilated",
                Settings = new Dictionary<string, double> { ["filters"] = 16 }, // saved with the model
                // one map, at a quarter of the size, of 16 channels
                ChannelsAt = new Dictionary<int, int> { [4] = 16 },
                OutputStride = 4,
                MaxStride = 4, // sizes are padded to multiples of it
            },
            Scale = 0.5f,
            Sigma = 2,
            Training = new() { Epochs = epochs, Progress = new ConsoleProgress() },
        }
    )
    .Fit(train);
Console.WriteLine(pose.Evaluate(model.Transform(test)));
ml.Model.Save(model, train.Schema, "own.zip");

IDataView poses = ml.Model.Load("own.zip", out _).Transform(pose.LoadVideo(videoFile, Enumerable.Range(0, 5)));
pose.SaveLabels(poses, "own.slp");

/// <summary>
/// Convolutions that look further and further, at a quarter of the size: no pooling, and no way back up.
/// </summary>
internal sealed class DilatedNet : Module<Tensor, Tensor[]>
{
    private readonly Module<Tensor, Tensor> layers;

    public DilatedNet(int channels, int filters)
        : base(nameof(DilatedNet))
    {
        Module<Tensor, Tensor>[] Convolution(int from, int stride, int dilation) =>
            [Conv2d(from, filters, 3, stride, dilation, dilation), ReLU()];
        int[] dilations = [1, 2, 4, 8, 16];
        Module<Tensor, Tensor>[] all =
        [
            .. Convolution(channels, 2, 1),
            .. Convolution(filters, 2, 1),
            .. dilations.SelectMany(dilation => Convolution(filters, 1, dilation)),
        ];
        layers = Sequential(all);
        foreach (var (name, parameter) in layers.named_parameters(true))
            if (name.EndsWith(".weight"))
                init.kaiming_normal_(parameter, 0, init.FanInOut.FanIn, init.NonlinearityType.ReLU);
        RegisterComponents();
    }

    // (B, channels, H, W) -> one map, (B, filters, H/4, W/4)
    public override Tensor[] forward(Tensor images) => [layers.call(images)];
}
