using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Standalone.Tests.ImageAnalytics;

public sealed class ImageTransformsTests
{
    private readonly MLContext _ml = new(1);

    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }

    private sealed class PixelRow
    {
        public float[] Pixels { get; set; } = [];
    }

    private sealed class ImageRow
    {
        [ImageType(1, 2)]
        public MLImage? Image { get; set; }
    }

    private sealed class ByteRow
    {
        [VectorType(6)]
        public byte[] Bytes { get; set; } = [];
    }

    /// <summary>Two pixels: red 3, green 2, blue 1 and red 6, green 5, blue 4.</summary>
    private static string SavePair(TemporaryFolder folder, string name = "pair.png")
    {
        using MLImage image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255, 4, 5, 6, 255]);
        image.Save(folder.File(name));
        return name;
    }

    private static float[] Pixels(IDataView view, string column = "Pixels") => view.GetColumn<float[]>(column).First();

    [Fact]
    public void FilesBecomeVectorsOfOneSize()
    {
        using var folder = new TemporaryFolder();
        IDataView paths = _ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = SavePair(folder) } });
        var pipeline = _ml.Transforms.LoadImages("Image", folder.Path, "Path")
            .Append(_ml.Transforms.ResizeImages("Sized", 4, 2, "Image", ImageResizingEstimator.ResizingKind.Fill))
            .Append(_ml.Transforms.ExtractPixels("Pixels", "Sized"));
        IDataView result = pipeline.Fit(paths).Transform(paths);

        Assert.Equal("Image", result.Schema["Image"].Type.ToString());
        Assert.Equal("Image<2, 4>", result.Schema["Sized"].Type.ToString());
        Assert.Equal<int>([3, 2, 4], ((VectorDataViewType)result.Schema["Pixels"].Type).Dimensions);
        Assert.Equal([3, 3, 6, 6, 3, 3, 6, 6, 2, 2, 5, 5, 2, 2, 5, 5, 1, 1, 4, 4, 1, 1, 4, 4], Pixels(result));
    }

    [Fact]
    public void TheSchemaAnnouncedIsTheSchemaGiven()
    {
        using var folder = new TemporaryFolder();
        IDataView paths = _ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = SavePair(folder) } });
        var pipeline = _ml.Transforms.LoadImages("Image", folder.Path, "Path").Append(_ml.Transforms.LoadRawImageBytes("Raw", folder.Path, "Path"))
            .Append(_ml.Transforms.ResizeImages("Image", 2, 1)).Append(_ml.Transforms.ConvertToGrayscale("Gray", "Image")).Append(_ml.Transforms.ExtractPixels("Pixels", "Gray", outputAsFloatArray: false));
        SchemaShape announced = pipeline.GetOutputSchema(ShapeOf(paths));
        IDataView result = pipeline.Fit(paths).Transform(paths);

        foreach ((string name, SchemaShape.Column.VectorKind kind, DataViewType item) in new (string, SchemaShape.Column.VectorKind, DataViewType)[]
        {
            ("Image", SchemaShape.Column.VectorKind.Scalar, result.Schema["Image"].Type),
            ("Raw", SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Byte),
            ("Gray", SchemaShape.Column.VectorKind.Scalar, result.Schema["Gray"].Type),
            ("Pixels", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Byte),
        })
        {
            SchemaShape.Column column = announced.Single(c => c.Name == name);
            Assert.Equal(kind, column.Kind);
            Assert.True(item.Equals(column.ItemType), $"{name}: {item} announced as {column.ItemType}");
        }
    }

    [Theory]
    [InlineData(ImagePixelExtractingEstimator.ColorsOrder.ARGB, false, new float[] { 3, 6, 2, 5, 1, 4 })]
    [InlineData(ImagePixelExtractingEstimator.ColorsOrder.ABGR, false, new float[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData(ImagePixelExtractingEstimator.ColorsOrder.ARGB, true, new float[] { 3, 2, 1, 6, 5, 4 })]
    [InlineData(ImagePixelExtractingEstimator.ColorsOrder.AGBR, true, new float[] { 2, 1, 3, 5, 4, 6 })]
    public void ColoursComeInTheOrderAskedFor(ImagePixelExtractingEstimator.ColorsOrder order, bool interleaved, float[] expected)
    {
        IDataView images = Images();
        IDataView result = _ml.Transforms.ExtractPixels("Pixels", "Image", orderOfExtraction: order, interleavePixelColors: interleaved).Fit(images).Transform(images);

        Assert.Equal<int>(interleaved ? [1, 2, 3] : [3, 1, 2], ((VectorDataViewType)result.Schema["Pixels"].Type).Dimensions);
        Assert.Equal(expected, Pixels(result));
    }

    [Fact]
    public void OffsetComesBeforeScaleAndAlphaIsAPlane()
    {
        IDataView images = Images();
        IDataView result = _ml.Transforms.ExtractPixels("Pixels", "Image", ImagePixelExtractingEstimator.ColorBits.Alpha | ImagePixelExtractingEstimator.ColorBits.Blue,
            ImagePixelExtractingEstimator.ColorsOrder.ARGB, false, 1, 10).Fit(images).Transform(images);

        Assert.Equal([2540, 2540, 0, 30], Pixels(result));
    }

    [Fact]
    public void PixelsNeedAKnownSize()
    {
        using var folder = new TemporaryFolder();
        IDataView paths = _ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = SavePair(folder) } });
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadImages("Image", folder.Path, "Path").Append(_ml.Transforms.ExtractPixels("Pixels", "Image")).Fit(paths));

        Assert.Contains("Schema mismatch for input column 'Image': expected known-size image, got unknown-size image", fault.Message);
    }

    [Fact]
    public void AnImageOfAnotherSizeThanItsColumnsIsRefused()
    {
        using MLImage wrong = MLImage.CreateFromPixels(3, 1, MLPixelFormat.Bgra32, new byte[12]);
        IDataView images = _ml.Data.LoadFromEnumerable(new[] { new ImageRow { Image = wrong } });

        Assert.ThrowsAny<InvalidOperationException>(() => Pixels(_ml.Transforms.ExtractPixels("Pixels", "Image").Fit(images).Transform(images)));
    }

    [Fact]
    public void VectorsBecomeImagesAndBack()
    {
        IDataView bytes = _ml.Data.LoadFromEnumerable(new[] { new ByteRow { Bytes = [3, 6, 2, 5, 1, 4] } });
        var pipeline = _ml.Transforms.ConvertToImage(1, 2, "Image", "Bytes").Append(_ml.Transforms.ExtractPixels("Pixels", "Image", ImagePixelExtractingEstimator.ColorBits.All));
        IDataView result = pipeline.Fit(bytes).Transform(bytes);

        Assert.Equal("Image<1, 2>", result.Schema["Image"].Type.ToString());
        Assert.Equal([255, 255, 3, 6, 2, 5, 1, 4], Pixels(result));
    }

    [Fact]
    public void TheImageReadLastIsDisposedWithTheCursorThoughItIsTheUsers()
    {
        IDataView images = Images();
        IDataView result = _ml.Transforms.ExtractPixels("Pixels", "Image").Fit(images).Transform(images);
        Pixels(result);

        // The second pass finds the object of the first pass disposed.
        Assert.Equal("Object is disposed.", Assert.ThrowsAny<InvalidOperationException>(() => Pixels(result)).GetBaseException().Message);
    }

    [Fact]
    public void APredictionLeavesTheImageAlone()
    {
        using MLImage image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255, 4, 5, 6, 255]);
        ITransformer model = _ml.Transforms.ExtractPixels("Pixels", "Image").Fit(Images());
        using PredictionEngine<ImageRow, PixelRow> engine = _ml.Model.CreatePredictionEngine<ImageRow, PixelRow>(model);

        Assert.Equal([3, 6, 2, 5, 1, 4], engine.Predict(new ImageRow { Image = image }).Pixels);
        Assert.Equal([3, 6, 2, 5, 1, 4], engine.Predict(new ImageRow { Image = image }).Pixels);
        Assert.Equal(2, image.Width);
    }

    [Fact]
    public void AMissingFolderIsNamed() =>
        Assert.Contains("no-such-folder", Assert.Throws<ArgumentException>(() => _ml.Transforms.LoadImages("Image", "no-such-folder", "Path")).Message);

    [Fact]
    public void ImagesAreSavedAndLoadedWithTheModel()
    {
        using var folder = new TemporaryFolder();
        IDataView paths = _ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = SavePair(folder) } });
        var pipeline = _ml.Transforms.LoadImages("Image", folder.Path, "Path").Append(_ml.Transforms.ResizeImages("Image", 3, 3, "Image", ImageResizingEstimator.ResizingKind.IsoPad))
            .Append(_ml.Transforms.ConvertToGrayscale("Gray", "Image")).Append(_ml.Transforms.ExtractPixels("Pixels", "Gray"))
            .Append(_ml.Transforms.ConvertToImage(3, 3, "Back", "Pixels")).Append(_ml.Transforms.ExtractPixels("BackPixels", "Back", interleavePixelColors: true));
        ITransformer model = pipeline.Fit(paths);
        _ml.Model.Save(model, paths.Schema, folder.File("model.zip"));
        ITransformer loaded = new MLContext().Model.Load(folder.File("model.zip"), out _);

        foreach (string column in new[] { "Pixels", "BackPixels" })
            Assert.Equal(Pixels(model.Transform(paths), column), Pixels(loaded.Transform(paths), column));
    }

    private IDataView Images() => _ml.Data.LoadFromEnumerable(new[] { new ImageRow { Image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255, 4, 5, 6, 255]) } });

    private static SchemaShape ShapeOf(IDataView view) => ((IDataLoader<object>)new SchemaOnly(view.Schema)).Append(new Identity()).GetOutputSchema();

    // A loader of nothing, through which ML.NET says the shape of a schema.
    private sealed class SchemaOnly(DataViewSchema schema) : IDataLoader<object>
    {
        public DataViewSchema GetOutputSchema() => schema;

        public IDataView Load(object input) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }

    private sealed class Identity : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => throw new NotSupportedException();

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }
}
