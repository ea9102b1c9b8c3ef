using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>ML.NET's PredictionEngine on each model type: one image in, the poses that Transform gives out.</summary>
public sealed class PredictionEngineTests
{
    private const int Frames = 3;
    private readonly MLContext _ml = new(1);

    public PredictionEngineTests() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    [Fact]
    public void Of_a_single_instance_model_it_gives_what_Transform_gives()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        var expected = Rows<OneAnimal>(model, PoseModelKind.SingleInstance);
        using var engine = _ml.Model.CreatePredictionEngine<Picture, OneAnimal>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        Assert.Contains(expected, row => row.PredictedKeypoints.Any(float.IsFinite));
        Assert.Equal(
            expected.Select(Text),
            Pictures(PoseModelKind.SingleInstance, picture => Text(engine.Predict(picture)))
        );

        static string Text(OneAnimal row) =>
            Joined(row.PredictedKeypoints, row.KeypointScore, [row.InstanceScore], row.PredictedCentroid);
    }

    [Theory]
    [InlineData(PoseModelKind.TopDown)]
    [InlineData(PoseModelKind.BottomUp)]
    public void Of_a_model_of_several_animals_it_gives_what_Transform_gives(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 1);
        var expected = Rows<Animals>(model, kind);
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Animals>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        Assert.Contains(expected, row => row.InstanceScore?.Length == 2);
        Assert.Equal(expected.Select(Text), Pictures(kind, picture => Text(engine.Predict(picture))));

        static string Text(Animals row) =>
            Joined(row.PredictedKeypoints, row.KeypointScore, row.InstanceScore, row.PredictedCentroid);
    }

    [Theory]
    [InlineData(PoseModelKind.TopDownId)]
    [InlineData(PoseModelKind.BottomUpId)]
    public void Of_a_model_that_tells_animals_apart_it_gives_the_same_names(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 1);
        Assert.Equal(2, model.Classes.Count);
        var expected = Rows<NamedAnimals>(model, kind);
        using var engine = _ml.Model.CreatePredictionEngine<Picture, NamedAnimals>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        Assert.Contains(expected, row => row.PredictedIdentity?.Any(key => key > 0) == true);
        Assert.Equal(expected.Select(Text), Pictures(kind, picture => Text(engine.Predict(picture))));

        static string Text(NamedAnimals row) =>
            Joined(
                row.PredictedKeypoints,
                row.KeypointScore,
                row.InstanceScore,
                row.PredictedCentroid,
                row.IdentityScore
            )
            + " "
            + string.Join(' ', row.PredictedIdentity ?? []);
    }

    [Fact]
    public void A_loaded_model_is_disposed_with_its_engine_and_a_shared_one_is_not()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        using var file = new MemoryStream();
        _ml.Model.Save(model, null, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);
        var expected = Rows<OneAnimal>(model, PoseModelKind.SingleInstance);
        using (
            var shared = _ml.Model.CreatePredictionEngine<Picture, OneAnimal>(
                model,
                new PredictionEngineOptions { OwnsTransformer = false }
            )
        )
        using (var owner = _ml.Model.CreatePredictionEngine<Picture, OneAnimal>(loaded))
        {
            Assert.Equal(
                Pictures(PoseModelKind.SingleInstance, picture => Joined(shared.Predict(picture).PredictedKeypoints)),
                Pictures(PoseModelKind.SingleInstance, picture => Joined(owner.Predict(picture).PredictedKeypoints))
            );
        }

        var again = Rows<OneAnimal>(model, PoseModelKind.SingleInstance);
        Assert.Equal(
            expected.Select(row => Joined(row.PredictedKeypoints)),
            again.Select(row => Joined(row.PredictedKeypoints))
        );
        Assert.Throws<ObjectDisposedException>(() =>
            loaded
                .Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 1))
                .GetColumn<float>("InstanceScore")
                .ToArray()
        );
    }

    [Fact]
    public void A_chain_of_a_model_and_transforms_of_single_rows_is_one_engine()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        var poses = model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames));
        var measure = _ml.Pose()
            .BodyLength("PredictedKeypoints", new() { Body = [.. model.Skeleton.Nodes] })
            .Append(_ml.Transforms.Concatenate("Features", "PredictedKeypoints", "BodyLength"));
        var chain = model.Append(measure.Fit(poses));
        var measured = chain.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames));
        var expected = measured.GetColumn<float[]>("Features").Select(row => Joined(row)).ToList();
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Measured>(
            chain,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        Assert.Equal(
            expected,
            Pictures(PoseModelKind.SingleInstance, picture => Joined(engine.Predict(picture).Features))
        );
    }

    [Theory]
    [InlineData("TrackingTransformer")]
    [InlineData("Kinematics")]
    [InlineData("Smooth")]
    [InlineData("Rolling")]
    [InlineData("InstancesTransformer")]
    public void What_needs_other_frames_is_refused_by_its_name_with_the_way_out(string name)
    {
        var pose = _ml.Pose();
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var view = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames);
        IEstimator<ITransformer> step = name switch
        {
            "TrackingTransformer" => pose.Track(),
            "Kinematics" => pose.Kinematics(),
            "Smooth" => pose.Smooth(),
            "Rolling" => pose.Rolling("InstanceScore"),
            _ => pose.ToInstances(),
        };
        var alone = step.Fit(model.Transform(view));
        var copied = _ml.Transforms.CopyColumns("Number", "FrameIndex").Fit(view);
        var poses = alone.Transform(model.Transform(copied.Transform(view)));
        var chain = copied
            .Append(model)
            .Append(alone)
            .Append(_ml.Transforms.Concatenate("Features", "PredictedKeypoints").Fit(poses));
        Refused(alone);
        Refused(model.Append(alone));
        Refused(chain);
        Assert.Equal(
            name,
            Assert
                .Throws<InvalidOperationException>(() => alone.GetRowToRowMapper(model.Transform(view).Schema))
                .Message.Split(' ')[0]
        );

        // It is saved, loaded and applied like any chain.
        using var file = new MemoryStream();
        _ml.Model.Save(chain, view.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        Refused(loaded);
        Assert.Equal(
            ColumnText.Of(chain.Transform(view), "Features", "Number"),
            ColumnText.Of(loaded.Transform(view), "Features", "Number")
        );
        (loaded as IDisposable)?.Dispose();

        void Refused(ITransformer transformer)
        {
            var message = Assert
                .Throws<InvalidOperationException>(() =>
                    _ml.Model.CreatePredictionEngine<Numbered, Measured>(transformer)
                )
                .Message;
            Assert.StartsWith(name + " ", message);
            Assert.Contains("as a PredictionEngine does. Use Transform on all rows", message);
        }
    }

    private List<T> Rows<T>(PoseModelTransformer model, PoseModelKind kind)
        where T : class, new() =>
        [
            .. _ml.Data.CreateEnumerable<T>(
                model.Transform(SampleModels.Frames(_ml, kind, Frames)),
                reuseRowObject: false
            ),
        ];

    private static List<string> Pictures(PoseModelKind kind, Func<Picture, string> predict)
    {
        List<string> rows = [];
        using var source = Video.FromFile(SampleModels.VideoOf(kind)).Open();
        for (var i = 0; i < Frames; i++)
        {
            using var image = FrameImage.From(source.Read(i));
            rows.Add(predict(new Picture { Image = image }));
        }
        return rows;
    }

    private static string Joined(params float[]?[] values) =>
        string.Join(
            " | ",
            values.Select(value => string.Join(' ', (value ?? []).Select(number => number.ToString("R"))))
        );

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Numbered
    {
        public MLImage Image { get; set; } = null!;
        public int FrameIndex { get; set; }
    }

    private sealed class OneAnimal
    {
        [VectorType(2, 2)]
        public float[] PredictedKeypoints { get; set; } = [];

        [VectorType(2)]
        public float[] KeypointScore { get; set; } = [];
        public float InstanceScore { get; set; }

        [VectorType(2)]
        public float[] PredictedCentroid { get; set; } = [];
    }

    private sealed class Animals
    {
        public float[]? PredictedKeypoints { get; set; }
        public float[]? KeypointScore { get; set; }
        public float[]? InstanceScore { get; set; }
        public float[]? PredictedCentroid { get; set; }
    }

    private sealed class NamedAnimals
    {
        public float[]? PredictedKeypoints { get; set; }
        public float[]? KeypointScore { get; set; }
        public float[]? InstanceScore { get; set; }
        public float[]? PredictedCentroid { get; set; }

        [KeyType(2)]
        public uint[]? PredictedIdentity { get; set; }
        public float[]? IdentityScore { get; set; }
    }

    private sealed class Measured
    {
        public float[] Features { get; set; } = [];
    }
}
