using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds all nodes of all animals in a frame, and which animal each is of. Learns the animals
/// from their tracks. SLEAP-NN's <c>multi_class_bottomup</c> (Pereira et al., 2022).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType); `Keypoints`: vector of <xref:System.Single>; `Track`: [key](xref:Microsoft.ML.Data.KeyDataViewType), or a vector of it |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`, `InstanceScore`, `PredictedCentroid`, `IdentityScore`: variable-sized vector of <xref:System.Single>; `PredictedIdentity`: variable-sized vector of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class BottomUpIdEstimator : PoseEstimator<BottomUpIdTransformer>
{
    private readonly BottomUpIdOptions _options;

    internal BottomUpIdEstimator(MLContext context, BottomUpIdOptions options)
        : base(context, options.Columns, new(OneAnimal: false, EmptyRows: true, Tracks: true))
    {
        PoseModelOptions.Throw(options.Faults(PoseSubject.Unknown)); // what only the labels can tell is checked by Fit
        _options = options;
    }

    private protected override IReadOnlyList<string>? NamedClasses => _options.Classes;

    private protected override ModelColumns OutputsOf(PoseSubject subject) =>
        BottomUpIdTransformer.ColumnsOf(_options, subject);

    private protected override IReadOnlyList<TrainingStage> Stages(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        PoseModelOptions.Throw(_options.Faults(subject));
        return [StageOf(_options, subject)];
    }

    private protected override BottomUpIdTransformer Create(
        PoseSubject subject,
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> models
    ) => new(Environment, _options, subject, frame, models);

    internal static TrainingStage StageOf(BottomUpIdOptions options, PoseSubject subject) =>
        new(
            "multi_class_bottomup",
            options,
            frame => new FrameSampleMaker(
                options,
                frame,
                subject.Skeleton,
                row => (float[])row.Points.Clone(),
                row => row.ClassesOf(subject)
            ),
            seed => new BottomUpIdModel(options, subject, options.Training.Initialization, seed)
        );
}
