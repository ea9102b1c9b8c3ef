using System.Text.Json.Nodes;

namespace Sleap.Cli.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_is_exported_and_predicts_from_the_folder()
    {
        var (onnx, poses) = (Path.Combine(_folder, "onnx"), Path.Combine(_folder, "poses.slp"));
        var model = Path.Combine(Cli.Root, "tests/golden/models/single_instance");
        var video = Cli.Data("small_robot.mp4");
        var report = Cli.Json("export", model, "--onnx", onnx, "--frames-from", video, "--frames", "2");
        Assert.Equal(2, (int?)report["frames"]);
        Assert.Equal(4, (int?)report["points"]);
        Assert.InRange((float)report["largest_difference"]!, 0, 1e-3f);
        Assert.True(File.Exists(Path.Combine(onnx, "model.onnx")));
        var predicted = Cli.Json("predict", video, "--model", onnx, "--frames", "0-3", "--out", poses);
        Assert.IsType<JsonObject>(predicted);
        Assert.True(File.Exists(poses));

        File.Delete(Path.Combine(onnx, "model.onnx"));
        var (code, _, error) = Cli.Run("predict", video, "--model", onnx, "--out", poses + "2");
        Assert.Equal(1, code);
        Assert.Contains("has no model.onnx", error);
    }
}
