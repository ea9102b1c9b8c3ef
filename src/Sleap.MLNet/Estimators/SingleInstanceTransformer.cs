using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained single-instance model: adds the places of the animal's nodes to each frame.
/// </summary>
public sealed class SingleInstanceTransformer : PoseModelTransformer, ILoadable<SingleInstanceTransformer>
{
    private readonly SingleInstanceModel _model;

    internal SingleInstanceTransformer(IHostEnvironment environment, SingleInstanceOptions options, PoseSubject subject, (int Height, int Width) frame, SingleInstanceModel model)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _model) = (options, model);
        var device = TorchDevice.Of(options.Device);
        model.Prepare(device, options.Precision);
        Predictor = new WholeFramePredictor(model, InputOf(options), device);
    }

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public SingleInstanceOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override IReadOnlyList<PoseModel> Models => [_model];

    static int ILoadable<SingleInstanceTransformer>.PayloadVersion => 1;

    /// <inheritdoc/>
    public override SingleInstanceTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = prediction.On(Environment).ApplyTo(Options);
        PoseModelOptions.Throw(options.Faults(Subject));
        var model = new SingleInstanceModel(options, Subject, Initialization.Default);
        model.CopyWeights(_model);
        return new SingleInstanceTransformer(Environment, options, Subject, prediction.FrameOf(this), model);
    }

    internal static ModelColumns ColumnsOf(SingleInstanceOptions options, PoseSubject subject) => ModelColumns.Single(options.Columns, subject);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static SingleInstanceTransformer ILoadable<SingleInstanceTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<SingleInstanceOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var model = SavedModel.LoadWeights(reader, new SingleInstanceModel(options, saved.Subject, Initialization.Default));
        return new SingleInstanceTransformer(environment, options, saved.Subject, saved.Frame, model);
    }
}
