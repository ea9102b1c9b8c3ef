using Microsoft.ML;
using Microsoft.ML.Data;
using Onnx;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Exports of sleap-nn are read, and give the instances that are in what ONNX Runtime answers there.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Points_of_a_graph_with_external_weights_are_its_outputs()
    {
        var (found, answers) = Predict("single_instance");
        Assert.Equal(answers.Floats("peaks"), found.Points);
        Assert.Equal(answers.Floats("peak_vals"), found.PeakScores);
    }

    [Fact]
    public void Instances_of_top_down_are_the_valid_ones()
    {
        var (found, answers) = Predict("topdown");
        var count = answers.Bytes("instance_valid").ToArray().Count(valid => valid == 1);
        Assert.Equal(2, count);
        Assert.Equal(count, found.Count);
        Assert.Equal(answers.Floats("peaks")[..(count * 4)], found.Points);
        Assert.Equal(answers.Floats("centroids")[..(count * 2)], found.Centroids);
        Assert.Equal(answers.Floats("centroid_vals")[..count], found.CentroidScores);
    }

    [Fact]
    public void Centers_of_a_centroid_graph_are_the_valid_ones()
    {
        var (found, answers) = Predict("centroid");
        var count = answers.Bytes("instance_valid")[..20].ToArray().Count(valid => valid == 1);
        Assert.Equal(2, count);
        Assert.Equal(count, found.Count);
        Assert.Equal(answers.Floats("centroids")[..(count * 2)], found.Centroids);
        Assert.Equal(answers.Floats("centroid_vals")[..count], found.CentroidScores);
    }

    /// <summary>Each instance has the class that makes the sum of probabilities largest.</summary>
    [Fact]
    public void Instances_of_top_down_ID_have_the_classes_of_the_outputs()
    {
        using var model = _ml.Pose().FromOnnx(Golden.PathOf("onnx/topdown_id"));
        Assert.Equal(2, model.Classes.Count);
        var (found, answers) = Predict("topdown_id");
        Assert.Equal([1, 1], answers.Bytes("instance_valid")[..2].ToArray());
        Assert.Equal(2, found.Count);
        Assert.Equal(answers.Floats("peaks")[..(2 * 13 * 2)], found.Points);
        Assert.Equal(answers.Floats("peak_vals")[..(2 * 13)], found.PeakScores);
        var classes = answers.Floats("class_logits");
        uint[] expected = classes[0] + classes[3] >= classes[1] + classes[2] ? [1, 2] : [2, 1];
        Assert.Equal(expected, found.Tracks);
    }

    [Fact]
    public void Peaks_are_grouped_along_lines()
    {
        var (found, answers) = Predict("bottomup");
        var (peaks, scores) = (answers.Floats("peaks"), answers.Floats("line_scores"));
        // Two peaks of each node; the lines of the first to the first and of the second to the second are good.
        Assert.True(scores[0] > 0.25f && scores[21] > 0.25f && scores[1] < 0.25f && scores[20] < 0.25f);
        Assert.Equal(2, found.Count);
        var expected = Enumerable
            .Range(0, 2)
            .Select(i => (A: peaks[(2 * i)..(2 * i + 2)], B: peaks[(40 + 2 * i)..(42 + 2 * i)]));
        foreach (var (a, b) in expected)
        {
            Assert.Contains(
                Enumerable.Range(0, 2),
                instance => found.PointsOf(instance).SequenceEqual(new[] { a[0], a[1], b[0], b[1] })
            );
        }
    }

    [Fact]
    public void Peaks_are_grouped_by_class_and_classes_have_names()
    {
        using var model = _ml.Pose().FromOnnx(Golden.PathOf("onnx/bottomup_id"));
        Assert.Equal(["female", "male"], model.Classes);
        var (found, answers) = Predict("bottomup_id");
        var (peaks, classes) = (answers.Floats("peaks"), answers.Floats("class_probs"));
        Assert.Equal(2, found.Count);
        for (var instance = 0; instance < 2; instance++)
        {
            var identity = (int)found.Tracks[instance] - 1;
            var best = Enumerable.Range(0, 2).MaxBy(peak => classes[2 * peak + identity]);
            Assert.Equal(peaks[(2 * best)..(2 * best + 2)], found.PointsOf(instance)[..2].ToArray());
        }
    }

    /// <summary>The type and all names come from the outputs alone.</summary>
    [Fact]
    public void A_graph_without_any_description_is_read()
    {
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Golden.PathOf("onnx/topdown/model.onnx")));
        graph.MetadataProps.Clear();
        Write(graph);
        using var model = _ml.Pose().FromOnnx(_folder);
        Assert.Equal("top-down", model.ModelOptions.TypeName);
        Assert.Equal("node0 node1", string.Join(' ', model.Skeleton.Nodes));
        var (expected, _) = Predict("topdown");
        Assert.Equal(expected.Points, Find(model, Image("topdown")).Points);
    }

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void It_is_a_transformer_like_its_model(PoseModelKind kind)
    {
        using var original = SampleModels.Load(_ml, kind);
        var target = Path.Combine(_folder, "export");
        _ml.Pose().ExportOnnx(original, target);
        using var exported = _ml.Pose().FromOnnx(target);
        var frames = SampleModels.Frames(_ml, kind, 5);
        Assert.Equal(
            original.GetOutputSchema(frames.Schema).Select(column => $"{column.Name} {column.Type}"),
            exported.GetOutputSchema(frames.Schema).Select(column => $"{column.Name} {column.Type}")
        );
        var file = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(exported, frames.Schema, file);
        using var loaded = (OnnxPoseTransformer)_ml.Model.Load(file, out _);
        var expected = Points(original.Transform(frames));
        foreach (var (points, index) in Points(loaded.Transform(frames)).Select((points, index) => (points, index)))
        {
            Assert.Equal(expected[index].Length, points.Length);
            Assert.All(
                expected[index].Zip(points),
                pair => Assert.True(pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) < 1e-3)
            );
        }

        using var changed = loaded.With(new PredictionOptions { BatchSize = 2, MaxInstances = 1 });
        Assert.Equal(2, changed.FramesAtOnce);
        var fault = Assert.Throws<ArgumentException>(() =>
            loaded.With(new PredictionOptions { PeakThreshold = 0.5f, Scale = 2 })
        );
        Assert.Contains("PeakThreshold is 0.5", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Scale is 2", fault.Message, StringComparison.Ordinal);
        var poses = Path.Combine(_folder, "poses.slp");
        Assert.Equal(5, _ml.Pose().Predict(changed, frames, poses).Processed);
        var live = _ml.Pose().CreateLivePredictor(changed, new() { WarmUpFrames = 1 });
        Assert.InRange(live.Predict(new byte[320 * 560], 320, 560, 1).Count, 0, 1);
    }

    [Fact]
    public void A_provider_that_is_not_there_is_told()
    {
        var fault = Assert.Throws<NotSupportedException>(() =>
            _ml.Pose().FromOnnx(Golden.PathOf("onnx/topdown"), new() { Provider = OnnxProvider.Cuda })
        );
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", fault.Message, StringComparison.Ordinal);
    }

    private void Write(ModelProto graph)
    {
        using var file = File.Create(Path.Combine(_folder, "model.onnx"));
        Google.Protobuf.MessageExtensions.WriteTo(graph, file);
    }

    private static float[][] Points(IDataView poses) => [.. poses.GetColumn<float[]>("PredictedKeypoints")];

    private (InstanceArray Found, Safetensors Answers) Predict(string folder)
    {
        using var model = _ml.Pose().FromOnnx(Golden.PathOf($"onnx/{folder}"));
        return (Find(model, Image(folder)), Golden.Open($"onnx/{folder}/answers.safetensors"));
    }

    internal static (byte[] Pixels, int Height, int Width, int Channels) Image(string folder)
    {
        var answers = Golden.Open($"onnx/{folder}/answers.safetensors");
        var shape = answers.Entries["image"].Shape;
        var (channels, height, width) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var planes = answers.Bytes("image")[..(channels * height * width)].ToArray(); // the first image
        var pixels = new byte[planes.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = planes[i % channels * height * width + i / channels];
        return (pixels, height, width, channels);
    }

    internal static InstanceArray Find(
        PoseModelTransformer model,
        (byte[] Pixels, int Height, int Width, int Channels) image
    )
    {
        var batch = model.Predictor.Begin(1, 1)[0];
        batch.Read(0, new FramePixels(image.Pixels, image.Height, image.Width, image.Channels), []);
        return batch.Predict(1)[0];
    }
}
