using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds the centre of each animal in a frame. SLEAP-NN's <c>centroid</c> (Pereira et al., 2022).
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
public sealed class CentroidEstimator : PoseEstimator<CentroidTransformer>
{
    private readonly CentroidOptions _options;

    internal CentroidEstimator(MLContext context, CentroidOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: true, Tracks: false))
    {
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown)); // what only the labels can tell is checked by Fit
        _options = options;
    }

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        CentroidTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        return [StageOf(_options, subject)];
    }

    private protected override CentroidTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) => new(Environment, _options, subject, frame, models);

    internal static TrainingStage StageOf(CentroidOptions options, PoseSubject subject)
    {
        var anchor = InstanceCentroids.AnchorOf(options.AnchorPart, subject.Skeleton);
        return new TrainingStage(
            "centroid",
            options,
            frame => new FrameSampleMaker(
                options,
                frame,
                CentroidModel.Skeleton,
                row => InstanceCentroids.OfAll(row.Points, row.Nodes, anchor),
                LabelledRow.NoClasses
            ),
            seed => new CentroidModel(options, options.Training.Initialization, seed)
        );
    }
}
