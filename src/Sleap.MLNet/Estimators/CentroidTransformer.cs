using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained centroid model: adds the centre of each animal to each frame, as centroids and as animals of a skeleton with the one node <c>centroid</c>.
/// </summary>
public sealed class CentroidTransformer : PoseModelTransformer, ILoadable<CentroidTransformer>
{
    private readonly CentroidModel _model;

    internal CentroidTransformer(IHostEnvironment environment, CentroidOptions options, PoseSubject subject, (int Height, int Width) frame, CentroidModel model)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _model) = (options, model);
        var device = TorchDevice.Of(options.Device);
        model.Prepare(device, options.Precision);
        Predictor = new WholeFramePredictor(model, InputOf(options), device);
    }

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public CentroidOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override IReadOnlyList<PoseModel> Models => [_model];

    static int ILoadable<CentroidTransformer>.PayloadVersion => 1;

    /// <inheritdoc/>
    public override CentroidTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = prediction.On(Environment).ApplyTo(Options) with { MaxInstances = prediction.MaxInstances ?? Options.MaxInstances };
        PoseModelOptions.Throw(options.Faults(Subject));
        var model = new CentroidModel(options, Initialization.Default);
        model.CopyWeights(_model);
        return new CentroidTransformer(Environment, options, Subject, prediction.FrameOf(this), model);
    }

    internal static ModelColumns ColumnsOf(CentroidOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject with { Skeleton = CentroidModel.Skeleton }, centroidScores: true);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static CentroidTransformer ILoadable<CentroidTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<CentroidOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var model = SavedModel.LoadWeights(reader, new CentroidModel(options, Initialization.Default));
        return new CentroidTransformer(environment, options, saved.Subject, saved.Frame, model);
    }
}
