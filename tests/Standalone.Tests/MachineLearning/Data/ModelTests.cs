using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class ModelTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public float A { get; set; } = 1;
        public string Text { get; set; } = "b";

        [VectorType(2)]
        public float[] Point { get; set; } = [4, 8];
    }

    private IDataView View()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row));
        definition["Point"].AddAnnotation("SlotNames", new[] { "x", "y" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        return _ml.Data.LoadFromEnumerable(new[] { new Row(), new Row { A = float.NaN, Text = "a", Point = [2, -4] } }, definition);
    }

    private MemoryStream Save(ITransformer model, DataViewSchema? schema)
    {
        var stream = new MemoryStream();
        _ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return stream;
    }

    [Fact]
    public void EveryBuiltInTransformerComesBackAsItWas()
    {
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "A")
            .Append(_ml.Transforms.ReplaceMissingValues("Filled", "A", Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Maximum))
            .Append(_ml.Transforms.NormalizeMinMax("Scaled", "Point"))
            .Append(_ml.Transforms.NormalizeMeanVariance("Centred", "Point", fixZero: false, useCdf: true))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Text"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"))
            .Append(_ml.Transforms.Conversion.ConvertType("Wide", "Point", DataKind.Double))
            .Append(_ml.Transforms.Concatenate("Features", "Filled", "Scaled"))
            .Append(_ml.Transforms.DropColumns("Text"))
            .Append(_ml.Transforms.SelectColumns("Copy", "Filled", "Scaled", "Centred", "Key", "Back", "Wide", "Features"))
            .Fit(View());
        ITransformer loaded = new MLContext().Model.Load(Save(model, View().Schema), out DataViewSchema schema);

        Assert.Equal(["x", "y"], schema["Point"].SlotNames());
        DataDebuggerPreview before = model.Transform(View()).Preview();
        DataDebuggerPreview after = loaded.Transform(View()).Preview();
        Assert.Equal(before.Schema.Select(c => c.ToString()), after.Schema.Select(c => c.ToString()));
        Assert.Equal(before.RowView.Select(Text), after.RowView.Select(Text));
        Assert.Equal(["Filled", "Scaled.x", "Scaled.y"], after.Schema["Features"].SlotNames());
        Assert.Equal(["b", "a"], after.Schema["Key"].KeyValues());
    }

    private static string Text(DataDebuggerPreview.RowInfo row)
        => string.Join(" ", row.Values.Select(v => v.Value switch
        {
            VBuffer<float> vector => string.Join(",", vector.DenseValues()),
            VBuffer<double> vector => string.Join(",", vector.DenseValues()),
            _ => v.Value?.ToString(),
        }));

    [Fact]
    public void ModelsGoThroughFilesToo()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        _ml.Model.Save(_ml.Transforms.CopyColumns("C", "A").Fit(View()), View().Schema, path);
        ITransformer loaded = _ml.Model.Load(path, out DataViewSchema schema);
        Assert.Equal(["A", "Text", "Point"], schema.Select(c => c.Name));
        Assert.Equal("C", loaded.GetOutputSchema(schema).Last().Name);
    }

    [Fact]
    public void ASchemaIsNotNeeded()
    {
        _ml.Model.Load(Save(_ml.Transforms.CopyColumns("C", "A").Fit(View()), null), out DataViewSchema schema);
        Assert.Null(schema);
    }

    [Fact]
    public void TheZipIsLaidOutAsThatOfTheOriginal()
    {
        using var zip = new ZipArchive(Save(_ml.Transforms.CopyColumns("C", "A").Append(_ml.Transforms.CopyColumns("D", "A")).Fit(View()), View().Schema));
        Assert.Equal(["Schema", "TrainingInfo/Version.txt", "TransformerChain/Model.key", "TransformerChain/Transform_000/Model.key",
            "TransformerChain/Transform_001/Model.key"], zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
        byte[] key = Bytes(zip, "TransformerChain/Model.key");
        Assert.Equal("ML\0MODEL"u8.ToArray(), key[..8]);
        Assert.Equal("XFCHAIN"u8.ToArray(), key[0x40..0x48].Where(b => b != 0));
        Assert.Equal("TransformerChain"u8.ToArray(), key[0x50..0x60]);
        Assert.Contains("Microsoft.ML.Data, Version=1.0.0.0", System.Text.Encoding.Unicode.GetString(key, 0x100 + 12, key.Length - 0x100 - 20));
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        var memory = new MemoryStream();
        using Stream stream = zip.GetEntry(name)!.Open();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    [Fact]
    public void SavingNothingIsAnErrorAloneAndInAChain()
    {
        var silent = new Doubling("A", "A2");
        Assert.Equal("ModelSignature not specified!", Assert.Throws<InvalidOperationException>(() => Save(silent, null)).Message);
        Assert.Equal("ModelSignature not specified!",
            Assert.Throws<InvalidOperationException>(() => Save(new TransformerChain<ITransformer>(silent), null)).Message);
    }

    [Fact]
    public void AModelWithoutALoaderIsAnError()
    {
        var model = new Doubling("A", "A2", ctx => ThirdPartySave.SetVersion(ctx, "ACMESCAL", "AcmeScale", typeof(ModelTests).Assembly.FullName!));
        var error = Assert.Throws<FormatException>(() => _ml.Model.Load(Save(model, null), out _));
        Assert.Contains("Couldn't load model: 'TransformerChain'", error.Message);
    }

    [Fact]
    public void AnUnknownLoaderAssemblyIsNamed()
    {
        var model = new Doubling("A", "A2", ctx => ThirdPartySave.SetVersion(ctx, "ACMESCAL", "AcmeScale", "No.Such.Assembly"));
        Assert.Contains("No.Such.Assembly", Assert.Throws<FileNotFoundException>(() => _ml.Model.Load(Save(model, null), out _)).Message);
        var inner = Assert.Throws<TargetInvocationException>(() => _ml.Model.Load(Save(new TransformerChain<ITransformer>(model), null), out _));
        Assert.IsType<FileNotFoundException>(inner.InnerException);
    }

    [Theory]
    [InlineData("ACME", "AcmeScale")]
    [InlineData("ACMESCAL", "A loader's name that is far too long")]
    public void SignaturesHaveTheirLengths(string signature, string loader)
    {
        var model = new Doubling("A", "A2", ctx => ThirdPartySave.SetVersion(ctx, signature, loader, ""));
        Assert.IsType<InvalidOperationException>(Assert.Throws<TargetInvocationException>(() => Save(model, null)).InnerException);
    }

    [Fact]
    public void WhatIsNoZipIsSaidToBeNone()
        => Assert.Contains("zip", Assert.Throws<FormatException>(() => _ml.Model.Load(new MemoryStream([1, 2, 3]), out _)).Message);

    [Fact]
    public void ADamagedHeaderIsAnError()
    {
        MemoryStream saved = Save(_ml.Transforms.CopyColumns("C", "A").Fit(View()), null);
        using (var zip = new ZipArchive(saved, ZipArchiveMode.Update, leaveOpen: true))
        {
            byte[] key = Bytes(zip, "TransformerChain/Model.key");
            zip.GetEntry("TransformerChain/Model.key")!.Delete();
            using Stream stream = zip.CreateEntry("TransformerChain/Model.key").Open();
            stream.Write(key.AsSpan(0, key.Length - 9));
        }
        saved.Position = 0;
        Assert.Throws<FormatException>(() => _ml.Model.Load(saved, out _));
    }

    [Fact]
    public void ANewerModelIsToldFromTheHeader()
    {
        MemoryStream saved = Save(_ml.Transforms.CopyColumns("C", "A").Fit(View()), null);
        using (var zip = new ZipArchive(saved, ZipArchiveMode.Update, leaveOpen: true))
        {
            byte[] key = Bytes(zip, "TransformerChain/Model.key");
            key[0x48] = key[0x4C] = 9; // ModelVerWritten and ModelVerReadable
            zip.GetEntry("TransformerChain/Model.key")!.Delete();
            using Stream stream = zip.CreateEntry("TransformerChain/Model.key").Open();
            stream.Write(key);
        }
        saved.Position = 0;
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Model.Load(saved, out _));
        Assert.Contains("the model is too new", error.InnerException!.InnerException!.Message);
    }

    [Fact]
    public void LoaderTypesAreNotPublic()
    {
        Assembly core = typeof(ITransformer).Assembly;
        foreach (string name in new[] { "LoadableClassAttribute", "LoadableClassAttributeBase", "SignatureLoadModel", "ModelLoadContext", "VersionInfo", "ModelHeader" })
            Assert.False(core.GetType($"Microsoft.ML.{name}", throwOnError: true)!.IsPublic, name);
        Assert.Equal(["Dispose"], typeof(ModelSaveContext).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(m => m.Name));
        Assert.Empty(typeof(ModelSaveContext).GetConstructors());
    }
}
