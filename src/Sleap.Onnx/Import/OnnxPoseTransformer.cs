using System.Text.Json.Serialization;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// An exported model: adds the predicted instances of each frame to the data, with the columns of the model that it is
/// of. ONNX Runtime computes; libtorch is not needed.
/// </summary>
public sealed class OnnxPoseTransformer : PoseModelTransformer, ILoadable<OnnxPoseTransformer>
{
    internal OnnxPoseTransformer(TrainedModel model)
        : base(model) { }

    private new OnnxModelOptions ModelOptions => (OnnxModelOptions)base.ModelOptions;

    internal static OnnxPoseTransformer Create(
        IHostEnvironment environment,
        ModelDescription description,
        OnnxSession session,
        OnnxOptions options
    )
    {
        var source = description.Source;
        if (options.Columns is { } columns)
        {
            source = source.WithNetworks([
                .. source.Networks.Select(network => network with { Columns = columns }),
            ]) with
            {
                Columns = columns,
            };
        }

        var model = new OnnxModelOptions
        {
            Source = source,
            Session = session,
            Multiple = description.Multiple,
            Columns = source.Columns,
            Filter = source.Filter,
            Device = options.Provider == OnnxProvider.Cpu ? "cpu" : $"{options.Provider}:{options.DeviceId}",
        };
        return new(new TrainedModel(environment, model, description.Subject!, description.Frame, []));
    }

    /// <summary>
    /// Returns the same model with other settings of grouping, number of instances, filter, batch and frame size. Both
    /// share the graph.
    /// </summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// A setting is part of the graph, such as the threshold or the refinement of peaks; the message names all of them.
    /// </exception>
    public override OnnxPoseTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ThrowIfDisposed();
        var options = ModelOptions.With(prediction);
        options.Checked(Subject).Throw();
        ModelOptions.Session.Share();
        return new(new TrainedModel(Environment, options, Subject, prediction.FrameOf(this), []));
    }

    internal override void Save(BinaryWriter writer)
    {
        ThrowIfDisposed();
        var options = ModelOptions;
        var source = options.Source with { Filter = options.Filter };
        writer.Write(source.TypeName);
        writer.Write(SavedModel.Describe(source, Subject, Frame));
        writer.Write(options.Multiple);
        writer.Write(options.Session.Model.Length);
        writer.Write(options.Session.Model);
    }

    static int ILoadable<OnnxPoseTransformer>.PayloadVersion => 1;

    // A saved model is computed by the processor: the machine that loads it may not have the provider.
    static OnnxPoseTransformer ILoadable<OnnxPoseTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        const string name = "the saved model";
        var description = ModelDescription.Parse(name, reader.ReadString(), reader.ReadString()) with
        {
            Multiple = Math.Max(1, reader.ReadInt32()),
        };
        var graph = OnnxFolder.Whole(reader.ReadBytes(Math.Max(0, reader.ReadInt32())), name);
        var session = OnnxSession.Open(graph, new(), name);
        return Create(environment, description, session, new());
    }
}

/// <summary>The options of an exported model in ONNX Runtime.</summary>
internal sealed record OnnxModelOptions : PoseModelOptions
{
    /// <summary>The options of the model that was exported.</summary>
    [JsonIgnore]
    public PoseModelOptions Source { get; init; } = new SingleInstanceOptions();

    /// <summary>The graph; the transformer with these options has one reference.</summary>
    [JsonIgnore]
    public OnnxSession Session { get; init; } = null!;

    /// <summary>Height and width of the graph's images are multiples of it.</summary>
    public int Multiple { get; init; } = 1;

    internal override string TypeName => Source.TypeName;

    internal override LabelNeeds Needs => Source.Needs;

    internal override IReadOnlyList<NetworkOptions> Networks => Source.Networks;

    internal override int FramesAtOnce => Source.FramesAtOnce;

    internal override PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks) =>
        this with
        {
            Source = Source.WithNetworks(networks),
        };

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        Filter.Check(faults.In(nameof(Filter)));
        Source.Check(faults, subject);
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) => Source.ColumnsFor(subject);

    internal override PosePredictor CreatePredictor(TrainedModel model) => new OnnxPredictor(this, model);

    internal override OnnxModelOptions With(PredictionOptions prediction)
    {
        var faults = new OptionFaults(nameof(PredictionOptions));
        foreach (
            var (name, value) in new (string, object?)[]
            {
                (nameof(prediction.PeakThreshold), prediction.PeakThreshold),
                (nameof(prediction.CentroidThreshold), prediction.CentroidThreshold),
                (nameof(prediction.Refinement), prediction.Refinement),
                (nameof(prediction.Scale), prediction.Scale),
                (nameof(prediction.CropSize), prediction.CropSize),
                (nameof(prediction.LinePoints), prediction.LinePoints),
                (nameof(prediction.MaxEdgeLengthRatio), prediction.MaxEdgeLengthRatio),
                (nameof(prediction.DistancePenaltyWeight), prediction.DistancePenaltyWeight),
                (nameof(prediction.TileSize), prediction.TileSize),
                (nameof(prediction.TileOverlap), prediction.TileOverlap),
                (nameof(prediction.Precision), prediction.Precision),
            }
        )
        {
            faults.If(value is not null, $"{name} is {value}; it is part of the ONNX graph: export the model with it");
        }

        faults
            .If(
                prediction.Device is not (null or "auto") && prediction.Device != Device,
                $"Device is {prediction.Device}; give FromOnnx the {nameof(OnnxOptions.Provider)}"
            )
            .Throw();
        return this with
        {
            Source = Source.With(prediction with { Filter = null, Device = null }),
            Filter = prediction.Filter ?? Filter,
        };
    }

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        throw new NotSupportedException("An ONNX model cannot be trained.");

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new OnnxPoseTransformer(model);
}
