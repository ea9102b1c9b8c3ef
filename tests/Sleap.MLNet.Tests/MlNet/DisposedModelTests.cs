using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// A model that was disposed says so, and what may have disposed it; a file without its weights is never written.
/// </summary>
public sealed class DisposedModelTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("disposed-").FullName;

    public DisposedModelTests() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<PoseModelKind> Kinds => SampleModels.Kinds;

    /// <summary>The way in which a training was lost: an engine for a look at one image, then the save.</summary>
    [Fact]
    public void After_its_engine_a_model_is_not_saved_without_its_weights()
    {
        var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        using (_ml.Model.CreatePredictionEngine<Picture, Found>(model)) { }
        var file = Path.Combine(_folder, "model.zip");
        Says(() => _ml.Model.Save(model, null, file));
        Says(() => _ml.Pose().SaveSleap(model, Path.Combine(_folder, "sleap")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Everything_that_needs_the_networks_says_that_they_are_gone(PoseModelKind kind)
    {
        var model = SampleModels.Load(_ml, kind, batchSize: 1);
        var view = SampleModels.Frames(_ml, kind, 2);
        var lazy = model.Transform(view);
        using var running = lazy.GetRowCursor(lazy.Schema);
        var live = _ml.Pose().CreateLivePredictor(model);
        var engine = _ml.Model.CreatePredictionEngine<Picture, Found>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        using var image = MLImage.CreateFromPixels(64, 64, MLPixelFormat.Rgba32, new byte[64 * 64 * 4]);
        engine.Predict(new Picture { Image = image });

        model.Dispose();
        model.Dispose(); // twice does no harm

        Says(() => model.Transform(view));
        Says(() => model.With(new PredictionOptions()));
        Says(() => _ml.Model.Save(model, null, Path.Combine(_folder, "model.zip")));
        Says(() => lazy.GetColumn<int>("FrameIndex").Zip(ColumnText.Of(lazy, SampleModels.Outputs(model))).ToArray());
        Says(() =>
        {
            while (running.MoveNext()) { }
        });
        Says(() => live.Predict(image));
        Says(() => engine.Predict(new Picture { Image = image }));
        Says(() => _ml.Pose().CreateLivePredictor(model));
        // What it is stays known.
        Assert.NotEmpty(model.Skeleton.Nodes);
    }

    private static void Says(Action action)
    {
        var fault = Assert.ThrowsAny<Exception>(action).GetBaseException();
        Assert.IsType<ObjectDisposedException>(fault);
        Assert.Contains("OwnsTransformer = false", fault.Message);
    }

    private sealed class Picture
    {
        [ImageType(64, 64)]
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Found
    {
        public float[] PredictedKeypoints { get; set; } = null!;
    }
}
