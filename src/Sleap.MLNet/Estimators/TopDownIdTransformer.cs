using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained top-down ID model: adds the nodes of every animal, and who it is, to each frame. Rows hold as many animals
/// as centres were found; one of which no node was found has only NaN in its keypoints.
/// </summary>
public sealed class TopDownIdTransformer : PoseModelTransformer, ITrainedModel<TopDownIdTransformer, TopDownIdOptions>
{
    internal TopDownIdTransformer(
        IHostEnvironment environment,
        TopDownIdOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            ModelStage.TopDown(options.Stages(), ModelType.TopDownId, networks)
        ) =>
        (Options, Predictor) = (options, InCrops(new ClassVector(subject.Classes.Count, options.LeastProbability)));

    /// <summary>
    /// The options it was trained with, the size of the crops among them. Those of training keep their defaults after
    /// loading.
    /// </summary>
    public TopDownIdOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    internal override InstanceFilterOptions Filter => Options.Filter;

    /// <inheritdoc/>
    public override TopDownIdTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var stages = prediction.On(Environment).ApplyTo(Options.Stages());
        var options = Options with
        {
            Centroid = stages.Centroid,
            CenteredInstance = stages.CenteredInstance,
            Device = stages.Device,
        };
        return Copy<TopDownIdTransformer, TopDownIdOptions>(options, prediction.FrameOf(this));
    }

    internal static ModelColumns ColumnsOf(TopDownIdOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject, centroidScores: true, identities: true);

    static IReadOnlyList<PoseModel> ITrainedModel<TopDownIdTransformer, TopDownIdOptions>.Build(
        TopDownIdOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        var stages = options.Stages();
        return
        [
            new CentroidModel(stages.Centroid, Initialization.Default),
            new CenteredInstanceModel(stages.CenteredInstance, options.ClassVectors, subject, Initialization.Default),
        ];
    }

    static TopDownIdTransformer ITrainedModel<TopDownIdTransformer, TopDownIdOptions>.Create(
        IHostEnvironment environment,
        TopDownIdOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
