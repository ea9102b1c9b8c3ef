using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>The real recordings, and the network that models of them are measured with.</summary>
internal static class Recordings
{
    private static string Repository => Path.GetFullPath(Path.Combine(Golden.Folder, "..", ".."));

    public static string OpenField => Path.Combine(Repository, "examples/data/openfield");

    public static UNetOptions Network =>
        new()
        {
            Filters = 16,
            MaxStride = 16,
            OutputStride = 2,
        };

    public static AugmentationOptions Turned => new() { RotationMin = -180, RotationMax = 180 };

    public static IDataView Flies(PoseCatalog pose) =>
        pose.LoadLabels(
            Path.Combine(Repository, "tests/data/flies13_20190128.predictions.slp"),
            new LabelsOptions
            {
                Instances = InstanceChoice.UserElsePredicted,
                VideoPath = Path.Combine(Repository, "examples/data/flies13/flies13_20190128.mp4"),
            }
        );
}
