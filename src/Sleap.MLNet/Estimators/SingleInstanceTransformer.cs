using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained single-instance model: adds the places of the animal's nodes to each frame.
/// </summary>
public sealed class SingleInstanceTransformer
    : PoseModelTransformer,
        ITrainedModel<SingleInstanceTransformer, SingleInstanceOptions>
{
    internal SingleInstanceTransformer(
        IHostEnvironment environment,
        SingleInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            [new(ModelType.SingleInstance, options, networks[0])]
        ) => (Options, Predictor) = (options, OnWholeFrames());

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public SingleInstanceOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    /// <inheritdoc/>
    public override SingleInstanceTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<SingleInstanceTransformer, SingleInstanceOptions>(
            prediction.On(Environment).ApplyTo(Options),
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(SingleInstanceOptions options, PoseSubject subject) =>
        ModelColumns.Single(options.Columns, subject);

    static IReadOnlyList<PoseModel> ITrainedModel<SingleInstanceTransformer, SingleInstanceOptions>.Build(
        SingleInstanceOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        return [new SingleInstanceModel(options, subject, Initialization.Default)];
    }

    static SingleInstanceTransformer ITrainedModel<SingleInstanceTransformer, SingleInstanceOptions>.Create(
        IHostEnvironment environment,
        SingleInstanceOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
