using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The animal in the middle of a crop: one confidence map a node, and with class vectors the probability of each class.
/// </summary>
internal sealed class CenteredInstanceModel : SingleInstanceModel
{
    private readonly ClassVector? _classes;

    public CenteredInstanceModel(
        CenteredInstanceOptions options,
        ClassVectorOptions? classVectors,
        PoseSubject subject,
        Initialization initialization,
        int? seed = null
    )
        : base(options, options.Heads(subject, classVectors), subject, initialization, seed)
    {
        _classes = classVectors is null ? null : new ClassVector(subject.Classes.Count);
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        _classes is null
            ? base.HeadLosses(outputs, batch)
            :
            [
                .. base.HeadLosses(outputs, batch),
                ClassVector.Loss(outputs[1], _classes.Encode(batch.Classes.select(1, 0))),
            ];

    public override Tensor? RightClasses(Tensor[] outputs, TrainingBatch batch) =>
        _classes is null ? null : RightClasses(outputs[1].unsqueeze(1), batch.Classes);

    protected override FoundInstances[] Read(Tensor[] outputs)
    {
        var found = base.Read(outputs);
        if (_classes is null)
            return found;
        var probabilities = outputs[1].Values<float>();
        // Which class an animal gets depends on the others of its frame: a crop has its probabilities only.
        return
        [
            .. found.Select(
                (animal, image) =>
                    new FoundInstances(animal.Nodes, 1)
                    {
                        Points = animal.Points,
                        Values = animal.Values,
                        Scores = animal.Scores,
                        Centroids = animal.Centroids,
                        IdentityScores = probabilities[(image * _classes.Classes)..((image + 1) * _classes.Classes)],
                    }
            ),
        ];
    }
}
