using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained bottom-up model: adds the nodes of every animal to each frame.
/// </summary>
public sealed class BottomUpTransformer : PoseModelTransformer, ILoadable<BottomUpTransformer>
{
    private readonly BottomUpModel _model;

    internal BottomUpTransformer(IHostEnvironment environment, BottomUpOptions options, PoseSubject subject, (int Height, int Width) frame, BottomUpModel model)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _model) = (options, model);
        var device = TorchDevice.Of(options.Device);
        model.Prepare(device, options.Precision);
        Predictor = new WholeFramePredictor(model, InputOf(options), device);
    }

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public BottomUpOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override InstanceFilterOptions Filter => Options.Filter;

    internal override IReadOnlyList<PoseModel> Models => [_model];

    static int ILoadable<BottomUpTransformer>.PayloadVersion => 1;

    /// <inheritdoc/>
    public override BottomUpTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = prediction.On(Environment).ApplyTo(Options) with { MaxInstances = prediction.MaxInstances ?? Options.MaxInstances };
        PoseModelOptions.Throw(options.Faults(Subject));
        var model = new BottomUpModel(options, Subject, Initialization.Default);
        model.CopyWeights(_model);
        return new BottomUpTransformer(Environment, options, Subject, prediction.FrameOf(this), model);
    }

    internal static ModelColumns ColumnsOf(BottomUpOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static BottomUpTransformer ILoadable<BottomUpTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<BottomUpOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var model = SavedModel.LoadWeights(reader, new BottomUpModel(options, saved.Subject, Initialization.Default));
        return new BottomUpTransformer(environment, options, saved.Subject, saved.Frame, model);
    }
}
