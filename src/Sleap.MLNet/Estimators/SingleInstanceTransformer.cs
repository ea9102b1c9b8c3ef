using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A trained single-instance model: adds the places of the animal's nodes to each frame. Made by <see cref="SingleInstanceEstimator"/>
/// or loaded by <c>mlContext.Model.Load</c>. Several cursors may predict at once; they share the network.
/// </summary>
public sealed class SingleInstanceTransformer : PoseTransformer, ILoadable<SingleInstanceTransformer>, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly SingleInstanceModel _model;
    private readonly int _height, _width;

    internal SingleInstanceTransformer(IHostEnvironment environment, SingleInstanceOptions options, Skeleton skeleton, int height, int width, SingleInstanceModel model)
    {
        (_environment, Options, Skeleton, _height, _width, _model) = (environment, options, skeleton, height, width, model);
        var device = TorchDevice.Of(options.Device);
        model.Network.to(device);
        model.Network.UseChannelsLast();
        model.Network.Precision = options.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        model.Network.eval();
        Predictor = new SingleInstancePredictor(model, new InputFrames(height, width, options.Scale, options.Backbone.MaxStride, options.Backbone.InChannels), device);
        Outputs = SingleInstanceColumns.Of(options, skeleton);
    }

    /// <summary>The options it was trained with. <see cref="SingleInstanceOptions.Training"/> keeps its defaults after loading.</summary>
    public SingleInstanceOptions Options { get; }

    /// <summary>The nodes it finds.</summary>
    public Skeleton Skeleton { get; }

    internal SingleInstancePredictor Predictor { get; }

    internal IReadOnlyList<OutputColumn> Outputs { get; }

    static int ILoadable<SingleInstanceTransformer>.PayloadVersion => 1;

    /// <summary>Frees the network. The transformer cannot predict afterwards.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>The same model with other settings to predict with. It has weights of its own, so either may be disposed first.</summary>
    /// <exception cref="ArgumentException">A value cannot be used; the message lists every fault.</exception>
    public SingleInstanceTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = Options with
        {
            PeakThreshold = prediction.PeakThreshold ?? Options.PeakThreshold,
            Refinement = prediction.Refinement ?? Options.Refinement,
            BatchSize = prediction.BatchSize ?? Options.BatchSize,
            Precision = prediction.Precision ?? Options.Precision,
            Device = prediction.Device ?? Options.Device,
        };
        options.Validate(Skeleton.Nodes.Length);
        var model = new SingleInstanceModel(options, Skeleton.Nodes.Length, Initialization.Default);
        model.CopyWeights(_model);
        return new SingleInstanceTransformer(_environment, options, Skeleton, _height, _width, model);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        var image = InputColumns.Require(inputSchema, Options.ImageColumn, t => t is ImageDataViewType, "Image", "SingleInstance");
        return new SingleInstanceMapper(this, image);
    }

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(SavedSingleInstance.From(Options, Skeleton, _height, _width).ToJson());
        using var weights = new MemoryStream();
        NetworkState.Save(_model.Network, weights);
        writer.Write((int)weights.Length);
        writer.Write(weights.GetBuffer(), 0, (int)weights.Length);
    }

    static SingleInstanceTransformer ILoadable<SingleInstanceTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedSingleInstance.FromJson(reader.ReadString());
        var (options, skeleton) = (saved.ToOptions(), saved.ToSkeleton());
        options.Validate(skeleton.Nodes.Length);
        var model = new SingleInstanceModel(options, skeleton.Nodes.Length, Initialization.Default);
        NetworkState.Load(model.Network, new MemoryStream(reader.ReadBytes(reader.ReadInt32())));
        return new SingleInstanceTransformer(environment, options, skeleton, saved.Height, saved.Width, model);
    }
}
