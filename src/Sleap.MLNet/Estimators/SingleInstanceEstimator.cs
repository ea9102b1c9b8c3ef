using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds the nodes of the one animal in each frame. SLEAP-NN's <c>single_instance</c> (Pereira et
/// al., 2022).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType); `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`, `PredictedCentroid`: known-sized vector of <xref:System.Single>; `InstanceScore`: <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class SingleInstanceEstimator : PoseEstimator<SingleInstanceTransformer>
{
    private readonly SingleInstanceOptions _options;

    internal SingleInstanceEstimator(MLContext context, SingleInstanceOptions options)
        : base(context, options.Columns, new(OneAnimal: true, EmptyRows: false, Tracks: false))
    {
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown)); // what only the labels can tell is checked by Fit
        _options = options;
    }

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        SingleInstanceTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        return [StageOf(_options, subject)];
    }

    private protected override SingleInstanceTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) => new(Environment, _options, subject, frame, models);

    internal static TrainingStage StageOf(SingleInstanceOptions options, PoseSubject subject) =>
        new(
            "single_instance",
            options,
            frame => new FrameSampleMaker(
                options,
                frame,
                subject.Skeleton,
                row => (float[])row.Points.Clone(),
                _ => [-1]
            ),
            seed => new SingleInstanceModel(options, subject, options.Training.Initialization, seed)
        );
}
