namespace Sleap.Studio.Tests;

/// <summary>Which models are found, and by what names.</summary>
public sealed class ModelListTests
{
    [Fact]
    public void Models_below_the_project_and_named_ones_are_found_and_no_others()
    {
        using var files = new EditFiles();
        var outside = Directory.CreateTempSubdirectory("sleap-models-").FullName;
        try
        {
            var labels = files.Small();
            FakeTool.WriteModel(files.New("models/one/model.zip"));
            FakeTool.WriteModel(files.New("a <b>.zip"));
            FakeTool.WriteModel(files.New("1/2/3/4/5/deep.zip"));
            FakeTool.WriteModel(files.New(".hidden/model.zip"));
            FakeTool.WriteModel(Path.Combine(outside, "named", "model.zip"));
            FakeTool.WriteModel(Path.Combine(outside, "linked", "model.zip"));
            Directory.CreateDirectory(files.New("sleap/centroid"));
            File.WriteAllText(files.New("sleap/centroid/training_config.yaml"), "");
            Directory.CreateDirectory(files.New("onnx"));
            File.WriteAllText(files.New("onnx/model.onnx"), "");
            File.WriteAllText(files.New("no.zip"), "text");
            using (
                System.IO.Compression.ZipFile.Open(files.New("other.zip"), System.IO.Compression.ZipArchiveMode.Create)
            )
            {
                // An archive of something else.
            }
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateSymbolicLink(files.New("link"), Path.Combine(outside, "linked"));
                File.CreateSymbolicLink(files.New("link.zip"), Path.Combine(outside, "linked", "model.zip"));
            }

            using var project = OpenedProject.Open([labels], new());
            var list = new ModelList(project, [Path.Combine(outside, "named", "model.zip"), "/gone/model.zip"]);
            var found = list.Find();
            Assert.Equal(
                ["a <b>.zip", "models/one/model.zip", "named/model.zip", "onnx", "sleap/centroid"],
                found.Select(model => model.Name).Order(StringComparer.Ordinal)
            );
            Assert.Equal("sleap/centroid", found.Single(model => model.IsStage).Name);
            Assert.Equal(found.Count, found.Select(model => model.Id).Distinct().Count());
            // Ids stay, and stand for nothing else.
            Assert.Equal(found, list.Find());
            Assert.All(found, model => Assert.Equal(model, list.Of(model.Id)));
            foreach (var id in new[] { "", "model-99", found[0].Path, "../model.zip", "model.zip" })
                Assert.Throws<EditException>(() => list.Of(id));
            var one = found.Single(model => model.Name == "models/one/model.zip");
            File.Delete(one.Path);
            Assert.Throws<EditException>(() => list.Of(one.Id));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }
}
