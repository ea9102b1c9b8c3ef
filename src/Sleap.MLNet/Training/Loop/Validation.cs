using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>How well a network does on the validation samples.</summary>
/// <param name="Loss">Mean loss of a sample.</param>
/// <param name="Error">Mean distance between labeled nodes and their nearest peaks in full-frame pixels; NaN if there is
/// no peak.</param>
/// <param name="ClassAccuracy">Fraction of the instances with the right class; NaN without classes.</param>
/// <param name="MeanAP">As in <see cref="TrainingProgress.ValidationMeanAP"/>.</param>
/// <param name="Pck">As in <see cref="TrainingProgress.ValidationPck"/>.</param>
/// <param name="Samples">The errors of each sample.</param>
internal sealed record Validation(
    double Loss,
    double Error,
    double ClassAccuracy,
    double MeanAP,
    double Pck,
    IReadOnlyList<SampleError> Samples
)
{
    /// <summary>Validates a network, which is in evaluation mode afterwards.</summary>
    /// <param name="model">The model that the network belongs to.</param>
    /// <param name="network">The network: that of the model, or one of the same architecture.</param>
    /// <param name="samples">The validation samples, which are not augmented.</param>
    /// <param name="options">Number of samples at once, and the settings of OKS.</param>
    public static Validation Of(PoseModel model, PoseNetwork network, TrainingSamples samples, TrainerOptions options)
    {
        network.eval();
        using var noGrad = no_grad();
        var device = network.parameters().First().device;
        var comparison = new PoseComparison(
            samples.Skeleton,
            new() { OksStddev = options.OksStddev, OksScale = options.OksScale }
        );
        var (hasOneInstance, lossSum, names, errors) = (false, 0.0, new List<float>(), new List<SampleError>());
        var size = options.ValidationBatch(samples.Input);
        for (var start = 0; start < samples.Count; start += size)
        {
            using var scope = NewDisposeScope();
            int[] indices = [.. Enumerable.Range(start, Math.Min(size, samples.Count - start))];
            var batch = samples.Batch(indices, Augmenter.None, Random.Shared).To(device); // draws no random numbers
            var outputs = network.call(batch.Images);
            lossSum += model.Loss(outputs, batch).item<float>() * indices.Length;
            if (model.CorrectClasses(outputs, batch) is { } right)
                names.AddRange(right.Values<float>().Where(name => !float.IsNaN(name)));
            var predicted = model.Read(outputs);
            hasOneInstance = predicted is not null;
            var nearest = model.Nearest(outputs, batch.Points);
            var distances = nearest.sub(batch.Points).Square().sum(-1).sqrt().Values<float>();
            var (found, labels) = (nearest.Values<float>(), batch.Points.Values<float>());
            var perSample = distances.Length / indices.Length;
            for (var i = 0; i < indices.Length; i++)
            {
                var (scale, own) = (samples.PointScale(indices[i]), (2 * i * perSample)..(2 * (i + 1) * perSample));
                errors.Add(
                    SampleError.Of(
                        indices[i],
                        scale,
                        distances.AsSpan(i * perSample, perSample),
                        found.AsSpan(own),
                        labels.AsSpan(own)
                    )
                );
                comparison.Add(
                    "",
                    indices[i],
                    Poses(labels[own]),
                    predicted?[i] is { } one ? InFrame(one) : Poses(found[own])
                );

                InstanceArray Poses(float[] points) =>
                    InFrame(
                        new(samples.Skeleton.Nodes.Length, perSample / samples.Skeleton.Nodes.Length)
                        {
                            Points = points,
                        }
                    );
                InstanceArray InFrame(InstanceArray poses) =>
                    new InstanceArray(poses.Nodes, poses.Count)
                    {
                        Points = [.. poses.Points.Select(value => value / scale)],
                        Scores = poses.Scores,
                    }.WhereVisible();
            }
        }
        var metrics = comparison.Result();
        var nodes = errors.Sum(sample => sample.Found);
        return new(
            lossSum / samples.Count,
            nodes == 0 ? double.NaN : errors.Sum(sample => sample.Sum) / nodes,
            names.Count == 0 ? double.NaN : names.Average(),
            hasOneInstance ? metrics.Oks.MeanAP : double.NaN,
            metrics.PckCurve.Mean,
            errors
        );
    }
}

