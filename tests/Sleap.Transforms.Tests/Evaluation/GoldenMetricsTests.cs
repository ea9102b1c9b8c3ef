using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>The error measure against figures that NumPy computed; see tests/golden/evaluation.</summary>
public sealed class GoldenMetricsTests
{
    [Fact]
    public void FiguresAreThoseOfTheReference()
    {
        var golden = JsonNode.Parse(
            File.ReadAllText(Path.Combine(TestFolder.Repository, "tests", "golden", "evaluation", "frames.json"))
        )!;
        var comparison = new PoseComparison(
            new Skeleton("five", ["a", "b", "c", "d", "e"]),
            new EvaluationOptions { Radius = (double)golden["radius"]! }
        );
        var number = 0;
        foreach (var frame in golden["frames"]!.AsArray())
            comparison.Add("v", number++, Instances(frame!["truth"]!), Instances(frame["predicted"]!));
        var metrics = comparison.Result();
        var expected = golden["expected"]!;
        Assert.Equal(
            ["instances", "predicted", "missed", "spurious", "visible", "found"],
            expected.AsObject().Take(6).Select(figure => figure.Key)
        );
        Assert.Equal(
            expected.AsObject().Take(6).Select(figure => (int)figure.Value!),
            [
                metrics.Instances,
                metrics.Predicted,
                metrics.Missed,
                metrics.Spurious,
                metrics.All.Visible,
                metrics.All.Found,
            ]
        );
        // The same doubles, summed in another order.
        foreach (
            (var name, var value) in new[]
            {
                ("mean", metrics.All.Mean),
                ("rmse", metrics.All.Rmse),
                ("p50", metrics.All.P50),
                ("p90", metrics.All.P90),
                ("p95", metrics.All.P95),
                ("p99", metrics.All.P99),
                ("within", metrics.All.Within),
            }
        )
        {
            Assert.Equal((double)expected[name]!, value, 1e-9);
        }
    }

    private static InstanceArray Instances(JsonNode instances) =>
        TestInstance.Frame([
            .. instances
                .AsArray()
                .Select(instance => new TestInstance([
                    .. instance!.AsArray().Select(value => value is null ? float.NaN : (float)value),
                ])),
        ]);
}
