using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains two networks, one that finds the centre of each animal and one that finds the nodes of the animal in a crop
/// and tells who it is, learned from the tracks of the labels. SLEAP-NN's <c>centroid</c> and
/// <c>multi_class_topdown</c> (Pereira et al., 2022).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType); `Keypoints`: vector of <xref:System.Single>; `Track`: [key](xref:Microsoft.ML.Data.KeyDataViewType), or a vector of it |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`, `InstanceScore`, `PredictedCentroid`, `CentroidScore`, `IdentityScore`: variable-sized vector of <xref:System.Single>; `PredictedIdentity`: variable-sized vector of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class TopDownIdEstimator : PoseEstimator<TopDownIdTransformer>
{
    private readonly TopDownIdOptions _options;

    internal TopDownIdEstimator(MLContext context, TopDownIdOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: true, Tracks: true))
    {
        // what only the labels can tell is checked by Fit
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown).Concat(options.Stages().AnchorFaults()));
        _options = options;
    }

    private protected override IReadOnlyList<string>? NamedClasses => _options.Classes;

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        TopDownIdTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        var options = _options.Stages();
        return
        [
            CentroidEstimator.StageOf(options.Centroid, subject),
            CenteredInstanceEstimator.StageOf(
                options.CenteredInstance.Completed(subject, rows),
                _options.ClassVectors,
                subject
            ),
        ];
    }

    private protected override TopDownIdTransformer Create(
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
