using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained top-down model: adds the centre and the nodes of every animal to each frame. Rows hold as many animals as
/// centres were found; one of which no node was found has only NaN in its keypoints.
/// </summary>
public sealed class TopDownTransformer : PoseModelTransformer, ITrainedModel<TopDownTransformer, TopDownOptions>
{
    internal TopDownTransformer(
        IHostEnvironment environment,
        TopDownOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            ModelStage.TopDown(options.Shared(), ModelType.CenteredInstance, networks)
        ) => (Options, Predictor) = (options, InCrops());

    /// <summary>
    /// The options it was trained with, the size of the crops among them. Those of training keep their defaults after
    /// loading.
    /// </summary>
    public TopDownOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    internal override InstanceFilterOptions Filter => Options.Filter;

    /// <summary>A model from two trained ones, with weights of its own.</summary>
    internal static TopDownTransformer Join(
        IHostEnvironment environment,
        CentroidTransformer first,
        CenteredInstanceTransformer second
    )
    {
        var options = new TopDownOptions
        {
            Centroid = first.Options,
            CenteredInstance = second.Options,
            Columns = second.Options.Columns,
            Device = second.Options.Device,
        };
        List<string> faults = [.. options.Faults(second.Subject)];
        if (first.Frame != second.Frame)
        {
            faults.Add(
                $"The centroid model was trained on frames of {first.Frame.Width} x {first.Frame.Height} "
                    + $"pixels, the centered-instance model on {second.Frame.Width} x {second.Frame.Height}; both "
                    + $"must "
                    + $"be of the same recordings."
            );
        }

        PoseModelOptions.Throw(faults);
        PoseModelTransformer[] parts = [first, second];
        return TrainedModel.Of<TopDownTransformer, TopDownOptions>(
            environment,
            options,
            second.Subject,
            second.Frame,
            (network, i) => network.CopyWeights(parts[i].Stages[0].Model)
        );
    }

    /// <inheritdoc/>
    public override TopDownTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<TopDownTransformer, TopDownOptions>(
            prediction.On(Environment).ApplyTo(Options),
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(TopDownOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject, centroidScores: true);

    static IReadOnlyList<PoseModel> ITrainedModel<TopDownTransformer, TopDownOptions>.Build(
        TopDownOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        var stages = options.Shared();
        return
        [
            new CentroidModel(stages.Centroid, Initialization.Default),
            new CenteredInstanceModel(stages.CenteredInstance, null, subject, Initialization.Default),
        ];
    }

    static TopDownTransformer ITrainedModel<TopDownTransformer, TopDownOptions>.Create(
        IHostEnvironment environment,
        TopDownOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
