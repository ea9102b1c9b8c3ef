using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained bottom-up model: adds the nodes of every animal to each frame.
/// </summary>
public sealed class BottomUpTransformer : PoseModelTransformer, ITrainedModel<BottomUpTransformer, BottomUpOptions>
{
    internal BottomUpTransformer(
        IHostEnvironment environment,
        BottomUpOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            [new(ModelType.BottomUp, options, networks[0])]
        ) => (Options, Predictor) = (options, OnWholeFrames());

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public BottomUpOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    internal override InstanceFilterOptions Filter => Options.Filter;

    /// <inheritdoc/>
    public override BottomUpTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<BottomUpTransformer, BottomUpOptions>(
            prediction.On(Environment).ApplyTo(Options) with
            {
                MaxInstances = prediction.MaxInstances ?? Options.MaxInstances,
            },
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(BottomUpOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject);

    static IReadOnlyList<PoseModel> ITrainedModel<BottomUpTransformer, BottomUpOptions>.Build(
        BottomUpOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        return [new BottomUpModel(options, subject, Initialization.Default)];
    }

    static BottomUpTransformer ITrainedModel<BottomUpTransformer, BottomUpOptions>.Create(
        IHostEnvironment environment,
        BottomUpOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
