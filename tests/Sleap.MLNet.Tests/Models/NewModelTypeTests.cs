using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// A model type that is defined outside of the library, in this one file: the first node of the animal in a frame,
/// trained by the absolute error of its map.
/// </summary>
public sealed class NewModelTypeTests
{
    [Fact]
    public void A_new_model_type_is_one_file_and_is_trained_saved_loaded_and_used_as_all_others()
    {
        using var spots = new SpotFolder(30);
        var ml = new MLContext(1);
        var labels = spots.View(ml);
        var options = new FirstNodeOptions
        {
            Backbone = new UNetOptions
            {
                Filters = 8,
                FiltersRate = 2,
                MaxStride = 8,
                OutputStride = 2,
            },
            Sigma = 1.5f,
            Augmentation = AugmentationOptions.None,
            Device = "cpu",
            Training = new()
            {
                Epochs = 12,
                StepsPerEpoch = 15,
                LearningRate = 3e-3,
                Seed = 3,
                AverageDecay = 0.9,
                Device = "cpu",
            },
        };
        using var trained = ml.Pose().FirstNode(options).Fit(labels);
        Assert.Equal("first-node", trained.Options.TypeName);

        using var file = new MemoryStream();
        ml.Model.Save(trained, labels.Schema, file);
        file.Position = 0;
        using var loaded = (FirstNodeTransformer)new MLContext().Model.Load(file, out _);
        Assert.Equal(options.Sigma, loaded.Options.Sigma);

        var (first, again) = (trained.Transform(labels), loaded.Transform(labels));
        Assert.Equal(
            ["PredictedKeypoints", "KeypointScore", "InstanceScore", "PredictedCentroid"],
            first.Schema.Select(column => column.Name).Except(labels.Schema.Select(column => column.Name))
        );
        var expected = labels.GetColumn<float[]>("Keypoints").ToList();
        var found = first.GetColumn<float[]>("PredictedKeypoints").ToList();
        Assert.Equal(found, again.GetColumn<float[]>("PredictedKeypoints"));
        var errors = expected.Zip(
            found,
            (label, place) => Math.Abs(label[0] - place[0]) + Math.Abs(label[1] - place[1])
        );
        Assert.True(errors.Count(error => error < 6) >= 27, string.Join("; ", errors));

        using var lower = loaded.With(new PredictionOptions { PeakThreshold = 0.9f });
        Assert.Equal(0.9f, lower.Options.PeakThreshold);
        Assert.Same(loaded.Networks[0].Network, lower.Networks[0].Network);
    }
}

/// <summary>Options of the new type.</summary>
public sealed record FirstNodeOptions : NetworkOptions
{
    internal override string TypeName => "first-node";

    internal override string Title => "first node";

    internal override string NetworkName => "first_node";

    internal override LabelNeeds Needs => new(SingleInstance: true, EmptyRows: false, Tracks: false);

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [MapsHead(ConfidenceMapKind.SingleInstance, 1)];

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Single(Columns, subject with { Skeleton = FirstNodeModel.SkeletonOf(subject) });

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new FrameSampleMaker(this, frame, FirstNodeModel.SkeletonOf(subject), row => row.Points[..2], _ => [-1]);

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new FirstNodeModel(this, subject, network);

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) => pose.FirstNode(this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new FirstNodeTransformer(model);
}

/// <summary>Trains the new type.</summary>
public sealed class FirstNodeEstimator : PoseEstimator<FirstNodeTransformer>
{
    internal FirstNodeEstimator(MLContext context, FirstNodeOptions options)
        : base(context, options) { }
}

/// <summary>A trained model of the new type.</summary>
public sealed class FirstNodeTransformer : PoseModelTransformer<FirstNodeOptions>, ILoadable<FirstNodeTransformer>
{
    internal FirstNodeTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override FirstNodeTransformer With(PredictionOptions prediction) =>
        (FirstNodeTransformer)Changed(prediction);

    static int ILoadable<FirstNodeTransformer>.PayloadVersion => 1;

    static FirstNodeTransformer ILoadable<FirstNodeTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (FirstNodeTransformer)SavedModel.Load<FirstNodeOptions>(environment, reader);
}

internal sealed class FirstNodeModel : PoseModel
{
    private readonly ConfidenceMap _codec;

    public FirstNodeModel(FirstNodeOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network) => _codec = options.CreateMaps();

    public static Sleap.IO.Skeleton SkeletonOf(PoseSubject subject) => new("first node", [subject.Skeleton.Nodes[0]]);

    public override Tensor Nearest(Tensor[] outputs, Tensor points) =>
        _codec.Decode(outputs[0], float.NegativeInfinity, Options.Refinement).Points.unsqueeze(1);

    public override InstanceArray[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (points, values) = _codec.Decode(Outputs(images)[0], Options.PeakThreshold, Options.Refinement);
        var (places, peaks) = (points.Values<float>(), values.Values<float>());
        return
        [
            .. peaks.Select(
                (peak, image) =>
                {
                    var found = new InstanceArray(1, 1) { Points = places[(2 * image)..][..2], PeakScores = [peak] };
                    found.Summarize();
                    return found;
                }
            ),
        ];
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var target = _codec.Encode(batch.Points.select(1, 0), batch.Height, batch.Width);
        return [((outputs[0] - target).abs() * (1 + 20 * target)).mean()];
    }
}

internal static class FirstNodeCatalog
{
    public static FirstNodeEstimator FirstNode(this PoseCatalog pose, FirstNodeOptions options) =>
        new(pose.Context, options);
}