/// <summary>The error of a network on one validation sample.</summary>
/// <param name="Sample">Index of the sample.</param>
/// <param name="Labeled">Number of labeled nodes.</param>
/// <param name="Found">Number of labeled nodes for which the network has a peak.</param>
/// <param name="Sum">Sum of the distances between labels and peaks in full-frame pixels.</param>
/// <param name="Nearest">
/// x and y of the nearest peak of each node in pixels of the network input; NaN = no peak, or not labeled.
/// </param>
internal sealed record SampleError(int Sample, int Labeled, int Found, double Sum, float[] Nearest)
{
    // Error of a labeled node without a peak, in pixels, for ranking samples.
    private const double MissedNodeError = 50;

    /// <summary>Mean distance of the nodes with a peak, in pixels; NaN if there are none.</summary>
    public double Mean => Found == 0 ? double.NaN : Sum / Found;

    /// <summary>Mean distance of all labeled nodes, where a node without a peak counts with a fixed error.</summary>
    public double ErrorWithMisses => Labeled == 0 ? 0 : (Sum + MissedNodeError * (Labeled - Found)) / Labeled;

    /// <param name="sample">Index of the sample.</param>
    /// <param name="scale">Network-input pixels per frame pixel.</param>
    /// <param name="distances">
    /// Distance of each node in pixels of the network input, NaN = no peak or not labeled.
    /// </param>
    /// <param name="nearest">x and y of the nearest peak of each node.</param>
    /// <param name="labels">x and y of the label of each node.</param>
    public static SampleError Of(
        int sample,
        float scale,
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> nearest,
        ReadOnlySpan<float> labels
    )
    {
        var (labeled, found, sum) = (0, 0, 0.0);
        for (var i = 0; i < distances.Length; i++)
        {
            if (!float.IsNaN(labels[2 * i]))
                labeled++;
            if (float.IsNaN(distances[i]))
                continue;
            sum += distances[i] / scale;
            found++;
        }
        return new(sample, labeled, found, sum, nearest.ToArray());
    }
}

/// <summary>What chooses the best weights.</summary>
internal enum TrainingMonitor
{
    /// <summary>The lowest validation loss.</summary>
    ValidationLoss,

    /// <summary>The lowest training loss.</summary>
    TrainingLoss,

    /// <summary>The lowest mean distance of peaks and labels in the validation.</summary>
    ValidationError,

    /// <summary>The highest share of instances with the right class in the validation.</summary>
    ClassAccuracy,

    /// <summary>The highest PCK in the validation.</summary>
    Pck,
}

/// <summary>sleap-nn's names of what chooses the best weights.</summary>
internal static class TrainingMonitors
{
    private static readonly Dictionary<string, TrainingMonitor> Names = new(StringComparer.Ordinal)
    {
        ["val/loss"] = TrainingMonitor.ValidationLoss,
        ["train/loss"] = TrainingMonitor.TrainingLoss,
        ["eval/val/distance/avg"] = TrainingMonitor.ValidationError,
        ["eval/val/centroid_dist_avg"] = TrainingMonitor.ValidationError,
        ["val/class_accuracy"] = TrainingMonitor.ClassAccuracy,
        ["eval/val/mPCK"] = TrainingMonitor.Pck,
    };

    /// <summary>Returns what a name stands for; null if it is not measured here.</summary>
    public static TrainingMonitor? Of(string name) => Names.TryGetValue(name, out var monitor) ? monitor : null;

    /// <summary>Returns the measure of an epoch; lower is better, NaN: there is none.</summary>
    public static double Measure(this TrainingMonitor monitor, TrainingProgress epoch) =>
        monitor switch
        {
            TrainingMonitor.TrainingLoss => epoch.TrainingLoss,
            TrainingMonitor.ValidationError => epoch.ValidationError,
            TrainingMonitor.ClassAccuracy => -epoch.ValidationIdentity,
            TrainingMonitor.Pck => -epoch.ValidationPck,
            _ => epoch.ValidationLoss,
        };

    /// <summary>Returns the name of what is monitored for a network.</summary>
    public static string NameOf(TrainingMonitor monitor, NetworkOptions network) =>
        Names.Last(pair => pair.Value == monitor && (network is CentroidOptions || !pair.Key.Contains("centroid"))).Key;
}
