using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class ValidationTests : IDisposable
{
    private static readonly UNetOptions Backbone = new()
    {
        Filters = 6,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("validation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_metrics_of_the_best_epoch_are_those_of_Evaluate_for_the_validation_frames()
    {
        using SpotFolder seen = new(12),
            held = new(9, seed: 5);
        var (ml, epochs) = (new MLContext(1), new List<TrainingProgress>());
        using var model = ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = Backbone,
                    Scale = 0.5f,
                    Sigma = 1.5f,
                    Augmentation = AugmentationOptions.None,
                    Training = new()
                    {
                        Epochs = 20,
                        StepsPerEpoch = 12,
                        LearningRate = 3e-3,
                        Seed = 3,
                        OksStddev = 0.05,
                        Precision = Precision.Single,
                        RunFolder = _folder,
                        Progress = new ProgressTo(epochs.Add),
                    },
                    Device = "cpu",
                }
            )
            .Fit(seen.View(ml), held.View(ml));
        var (best, metrics) = (
            epochs.Last(epoch => epoch.IsBest),
            ml.Pose().Evaluate(model.Transform(held.View(ml)), new() { OksStddev = 0.05 })
        );
        Assert.InRange(metrics.Oks.MeanAP, 0.01, 0.99);
        Assert.InRange(metrics.PckCurve.Mean, 0.01, 0.99);
        Assert.Equal(metrics.Oks.MeanAP, best.ValidationMeanAP, 1e-6);
        Assert.Equal(metrics.PckCurve.Mean, best.ValidationPck, 1e-6);

        var line = best.ToString();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"  mAP {best.ValidationMeanAP:0.00}"), line);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"  PCK {best.ValidationPck:0.00}"), line);
        var network = Path.Combine(_folder, "single_instance");
        var log = File.ReadAllLines(Path.Combine(network, "training_log.csv"));
        Assert.EndsWith(",val/identity,val/oks_map,val/pck", log[0]);
        Assert.EndsWith(
            string.Create(CultureInfo.InvariantCulture, $",,{best.ValidationMeanAP:R},{best.ValidationPck:R}"),
            log[best.Epoch]
        );
        var progress = JsonNode.Parse(File.ReadAllText(Path.Combine(network, "progress.json")))!;
        Assert.Equal(epochs[^1].ValidationMeanAP, (double)progress["validation_oks_map"]!);
        Assert.Equal(epochs[^1].ValidationPck, (double)progress["validation_pck"]!);
        var report = File.ReadAllText(Path.Combine(_folder, "report.html"));
        Assert.Contains("OKS mAP", report);
        Assert.Contains("PCK", report);
    }

    // Each nearest peak is 3 pixels of the network input away, which is 6 pixels of a frame: of the distances 1 to 10
    // the four above 6 are kept. The second instance has one node, which has no peak.
    [Fact]
    public void Of_several_instances_the_nearest_peaks_are_counted_and_there_is_no_average_precision()
    {
        using var scope = NewDisposeScope();
        var samples = new TrainingSamples((32, 32), (32, 32), 1, PairFolder.Skeleton);
        float[] points = [5, 5, 20, 8, float.NaN, float.NaN, -1, -1];
        samples.Add(new byte[32 * 32], points, [-1, -1], 0.5f, new FrameSource("", 0));
        var options = new BottomUpOptions { Backbone = Backbone, Device = "cpu" };
        var subject = new PoseSubject(PairFolder.Skeleton, []);
        using var model = new Shifted(options, subject, options.CreateModel(subject));
        var result = Validation.Of(model, model.Network, samples, new());
        Assert.Equal(0.4 * 2 / 3, result.Pck, 1e-6);
        Assert.Equal(6, result.Error, 1e-4);
        Assert.Equal(double.NaN, result.MeanAP);
    }

    [Fact]
    public void What_was_not_measured_is_an_empty_cell_of_the_log_and_a_line_is_read_as_it_was_written()
    {
        var epoch = new TrainingProgress(
            "bottomup",
            3,
            3,
            30,
            0.25,
            0.5,
            double.NaN,
            1e-3,
            IsBest: false,
            double.NaN,
            TimeSpan.FromSeconds(7.5),
            TimeSpan.Zero,
            ValidationPck: 1 / 3.0
        );
        Assert.Equal("bottomup,3,30,0.25,0.5,,0.001,7.5,,,0.3333333333333333", epoch.LogLine);
        Assert.Equal(epoch, TrainingProgress.FromLogLine(epoch.LogLine));
        Assert.DoesNotContain("mAP", epoch.ToString());
        Assert.Equal(-1 / 3.0, TrainingMonitors.Of("eval/val/mPCK")!.Value.Measure(epoch));
    }

    /// <summary>Finds each node 3 pixels to the right, and none beside the image.</summary>
    private sealed class Shifted(BottomUpOptions options, PoseSubject subject, PoseModel other)
        : PoseModel(options, subject, new SharedNetwork(other.Network))
    {
        public override Tensor Nearest(Tensor[] outputs, Tensor points) =>
            points.add(tensor(new float[] { 3, 0 })).masked_fill(points.lt(0).any(-1, keepdim: true), float.NaN);

        public override InstanceArray[] Find(Tensor images) => throw new NotSupportedException();

        protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) => [zeros(1), zeros(1)];
    }
}
