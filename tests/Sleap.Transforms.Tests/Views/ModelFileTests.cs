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
    public void OnlyTransformersOfThisLibraryAreBuilt(string assembly, string type, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidDataException>(() => ModelFile.Read(_ml, Stream(assembly, type))).Message
        );

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
}
