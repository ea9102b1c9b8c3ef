using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains two networks, one that finds the centre of each animal and one that finds the nodes of the animal in a crop
/// around a centre. SLEAP-NN's <c>centroid</c> and <c>centered_instance</c> (Pereira et al., 2022).
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
public sealed class TopDownEstimator : PoseEstimator<TopDownTransformer>
{
    private readonly TopDownOptions _options;

    internal TopDownEstimator(MLContext context, TopDownOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: true, Tracks: false))
    {
        // what only the labels can tell is checked by Fit
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown).Concat(options.AnchorFaults()));
        _options = options;
    }

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        TopDownTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        var options = _options.Shared();
        return
        [
            CentroidEstimator.StageOf(options.Centroid, subject),
            CenteredInstanceEstimator.StageOf(options.CenteredInstance.Completed(subject, rows), null, subject),
        ];
    }

    private protected override TopDownTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) =>
        new(
            Environment,
            _options with
            {
                Centroid = (CentroidOptions)stages[0].Options,
                CenteredInstance = (CenteredInstanceOptions)stages[1].Options,
            },
            subject,
            frame,
            models
        );
}
