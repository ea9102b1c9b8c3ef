using System.Text.Json.Nodes;
using Microsoft.ML;
using Onnx;
using Sleap.Transforms;
using Xunit.Abstractions;

namespace Sleap.MLNet.Tests;

/// <summary>Exported models find in ONNX Runtime what the models find.</summary>
[Collection("generator")]
public sealed class ExportTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Target => Path.Combine(_folder, "export");

    public static TheoryData<PoseModelKind, PeakRefinement> Samples
    {
        get
        {
            var all = new TheoryData<PoseModelKind, PeakRefinement>();
            foreach (var kind in Enum.GetValues<PoseModelKind>().Except([PoseModelKind.Centroid]))
            {
                foreach (var refinement in (PeakRefinement[])[PeakRefinement.Integral, PeakRefinement.Gaussian])
                    all.Add(kind, refinement);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Samples_of_all_types_find_the_same_points(PoseModelKind kind, PeakRefinement refinement)
    {
        using var sample = SampleModels.Load(_ml, kind);
        using var model = sample.With(new PredictionOptions { Refinement = refinement });
        var frames = _ml.Pose().LoadVideo(SampleModels.VideoOf(kind), [0, 40, 80]);
        var report = _ml.Pose().ExportOnnx(model, Target, new() { Frames = frames });
        output.WriteLine($"{kind} {refinement} {report}");
        Assert.Equal(3, report.Frames);
        Assert.InRange(report.Points, 4, int.MaxValue);
        Assert.InRange(report.LargestDifference, 0, OnnxGate.MaxDistance);
    }

    [Fact]
    public void A_changed_graph_is_refused_and_nothing_is_left()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var options = new OnnxExportOptions
        {
            Frames = _ml.Pose().LoadVideo(SampleModels.VideoOf(PoseModelKind.SingleInstance), [0]),
        };
        var fault = Assert.Throws<InvalidDataException>(() =>
            OnnxExport.Write(_ml.Pose(), model, Target, options, Move)
        );
        Assert.Contains("frame 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("pixels", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        // The points are divided by the scale at the end: by a little less here.
        static void Move(ModelProto graph)
        {
            var scale = graph.Graph.Initializer.First(tensor =>
                tensor.DataType == 1 && tensor.RawData.Span.SequenceEqual(BitConverter.GetBytes(0.5f))
            );
            scale.RawData = Google.Protobuf.ByteString.CopyFrom(BitConverter.GetBytes(0.49999f));
        }
    }

    [Fact]
    public void An_earlier_export_is_replaced_and_other_files_are_not()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        _ml.Pose().ExportOnnx(model, Target);
        string[] files = ["export_metadata.json", "model.onnx", "training_config.yaml"];
        Assert.Equal(files, Directory.GetFiles(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        _ml.Pose().ExportOnnx(model, Target);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
        File.WriteAllText(Path.Combine(Target, "notes.txt"), "mine");
        Assert.Throws<IOException>(() => _ml.Pose().ExportOnnx(model, Target));
        Assert.Equal(4, Directory.GetFiles(Target).Length);
    }

    /// <summary>The file has the keys of sleap-nn's, no more and no less.</summary>
    [Fact]
    public void The_description_has_the_keys_of_sleap_nn()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        _ml.Pose().ExportOnnx(model, Target);
        static JsonObject Read(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var (ours, theirs) = (
            Read(Path.Combine(Target, "export_metadata.json")),
            Read(Golden.PathOf("onnx/bottomup_id/export_metadata.json"))
        );
        Assert.Equal(theirs.Select(entry => entry.Key), ours.Select(entry => entry.Key));
        // What is of this model and not of the type; and edges, which sleap-nn has for bottom-up only.
        string[] own =
        [
            "export_timestamp",
            "training_config_hash",
            "max_height",
            "max_width",
            "max_batch_size",
            "model_name",
            "edge_inds",
            "n_edges",
        ];
        foreach (var (key, value) in theirs.Where(entry => !own.Contains(entry.Key)))
            Assert.Equal($"{key} {value?.ToJsonString()}", $"{key} {ours[key]?.ToJsonString()}");
    }

    [Fact]
    public void A_crop_network_alone_and_an_exported_model_are_refused()
    {
        using var crops = _ml.Pose().FromSleap(Golden.PathOf("models/centered_instance"));
        Assert.Throws<NotSupportedException>(() => _ml.Pose().ExportOnnx(crops, Target));
        using var exported = _ml.Pose().FromOnnx(Golden.PathOf("onnx/topdown"));
        Assert.Throws<NotSupportedException>(() => _ml.Pose().ExportOnnx(exported, Target));
        Assert.Throws<NotSupportedException>(() => _ml.Pose().SaveSleap(exported, Target));
    }
}
