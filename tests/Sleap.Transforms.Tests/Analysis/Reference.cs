using System.Text.Json.Nodes;
using Microsoft.ML;

namespace Sleap.Transforms.Tests;

/// <summary>The numbers of tests/golden/analysis, see its README.</summary>
internal static class Reference
{
    /// <summary>Single has seven digits and the values are about 100.</summary>
    public const double Tolerance = 1e-4;

    private static readonly JsonNode Json = JsonNode.Parse(
        File.ReadAllText(System.IO.Path.Combine(TestFolder.Repository, "tests", "golden", "analysis", "reference.json"))
    )!;

    public static int MaxGap => Json["max_gap"]!.GetValue<int>();

    public static double[] Series(string name) =>
        [.. Json[name]!.AsArray().Select(value => value?.GetValue<double>() ?? double.NaN)];

    /// <summary>A series as the way of one node.</summary>
    public static IDataView Path(MLContext ml, string name) =>
        Poses.Path(ml, [.. Series(name).Select((x, frame) => (frame, (float)x, (float)(2 * x)))]);

    public static void AssertClose(IEnumerable<double> expected, IEnumerable<double> found) =>
        Assert.Equal(expected, found, (a, b) => (double.IsNaN(a) && double.IsNaN(b)) || Math.Abs(a - b) < Tolerance);
}
