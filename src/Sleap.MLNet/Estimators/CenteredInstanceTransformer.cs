using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained centered-instance model: adds the nodes of the animals whose centres it is told, see <see cref="CenteredInstanceOptions.CropSource"/>. After a
/// <see cref="CentroidTransformer"/> in a pipeline it gives what <see cref="TopDownTransformer"/> gives, which decodes each frame only once.
/// </summary>
public sealed class CenteredInstanceTransformer : PoseModelTransformer, ILoadable<CenteredInstanceTransformer>
{
    private readonly CenteredInstanceModel _model;

    internal CenteredInstanceTransformer(IHostEnvironment environment, CenteredInstanceOptions options, PoseSubject subject, (int Height, int Width) frame, CenteredInstanceModel model)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _model) = (options, model);
        var device = TorchDevice.Of(options.Device);
        model.Prepare(device, options.Precision);
        Predictor = new TopDownPredictor(null, frame, new CropStage(model, options, null, device), device);
    }

    /// <summary>The options it was trained with, the size of the crops among them. Those of training keep their defaults after loading.</summary>
    public CenteredInstanceOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override IReadOnlyList<PoseModel> Models => [_model];

    static int ILoadable<CenteredInstanceTransformer>.PayloadVersion => 1;

    /// <summary>The same model with its crops put around other centres. It has weights of its own.</summary>
    /// <param name="source">Where the centres come from.</param>
    /// <param name="boxesColumn">Column of boxes for <see cref="CropSource.Boxes"/>; null: as before.</param>
    public CenteredInstanceTransformer With(CropSource source, string? boxesColumn = null) =>
        Copy(Options with { CropSource = source, BoxesColumn = boxesColumn ?? Options.BoxesColumn }, Frame);

    /// <inheritdoc/>
    public override CenteredInstanceTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy(prediction.On(Environment).ApplyTo(Options), prediction.FrameOf(this));
    }

    internal static ModelColumns ColumnsOf(CenteredInstanceOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject, centroidScores: true);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static CenteredInstanceTransformer ILoadable<CenteredInstanceTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<CenteredInstanceOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var model = SavedModel.LoadWeights(reader, new CenteredInstanceModel(options, null, saved.Subject, Initialization.Default));
        return new CenteredInstanceTransformer(environment, options, saved.Subject, saved.Frame, model);
    }

    private protected override CentreColumn? CentresOf(DataViewSchema schema) => CentreColumn.Bind(schema, Options, Skeleton, nameof(CenteredInstanceTransformer));

    private CenteredInstanceTransformer Copy(CenteredInstanceOptions options, (int Height, int Width) frame)
    {
        PoseModelOptions.Throw(options.Faults(Subject));
        var model = new CenteredInstanceModel(options, null, Subject, Initialization.Default);
        model.CopyWeights(_model);
        return new CenteredInstanceTransformer(Environment, options, Subject, frame, model);
    }
}
