using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class ModelFileTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var read = Assert.IsType<WindowSum>(ModelFile.Read(_ml, ModelFile.Write(new WindowSum(7))));
        Assert.Equal(7, read.BatchSize);
    }

    [Fact]
    public void ModelSaveAndLoadAlone()
    {
        using var folder = new TestFolder();
        _ml.Model.Save(new WindowSum(5), new RichView(1).Schema, folder["model.zip"]);
        var loaded = new MLContext(2).Model.Load(folder["model.zip"], out _);
        var view = loaded.Transform(new RichView(9));
        Assert.Equal(Enumerable.Range(0, 9).Select(row => 2 * RichView.X(row)), view.GetColumn<float>("Twice"));
    }

    [Fact]
    public void ModelSaveAndLoadInNestedChains()
    {
        using var folder = new TestFolder();
        var source = new RichView(9);
        ITransformer before = _ml.Transforms.CopyColumns("Y", "X").Fit(source);
        var transformed = new WindowSum(5).Transform(before.Transform(source));
        ITransformer after = _ml.Transforms.CopyColumns("Z", "Twice").Fit(transformed);
        var inner = new TransformerChain<ITransformer>(new WindowSum(5), after);
        _ml.Model.Save(new TransformerChain<ITransformer>(before, inner), source.Schema, folder["model.zip"]);

        var loaded = new MLContext(2).Model.Load(folder["model.zip"], out var schema);
        var view = loaded.Transform(new RichView(9));
        Assert.Equal(Enumerable.Range(0, 9).Select(row => 2 * RichView.X(row)), view.GetColumn<float>("Z"));
        Assert.NotNull(schema.GetColumnOrNull("X"));
    }

    [Property(MaxTest = 300)]
    public Property AnyDamagedByteIsFound()
    {
        var whole = ModelFile.Write(new WindowSum(7));
        return Prop.ForAll(
            Gen.Choose(0, whole.Length - 1).ToArbitrary(),
            Gen.Choose(1, 255).ToArbitrary(),
            (at, change) =>
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= (byte)change;
                Assert.Contains(
                    ModelFile.StreamName,
                    Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, damaged)).Message
                );
            }
        );
    }

    [Fact]
    public void AnyCutIsFound()
    {
        var whole = ModelFile.Write(new WindowSum(7));
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, whole[..length]));
        Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, [.. whole, 0]));
    }

    [Fact]
    public void ANewerFormatIsNamedAsSuch()
    {
        var newer = ModelFile.Write(new WindowSum(7));
        newer[8] = 200;
        var message = Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, newer)).Message;
        Assert.Contains("version 200", message);
        Assert.Contains($"up to {ModelFile.FormatVersion}", message);
    }

    [Fact]
    public void ANewerPayloadIsNamedAsSuch()
    {
        var message = Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, Stream(version: 4))).Message;
        Assert.Contains(nameof(WindowSum), message);
        Assert.Contains("version 4", message);
        Assert.Contains("up to 3", message);
    }

    [Theory]
    [InlineData("System.Private.CoreLib", "System.String", "begins with 'Sleap.'")]
    [InlineData("Sleap.Transforms/../../evil", "X", "begins with 'Sleap.'")]
    [InlineData("Sleap.NotThere", "X", "'Sleap.NotThere'")]
    [InlineData("Sleap.Transforms", "Sleap.Transforms.NotThere", "does not exist")]
    [InlineData("Sleap.Transforms", "Sleap.Transforms.PoseCatalog", "not a transformer")]
    [InlineData("Sleap.Transforms", "Sleap.Transforms.PoseTransformer", "not a transformer")]
    [InlineData("Sleap.Transforms", "Sleap.Transforms.AnalysisTransformer`1", "does not exist")]
    [InlineData(
        "Sleap.Transforms",
        "Sleap.Transforms.AnalysisTransformer`1[[Sleap.Transforms.RollingOptions, Sleap.Transforms]]",
        "does not exist"
    )]
    public void OnlyTransformersOfThisLibraryAreBuilt(string assembly, string type, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, Stream(assembly, type))).Message
        );

    [Theory]
    [InlineData("Angles")]
    [InlineData("BodyLength")]
    [InlineData("Chain")]
    [InlineData("Distances")]
    [InlineData("Egocentric")]
    [InlineData("Instances")]
    [InlineData("Interpolation")]
    [InlineData("JumpFilter")]
    [InlineData("Kinematics")]
    [InlineData("Regions")]
    [InlineData("Rolling")]
    [InlineData("ScoreFilter")]
    [InlineData("SizeNormalization")]
    [InlineData("Smoothing")]
    [InlineData("Social")]
    [InlineData("SwapRepair")]
    [InlineData("Tracking")]
    public void ATransformerIsStoredUnderTheNameAndVersionThatOlderProgramsKnow(string model)
    {
        var path = Path.Combine(TestFolder.Repository, "tests", "Sleap.MLNet.Tests", "SavedModels", model + ".zip");
        using var zip = System.IO.Compression.ZipFile.OpenRead(path);
        var parts = zip
            .Entries.Where(entry => entry.FullName.EndsWith(ModelFile.StreamName, StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(parts);
        foreach (var part in parts)
        {
            using var content = new MemoryStream();
            using (var stream = part.Open())
                stream.CopyTo(content);
            Assert.Equal(Header(content.ToArray()), Header(ModelFile.Write(ModelFile.Read(_ml, content.ToArray()))));
        }

        static (int Format, int Payload, string Assembly, string Type) Header(byte[] content)
        {
            using var reader = new BinaryReader(new MemoryStream(content));
            reader.BaseStream.Position = "SLEAPPOS"u8.Length;
            return (reader.ReadInt32(), reader.ReadInt32(), reader.ReadString(), reader.ReadString());
        }
    }

    [Fact]
    public void OptionsThatAFileDoesNotHaveKeepTheirDefaults()
    {
        var rolling = Assert.IsType<AnalysisTransformer<RollingOptions>>(
            ModelFile.Read(_ml, Analysis("Rolling", 1, "Speed", """{"Window":7}"""))
        );
        Assert.Equal("Speed", rolling.InputColumn);
        Assert.Equal(7, rolling.Options.Window);
        Assert.Equal(new RollingOptions().Statistics, rolling.Options.Statistics);
        Assert.Equal(new PoseColumnOptions(), rolling.Options.Columns);
    }

    [Fact]
    public void OptionsThatThisVersionDoesNotKnowAreRefused() =>
        Assert.Contains(
            "'Later'",
            Assert
                .Throws<InvalidDataException>(() =>
                    ModelFile.Read(_ml, Analysis("Rolling", 1, "Speed", """{"Later":7}"""))
                )
                .Message
        );

    [Fact]
    public void OptionsOfTheBinaryVersionLoad()
    {
        var smooth = Assert.IsType<AnalysisTransformer<SmoothOptions>>(
            ModelFile.Read(_ml, Analysis("Smoothing", 1, "Keypoints", "Smooth", 7, 1, "Video", "FrameIndex"))
        );
        Assert.Equal(
            new SmoothOptions
            {
                OutputColumn = "Smooth",
                Window = 7,
                Method = SmoothMethod.Mean,
            },
            smooth.Options
        );
        var kinematics = Assert.IsType<AnalysisTransformer<KinematicsOptions>>(
            ModelFile.Read(
                _ml,
                Analysis(
                    "Kinematics",
                    1,
                    ["Keypoints", "tail", "nose", 2.0, 25.0, 3, "C", "S", "H", "T", "Clip", "Frame"]
                )
            )
        );
        Assert.Equal(
            new KinematicsOptions
            {
                HeadingFrom = "tail",
                HeadingTo = "nose",
                PixelsPerUnit = 2,
                FramesPerSecond = 25,
                MaxGap = 3,
                Centroid = "C",
                Speed = "S",
                Heading = "H",
                TurnRate = "T",
                Columns = new() { Video = "Clip", FrameIndex = "Frame" },
            },
            kinematics.Options
        );
    }

    [Theory]
    [InlineData(4, "ends before")]
    [InlineData(12, "4 bytes more")]
    public void APayloadOfAnotherLengthIsFound(int bytes, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, Stream(payload: new byte[bytes]))).Message
        );

    [Fact]
    public void ADamagedModelFileSaysWhatIsWrong()
    {
        using var folder = new TestFolder();
        _ml.Model.Save(new WindowSum(5), null, folder["model.zip"]);
        using (
            var zip = System.IO.Compression.ZipFile.Open(
                folder["model.zip"],
                System.IO.Compression.ZipArchiveMode.Update
            )
        )
        {
            var part = Assert.Single(
                zip.Entries,
                entry => entry.FullName.EndsWith(ModelFile.StreamName, StringComparison.Ordinal)
            );
            var name = part.FullName;
            part.Delete();
            using var stream = zip.CreateEntry(name).Open();
            stream.Write("SLEAPPOS and then something else"u8);
        }
        var error = Assert.ThrowsAny<Exception>(() => new MLContext(2).Model.Load(folder["model.zip"], out _));
        // ML.NET wraps what a loader throws.
        Assert.Contains(ModelFile.StreamName, Assert.IsType<InvalidDataException>(error.GetBaseException()).Message);
    }

    private static byte[] Stream(string? assembly = null, string? type = null, int version = 3, byte[]? payload = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            payload ??= new byte[8];
            writer.Write("SLEAPPOS"u8);
            writer.Write(ModelFile.FormatVersion);
            writer.Write(version);
            writer.Write(assembly ?? typeof(WindowSum).Assembly.GetName().Name!);
            writer.Write(type ?? typeof(WindowSum).FullName!);
            writer.Write((long)payload.Length);
            writer.Write(payload);
        }
        return [.. stream.ToArray(), .. SHA256.HashData(stream.ToArray())];
    }

    private static byte[] Analysis(string name, int version, params object[] values)
    {
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var value in values)
                Write(writer, value);
        }
        return Stream("Sleap.Transforms", $"Sleap.Transforms.{name}Transformer", version, payload.ToArray());

        static void Write(BinaryWriter writer, object value)
        {
            switch (value)
            {
                case int number:
                    writer.Write(number);
                    break;
                case double number:
                    writer.Write(number);
                    break;
                default:
                    writer.Write((string)value);
                    break;
            }
        }
    }
}
