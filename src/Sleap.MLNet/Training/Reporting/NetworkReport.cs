using System.Globalization;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>One network's part of a run's page.</summary>
/// <param name="page">The page that it is on.</param>
/// <param name="stage">The network.</param>
/// <param name="folder">Its folder, which knows its epochs.</param>
internal sealed class NetworkReport(TrainingReport page, TrainingStage stage, RunFolder folder)
{
    private const int Pictured = 6;
    private static readonly DrawingOptions Drawing = FramePictures.ForParts(new DrawingOptions());

    public string Name => stage.Name;

    public PoseModelOptions Options => stage.Options;

    public IReadOnlyList<TrainingProgress> History => folder.History;

    /// <summary>What it was trained on, in words; empty before its training begins.</summary>
    public string Data { get; private set; } = "";

    /// <summary>
    /// The worst validation frames of the best epoch, as addresses for a page, with what stands below.
    /// </summary>
    public IReadOnlyList<(string Data, string Caption)> Pictures { get; private set; } = [];

    /// <summary>Whose nodes the pictures show.</summary>
    public Skeleton Skeleton { get; private set; } = new("", []);

    /// <summary>Training is about to begin.</summary>
    public void Begin(SampleMaker samples, long parameters)
    {
        var (height, width) = samples.Training.Input;
        Skeleton = samples.Skeleton;
        Data = string.Create(
            CultureInfo.InvariantCulture,
            $"{samples.Training.Count} training and {samples.Validation.Count} "
                + $"validation samples; network input {width} × {height} pixels; {parameters / 1e6:0.00} million "
                + $"parameters."
        );
    }

    /// <summary>Draws the samples that the network is worst at.</summary>
    public void Worst(TrainingSamples samples, IEnumerable<SampleError> errors) =>
        Pictures = [
            .. errors
                .Where(error => error.Badness > 0)
                .OrderByDescending(error => error.Badness)
                .Take(Pictured)
                .Select(error => (Draw(samples, error), Caption(samples, error))),
        ];

    public void Write() => page.Write();

    private string Draw(TrainingSamples samples, SampleError error)
    {
        using var scope = NewDisposeScope();
        var batch = samples.Batch([error.Sample], Augmenter.None, Random.Shared); // nothing is drawn
        var canvas = PicturesOfTensors.Canvas(batch.Images, 0);
        var (truth, seen) = (Instances(batch.Points.Values<float>()), Instances(error.Nearest));
        var source = samples.Source(error.Sample);
        var box = Box.AroundCoordinates<float>(truth.Points);
        var overlay = new PoseOverlay(Skeleton, [], truth.Count <= 1, Drawing);
        return FramePictures.Encode(
            FramePictures.Part(canvas, overlay, (source.Video, source.Frame), box, truth, seen)
        );
    }

    private InstanceArray Instances(float[] points) => PicturesOfTensors.Instances(points, Skeleton.Nodes.Length);

    private static string Caption(TrainingSamples samples, SampleError error)
    {
        var source = samples.Source(error.Sample).ToString();
        return $"{char.ToUpperInvariant(source[0])}{source[1..]}: mean {HtmlPage.Number(error.Mean, "0.0")} px, "
            + $"{error.Seen} of {error.Labelled} nodes seen";
    }
}
