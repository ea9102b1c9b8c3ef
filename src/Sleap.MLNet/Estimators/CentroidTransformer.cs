using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained centroid model: adds the centre of each animal to each frame, as centroids and as animals of a skeleton
/// with the one node <c>centroid</c>.
/// </summary>
public sealed class CentroidTransformer : PoseModelTransformer, ITrainedModel<CentroidTransformer, CentroidOptions>
{
    internal CentroidTransformer(
        IHostEnvironment environment,
        CentroidOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            [new(ModelType.Centroid, options, networks[0])]
        ) => (Options, Predictor) = (options, OnWholeFrames());

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public CentroidOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    /// <inheritdoc/>
    public override CentroidTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<CentroidTransformer, CentroidOptions>(
            prediction.On(Environment).ApplyTo(Options) with
            {
                MaxInstances = prediction.MaxInstances ?? Options.MaxInstances,
            },
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(CentroidOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject with { Skeleton = CentroidModel.Skeleton }, centroidScores: true);

    static IReadOnlyList<PoseModel> ITrainedModel<CentroidTransformer, CentroidOptions>.Build(
        CentroidOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        return [new CentroidModel(options, Initialization.Default)];
    }

    static CentroidTransformer ITrainedModel<CentroidTransformer, CentroidOptions>.Create(
        IHostEnvironment environment,
        CentroidOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
