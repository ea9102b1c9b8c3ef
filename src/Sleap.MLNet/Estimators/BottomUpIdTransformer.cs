using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained bottom-up ID model: adds the nodes of every animal, and who it is, to each frame.
/// </summary>
public sealed class BottomUpIdTransformer : PoseModelTransformer, ILoadable<BottomUpIdTransformer>
{
    private readonly BottomUpIdModel _model;

    internal BottomUpIdTransformer(IHostEnvironment environment, BottomUpIdOptions options, PoseSubject subject, (int Height, int Width) frame, BottomUpIdModel model)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _model) = (options, model);
        var device = TorchDevice.Of(options.Device);
        model.Prepare(device, options.Precision);
        Predictor = new WholeFramePredictor(model, InputOf(options), device);
    }

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public BottomUpIdOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override InstanceFilterOptions Filter => Options.Filter;

    internal override IReadOnlyList<PoseModel> Models => [_model];

    static int ILoadable<BottomUpIdTransformer>.PayloadVersion => 1;

    /// <inheritdoc/>
    public override BottomUpIdTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = prediction.On(Environment).ApplyTo(Options);
        PoseModelOptions.Throw(options.Faults(Subject));
        var model = new BottomUpIdModel(options, Subject, Initialization.Default);
        model.CopyWeights(_model);
        return new BottomUpIdTransformer(Environment, options, Subject, prediction.FrameOf(this), model);
    }

    internal static ModelColumns ColumnsOf(BottomUpIdOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject, identities: true);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static BottomUpIdTransformer ILoadable<BottomUpIdTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<BottomUpIdOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var model = SavedModel.LoadWeights(reader, new BottomUpIdModel(options, saved.Subject, Initialization.Default));
        return new BottomUpIdTransformer(environment, options, saved.Subject, saved.Frame, model);
    }
}
