using Microsoft.ML;
using Sleap.Transforms;
using Xunit.Abstractions;

namespace Sleap.MLNet.Tests;

/// <summary>Exported models find in ONNX Runtime what the models find.</summary>
[Collection("generator")]
public sealed class ExportTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onnx").FullName;
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Target => Path.Combine(_folder, "export");

    public static TheoryData<PoseModelKind, PeakRefinement> Samples
    {
        get
        {
            var all = new TheoryData<PoseModelKind, PeakRefinement>();
            foreach (var kind in Enum.GetValues<PoseModelKind>().Except([PoseModelKind.Centroid]))
            {
                foreach (var refinement in Enum.GetValues<PeakRefinement>())
                    all.Add(kind, refinement);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Samples_of_all_types_find_the_same_points(PoseModelKind kind, PeakRefinement refinement)
    {
        using var sample = SampleModels.Load(_ml, kind);
        using var model = sample.With(new PredictionOptions { Refinement = refinement });
        var frames = _ml.Pose().LoadVideo(SampleModels.VideoOf(kind), [0, 40, 80]);
        var report = _ml.Pose().ExportOnnx(model, Target, new() { Frames = frames });
        output.WriteLine($"{kind} {refinement} {report}");
        Assert.Equal(3, report.Frames);
        Assert.InRange(report.Points, 4, int.MaxValue);
        Assert.InRange(report.LargestDifference, 0, OnnxGate.MaxDistance);
    }
}
