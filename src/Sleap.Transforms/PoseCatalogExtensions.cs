using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>The way into this library from an <see cref="MLContext"/>.</summary>
public static class PoseCatalogExtensions
{
    // So that a property of type MLImage, of any size, is a column of images: for PredictionEngine, LoadFromEnumerable
    // and CreateEnumerable.
    static PoseCatalogExtensions() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    /// <summary>Animal poses in ML.NET: loading, splitting, analysing, evaluating and saving them.</summary>
    public static PoseCatalog Pose(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return new PoseCatalog(ml);
    }
}
