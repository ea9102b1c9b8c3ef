using Microsoft.ML;
using Microsoft.ML.Transforms;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// ML.NET's ConvertToOnnx of a chain with steps of this library, which have no ONNX form: an error and not a file
/// without them.
/// </summary>
public sealed class OnnxExportTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void A_chain_with_a_model_is_not_converted(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var frames = SampleModels.Frames(_ml, kind, 2);
        Refused(
            model.GetType().Name,
            model.Append(_ml.Transforms.CopyColumns("Features", "PredictedKeypoints").Fit(model.Transform(frames))),
            frames
        );
    }

    [Fact]
    public void A_chain_with_an_analysis_of_a_models_poses_is_not_converted()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var poses = _ml.Data.Cache(
            model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 12)),
            "PredictedKeypoints"
        );
        var numbers = _ml.Transforms.SelectColumns("PredictedKeypoints").Fit(poses).Transform(poses);
        Refused("Smooth", Pose.Smooth("PredictedKeypoints").Append(Trainer()).Fit(numbers), numbers);
        Refused("InstancesTransformer", Pose.ToInstances("PredictedKeypoints").Append(Trainer()).Fit(numbers), numbers);
    }

    [Fact]
    public void What_comes_after_the_poses_is_converted_when_they_are_in_memory()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var poses = _ml.Data.Cache(
            model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 12)),
            "PredictedKeypoints"
        );
        var smooth = Pose.Smooth("PredictedKeypoints")
            .Append(_ml.Transforms.SelectColumns("PredictedKeypoints"))
            .Fit(poses)
            .Transform(poses);
        var trained = Trainer().Fit(smooth);
        using var file = new MemoryStream();
        Refused("Smooth", trained, smooth);
        _ml.Model.ConvertToOnnx(trained, _ml.Data.Cache(smooth), file);
        Assert.True(file.Length > 0);
    }

    private PoseCatalog Pose => _ml.Pose();

    private IEstimator<ITransformer> Trainer() =>
        _ml
            .Transforms.ReplaceMissingValues(
                "Features",
                "PredictedKeypoints",
                MissingValueReplacingEstimator.ReplacementMode.Mean
            )
            .Append(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2));

    private void Refused(string transformer, ITransformer chain, IDataView input)
    {
        using var file = new MemoryStream();
        var error = Assert.Throws<NotSupportedException>(() => _ml.Model.ConvertToOnnx(chain, input, file));
        Assert.StartsWith($"{transformer} cannot be converted to ONNX", error.Message);
        Assert.Contains("mlContext.Data.Cache(poses)", error.Message);
        Assert.Equal(0, file.Length);
    }
}
