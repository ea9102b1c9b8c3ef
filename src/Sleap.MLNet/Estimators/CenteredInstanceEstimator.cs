using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds the nodes of the animal in the middle of a crop. SLEAP-NN's <c>centered_instance</c>
/// (Pereira et al., 2022). To predict it has to be told where the animals are, see
/// <see cref="CenteredInstanceOptions.CropSource"/>; <c>pose.TopDown</c> trains it together with the model that finds
/// them.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType); `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`, `InstanceScore`, `PredictedCentroid`, `CentroidScore`: variable-sized vector of <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class CenteredInstanceEstimator : PoseEstimator<CenteredInstanceTransformer>
{
    private readonly CenteredInstanceOptions _options;

    internal CenteredInstanceEstimator(MLContext context, CenteredInstanceOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: false, Tracks: false))
    {
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown)); // what only the labels can tell is checked by Fit
        _options = options;
    }

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        CenteredInstanceTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        return [StageOf(_options.Completed(subject, rows), null, subject)];
    }

    private protected override CenteredInstanceTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) => new(Environment, (CenteredInstanceOptions)stages[0].Options, subject, frame, models);

    internal static TrainingStage StageOf(
        CenteredInstanceOptions options,
        ClassVectorOptions? classVectors,
        PoseSubject subject
    ) =>
        new(
            classVectors is null ? "centered_instance" : "multi_class_topdown",
            options,
            frame => new CropSampleMaker(options, subject, frame),
            seed => new CenteredInstanceModel(options, classVectors, subject, options.Training.Initialization, seed)
        );
}
