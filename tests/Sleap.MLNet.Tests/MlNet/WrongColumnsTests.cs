using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Data without the columns that a loaded model needs: the message says who needs what, and what is there.
/// </summary>
public sealed class WrongColumnsTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void An_image_column_that_is_missing_or_of_another_type_is_told(PoseModelKind kind)
    {
        using var sample = SampleModels.Load(_ml, kind);
        using var model = Loaded(sample);
        var name = $"{kind}Transformer";

        var missing = Refused(model, Only("Video", "FrameIndex"));
        Assert.StartsWith(
            $"{name}: the input has no column 'Image' (expected Image). It has: Video, FrameIndex.",
            missing
        );
        Assert.Contains("Cache, AppendCacheCheckpoint and ShuffleRows drop columns of images", missing);

        var frames = Only("Video", "FrameIndex");
        var text = _ml.Transforms.CopyColumns("Image", "Video").Fit(frames).Transform(frames);
        Assert.StartsWith($"{name}: the column 'Image' is String, expected Image.", Refused(model, text));
    }

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void A_column_of_another_name_is_kept_in_the_file_and_told_when_it_is_missing(PoseModelKind kind)
    {
        using var sample = SampleModels.Load(_ml, kind);
        using var renamed = WithImageColumn(sample, "Picture");
        using var model = Loaded(renamed);
        var frames = SampleModels.Frames(_ml, kind, 1);
        Assert.StartsWith(
            $"{kind}Transformer: the input has no column 'Picture' (expected Image). It has: Video, "
                + $"FrameIndex, Image, FrameError.",
            Refused(model, frames)
        );

        var copied = _ml.Transforms.CopyColumns("Picture", "FrameIndex").Fit(frames).Transform(frames);
        Assert.StartsWith($"{kind}Transformer: the column 'Picture' is Int32, expected Image.", Refused(model, copied));
        // With the column it is the model that it was.
        var right = _ml.Transforms.CopyColumns("Picture", "Image").Fit(frames).Transform(frames);
        Assert.Equal(
            ColumnText.Of(sample.Transform(frames), SampleModels.Outputs(sample)),
            ColumnText.Of(model.Transform(right), SampleModels.Outputs(model))
        );
    }

    [Fact]
    public void A_model_that_is_told_the_centers_tells_when_they_are_missing_or_of_another_type()
    {
        using var sample = _ml.Pose().FromSleap(Golden.PathOf("models/centered_instance"));
        using var model = (CenteredInstanceTransformer)Loaded(sample);
        var frames = SampleModels.Frames(_ml, PoseModelKind.TopDown, 1);
        Assert.StartsWith(
            "CenteredInstanceTransformer: the input has no column 'PredictedCentroid' (expected "
                + "centroids: Vector<Single, *, 2>). It has: Video, FrameIndex, Image, FrameError.",
            Refused(model, frames)
        );
        var text = _ml.Transforms.CopyColumns("PredictedCentroid", "Video").Fit(frames).Transform(frames);
        Assert.StartsWith(
            "CenteredInstanceTransformer: the column 'PredictedCentroid' is String, expected "
                + "centroids: Vector<Single, *, 2>.",
            Refused(model, text)
        );

        using var boxes = model.With(CropSource.Boxes, "Found");
        Assert.StartsWith(
            "CenteredInstanceTransformer: the input has no column 'Found' (expected a vector of "
                + "Single: left, top, right, bottom of each box).",
            Refused(boxes, frames)
        );
        using var labels = model.With(CropSource.Labels);
        Assert.StartsWith(
            "CenteredInstanceTransformer: the input has no column 'Keypoints' (expected keypoints: "
                + "Vector<Single, nodes, 2> or Vector<Single, *, nodes, 2>).",
            Refused(labels, frames)
        );
    }

    /// <summary>What Transform says; it says it before a row is read, as do the schema and the row mapper.</summary>
    private static string Refused(PoseModelTransformer model, IDataView view)
    {
        var message = Assert.Throws<ArgumentException>(() => model.Transform(view)).Message;
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => model.GetOutputSchema(view.Schema)).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => model.GetRowToRowMapper(view.Schema)).Message);
        return message;
    }

    private IDataView Only(params string[] columns)
    {
        var frames = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 1);
        return _ml.Transforms.SelectColumns(columns).Fit(frames).Transform(frames);
    }

    private PoseModelTransformer Loaded(PoseModelTransformer model)
    {
        using var file = new MemoryStream();
        _ml.Model.Save(model, null, file);
        file.Position = 0;
        return (PoseModelTransformer)new MLContext().Model.Load(file, out _);
    }

    /// <summary>The model as one trained on images of a column of another name.</summary>
    private static PoseModelTransformer WithImageColumn(PoseModelTransformer model, string image)
    {
        var options = model.ModelOptions with { Columns = new() { Image = image } };
        return TrainedModel.Share(model.Environment, options, model.Subject, model.Frame, model.Networks);
    }
}
