using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds all nodes of all animals in a frame, and the fields that connect them to animals.
/// SLEAP-NN's <c>bottomup</c> (Pereira et al., 2022; part affinity fields: Cao et al., 2017, arXiv:1611.08050).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType); `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`, `InstanceScore`, `PredictedCentroid`: variable-sized vector of <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class BottomUpEstimator : PoseEstimator<BottomUpTransformer>
{
    private readonly BottomUpOptions _options;

    internal BottomUpEstimator(MLContext context, BottomUpOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: true, Tracks: false))
    {
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown)); // what only the labels can tell is checked by Fit
        _options = options;
    }

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        BottomUpTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        return [StageOf(_options, subject)];
    }

    private protected override BottomUpTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) => new(Environment, _options, subject, frame, models);

    internal static TrainingStage StageOf(BottomUpOptions options, PoseSubject subject) =>
        new(
            "bottomup",
            options,
            frame => new FrameSampleMaker(
                options,
                frame,
                subject.Skeleton,
                row => (float[])row.Points.Clone(),
                LabelledRow.NoClasses
            ),
            seed => new BottomUpModel(options, subject, options.Training.Initialization, seed)
        );
}
