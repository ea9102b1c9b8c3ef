using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained centered-instance model: adds the nodes of the animals whose centres it is told, see
/// <see cref="CenteredInstanceOptions.CropSource"/>. After a <see cref="CentroidTransformer"/> in a pipeline it gives
/// what <see cref="TopDownTransformer"/> gives, which decodes each frame only once.
/// </summary>
public sealed class CenteredInstanceTransformer
    : PoseModelTransformer,
        ITrainedModel<CenteredInstanceTransformer, CenteredInstanceOptions>
{
    internal CenteredInstanceTransformer(
        IHostEnvironment environment,
        CenteredInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            [new(ModelType.CenteredInstance, options, networks[0])]
        ) => (Options, Predictor) = (options, InCrops());

    /// <summary>
    /// The options it was trained with, the size of the crops among them. Those of training keep their defaults after
    /// loading.
    /// </summary>
    public CenteredInstanceOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    /// <summary>The same model with its crops put around other centres. It has weights of its own.</summary>
    /// <param name="source">Where the centres come from.</param>
    /// <param name="boxesColumn">Column of boxes for <see cref="CropSource.Boxes"/>; null: as before.</param>
    public CenteredInstanceTransformer With(CropSource source, string? boxesColumn = null) =>
        Copy<CenteredInstanceTransformer, CenteredInstanceOptions>(
            Options with
            {
                CropSource = source,
                BoxesColumn = boxesColumn ?? Options.BoxesColumn,
            },
            Frame
        );

    /// <inheritdoc/>
    public override CenteredInstanceTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<CenteredInstanceTransformer, CenteredInstanceOptions>(
            prediction.On(Environment).ApplyTo(Options),
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(CenteredInstanceOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject, centroidScores: true);

    private protected override CentreColumn? CentresOf(DataViewSchema schema) =>
        CentreColumn.Bind(schema, Options, Skeleton, nameof(CenteredInstanceTransformer));

    static IReadOnlyList<PoseModel> ITrainedModel<CenteredInstanceTransformer, CenteredInstanceOptions>.Build(
        CenteredInstanceOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        return [new CenteredInstanceModel(options, null, subject, Initialization.Default)];
    }

    static CenteredInstanceTransformer ITrainedModel<CenteredInstanceTransformer, CenteredInstanceOptions>.Create(
        IHostEnvironment environment,
        CenteredInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
