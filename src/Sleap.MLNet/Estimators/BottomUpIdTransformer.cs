using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>
/// A trained bottom-up ID model: adds the nodes of every animal, and who it is, to each frame.
/// </summary>
public sealed class BottomUpIdTransformer
    : PoseModelTransformer,
        ITrainedModel<BottomUpIdTransformer, BottomUpIdOptions>
{
    internal BottomUpIdTransformer(
        IHostEnvironment environment,
        BottomUpIdOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
        : base(
            environment,
            subject,
            frame,
            ColumnsOf(options, subject),
            [new(ModelType.BottomUpId, options, networks[0])]
        ) => (Options, Predictor) = (options, OnWholeFrames());

    /// <summary>The options it was trained with. Those of training keep their defaults after loading.</summary>
    public BottomUpIdOptions Options { get; }

    internal override object ModelOptions => Options;

    internal override PosePredictor Predictor { get; }

    internal override InstanceFilterOptions Filter => Options.Filter;

    /// <inheritdoc/>
    public override BottomUpIdTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Copy<BottomUpIdTransformer, BottomUpIdOptions>(
            prediction.On(Environment).ApplyTo(Options),
            prediction.FrameOf(this)
        );
    }

    internal static ModelColumns ColumnsOf(BottomUpIdOptions options, PoseSubject subject) =>
        ModelColumns.Many(options.Columns, subject, identities: true);

    static IReadOnlyList<PoseModel> ITrainedModel<BottomUpIdTransformer, BottomUpIdOptions>.Build(
        BottomUpIdOptions options,
        PoseSubject subject
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        return [new BottomUpIdModel(options, subject, Initialization.Default)];
    }

    static BottomUpIdTransformer ITrainedModel<BottomUpIdTransformer, BottomUpIdOptions>.Create(
        IHostEnvironment environment,
        BottomUpIdOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    ) => new(environment, options, subject, frame, networks);
}
