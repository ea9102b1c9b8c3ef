using Google.Protobuf;
using Microsoft.ML;
using Onnx;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Exports that are damaged, or that refer to other files, are refused by name.</summary>
public sealed class HostileOnnxTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly MLContext _ml = new(1);

    public HostileOnnxTests()
    {
        foreach (var file in Directory.GetFiles(Golden.PathOf("onnx/single_instance")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        // With its weights in the other file.
        using var data = File.Create(Path.Combine(_folder, "model.onnx.data"));
        Change(model =>
        {
            foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.RawData.Length > 0))
            {
                var (offset, length) = (data.Position, tensor.RawData.Length);
                data.Write(tensor.RawData.Span);
                tensor.RawData = ByteString.Empty;
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                void Entry(string key, string value) =>
                    tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
                Entry("location", "model.onnx.data");
                Entry("offset", $"{offset}");
                Entry("length", $"{length}");
            }
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Model => Path.Combine(_folder, "model.onnx");

    [Fact]
    public void Weights_in_another_file_are_read()
    {
        using var model = _ml.Pose().FromOnnx(_folder);
        var answers = Golden.Open("onnx/single_instance/answers.safetensors");
        Assert.Equal(answers.Floats("peaks"), ImportTests.Find(model, ImportTests.Image("single_instance")).Points);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    public void A_missing_file_is_named(string name)
    {
        File.Delete(Path.Combine(_folder, name));
        var fault = Assert.Throws<FileNotFoundException>(() => _ml.Pose().FromOnnx(_folder));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx", 0)]
    [InlineData("model.onnx", 10)]
    [InlineData("model.onnx", 4000)]
    [InlineData("model.onnx", 16000)]
    [InlineData("model.onnx.data", 1000)]
    [InlineData("export_metadata.json", 100)]
    [InlineData("training_config.yaml", 0)]
    [InlineData("training_config.yaml", 900)]
    public void A_cut_file_is_refused(string name, int length)
    {
        using (var file = File.OpenWrite(Path.Combine(_folder, name)))
            file.SetLength(length);
        Refused("");
    }

    public static TheoryData<string> Outside =>
        ["../model.onnx.data", "/etc/passwd", "C:\\windows\\win.ini", "a/b", "..", "", "sub\\file"];

    [Theory]
    [MemberData(nameof(Outside))]
    public void Weights_outside_of_the_folder_are_not_read(string location)
    {
        Change(model => Entry(External(model), "location").Value = location);
        Refused("expected the name of a file in the folder");
    }

    /// <summary>ONNX Runtime would look for the file in the folder that the program runs in.</summary>
    [Fact]
    public void A_saved_model_that_refers_to_a_file_is_refused()
    {
        var bytes = File.ReadAllBytes(Model);
        Assert.Contains(
            "expected the graph to have all",
            Assert.Throws<PoseFormatException>(() => OnnxFolder.Whole(bytes, "model.zip")).Message
        );
        Assert.Throws<PoseFormatException>(() => OnnxFolder.Whole([], "model.zip"));
    }

    [Fact]
    public void A_link_to_another_place_is_not_followed()
    {
        var data = Path.Combine(_folder, "model.onnx.data");
        File.Move(data, Path.Combine(_folder, "elsewhere"));
        File.CreateSymbolicLink(data, Path.Combine(_folder, "elsewhere"));
        Refused("is a link");
    }

    [Theory]
    [InlineData("offset", "99999999")]
    [InlineData("length", "99999999")]
    [InlineData("offset", "-4")]
    [InlineData("length", "many")]
    public void Numbers_of_bytes_that_are_not_there_are_refused(string key, string value)
    {
        Change(model => Entry(External(model), key).Value = value);
        Refused("");
    }

    [Fact]
    public void No_byte_is_read_twice()
    {
        Change(model =>
        {
            foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.ExternalData.Count > 0))
            {
                Entry(tensor, "offset").Value = "0";
                Entry(tensor, "length").Value = "60000";
            }
        });
        Refused("that other tensors have");
    }

    [Fact]
    public void Weights_of_another_shape_are_refused()
    {
        Change(model => External(model).Dims[0] *= 2);
        Refused("");
    }

    [Fact]
    public void Another_number_of_nodes_than_the_description_says_is_refused()
    {
        var file = Path.Combine(_folder, "export_metadata.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"A\",", "\"A\", \"C\",", StringComparison.Ordinal));
        Refused("2 nodes");
    }

    [Fact]
    public void Another_input_is_refused()
    {
        Change(model => model.Graph.Input[0].Name = "frame");
        Refused("");
    }

    [Fact]
    public void A_description_of_another_type_is_refused()
    {
        var file = Path.Combine(_folder, "export_metadata.json");
        File.WriteAllText(
            file,
            File.ReadAllText(file).Replace("\"single_instance\"", "\"bottomup\"", StringComparison.Ordinal)
        );
        Refused("model_type");
    }

    [Fact]
    public void No_mutation_does_anything_but_be_refused_or_read()
    {
        var bytes = File.ReadAllBytes(Model);
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var changed = (byte[])bytes.Clone();
            for (var count = 0; count < 4; count++)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(Model, changed);
            try
            {
                _ml.Pose().FromOnnx(_folder).Dispose();
            }
            catch (Exception fault) when (fault is PoseFormatException or IOException)
            {
                Assert.NotEmpty(fault.Message);
            }
        }
    }

    private void Refused(string cause)
    {
        var fault = Assert.Throws<PoseFormatException>(() => _ml.Pose().FromOnnx(_folder));
        Assert.Contains(cause, fault.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, fault.Message, StringComparison.Ordinal);
    }

    private void Change(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Model));
        change(model);
        File.WriteAllBytes(Model, model.ToByteArray());
    }

    private static TensorProto External(ModelProto model) =>
        model.Graph.Initializer.First(tensor => tensor.ExternalData.Count > 0);

    private static StringStringEntryProto Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.First(entry => entry.Key == key);
}
