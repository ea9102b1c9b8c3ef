using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML;

/// <summary>The image transforms on <c>mlContext.Transforms</c>.</summary>
public static class ImageEstimatorsCatalog
{
    public static ImageGrayscalingEstimator ConvertToGrayscale(this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null)
        => new(catalog.Environment, (outputColumnName, inputColumnName ?? outputColumnName));

    public static ImageLoadingEstimator LoadImages(this TransformsCatalog catalog, string outputColumnName, string imageFolder, string inputColumnName = null)
        => Load(catalog, outputColumnName, imageFolder, inputColumnName, decode: true);

    public static ImageLoadingEstimator LoadRawImageBytes(this TransformsCatalog catalog, string outputColumnName, string imageFolder, string inputColumnName = null)
        => Load(catalog, outputColumnName, imageFolder, inputColumnName, decode: false);

    public static ImagePixelExtractingEstimator ExtractPixels(this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null,
        ImagePixelExtractingEstimator.ColorBits colorsToExtract = ImagePixelExtractingEstimator.ColorBits.Rgb,
        ImagePixelExtractingEstimator.ColorsOrder orderOfExtraction = ImagePixelExtractingEstimator.ColorsOrder.ARGB,
        bool interleavePixelColors = false, float offsetImage = 0f, float scaleImage = 1f, bool outputAsFloatArray = true)
        => new(catalog.Environment, new ImagePixelExtractingTransformer(catalog.Environment, (outputColumnName, inputColumnName ?? outputColumnName),
            new ColorPlanes(colorsToExtract, orderOfExtraction, interleavePixelColors), offsetImage, scaleImage, outputAsFloatArray));

    public static ImageResizingEstimator ResizeImages(this TransformsCatalog catalog, string outputColumnName, int imageWidth, int imageHeight, string inputColumnName = null,
        ImageResizingEstimator.ResizingKind resizing = ImageResizingEstimator.ResizingKind.IsoCrop,
        ImageResizingEstimator.Anchor cropAnchor = ImageResizingEstimator.Anchor.Center)
        => new(catalog.Environment, new ImageResizingTransformer(catalog.Environment, (outputColumnName, inputColumnName ?? outputColumnName),
            new ImageResizingTransformer.Size(imageWidth, imageHeight, resizing, cropAnchor)));

    public static VectorToImageConvertingEstimator ConvertToImage(this TransformsCatalog catalog, int imageHeight, int imageWidth, string outputColumnName, string inputColumnName = null,
        ImagePixelExtractingEstimator.ColorBits colorsPresent = ImagePixelExtractingEstimator.ColorBits.Rgb,
        ImagePixelExtractingEstimator.ColorsOrder orderOfColors = ImagePixelExtractingEstimator.ColorsOrder.ARGB,
        bool interleavedColors = false, float scaleImage = 1f, float offsetImage = 0f,
        int defaultAlpha = 255, int defaultRed = 0, int defaultGreen = 0, int defaultBlue = 0)
        => new(catalog.Environment, new VectorToImageConvertingTransformer(catalog.Environment, (outputColumnName, inputColumnName ?? outputColumnName),
            new VectorToImageConvertingTransformer.Picture(imageHeight, imageWidth, new ColorPlanes(colorsPresent, orderOfColors, interleavedColors),
                scaleImage, offsetImage, defaultAlpha, defaultRed, defaultGreen, defaultBlue)));

    private static ImageLoadingEstimator Load(TransformsCatalog catalog, string outputColumnName, string imageFolder, string inputColumnName, bool decode)
        => new(catalog.Environment, new ImageLoadingTransformer(catalog.Environment, imageFolder, decode, (outputColumnName, inputColumnName ?? outputColumnName)));
}
