using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Sleap.Transforms;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Compares a written export with the model that it is of.</summary>
/// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
/// <param name="model">The model, in single precision.</param>
/// <param name="options">The frames.</param>
internal sealed class OnnxGate(PoseCatalog catalog, PoseModelTransformer model, OnnxExportOptions options)
{
    /// <summary>Largest distance of two points that are the same, in pixels.</summary>
    public const float MaxDistance = 1e-3f;

    /// <summary>Largest difference of two maps that are the same, as a fraction of the largest value.</summary>
    public const float MaxMapDifference = 1e-4f;

    // What is found by one side alone must be this near to the threshold.
    private const float MaxScoreDifference = 1e-4f;

    /// <exception cref="InvalidDataException">They differ; the message says where.</exception>
    public OnnxExportReport Check(string folder)
    {
        var maps = model.Networks.Max(Maps);
        using var exported = catalog.FromOnnx(folder);
        var theirs = exported.Predictor.Begin(1, 1)[0];
        var (frames, points, largest) = (0, 0, 0f);
        if (options.Frames is not { } view)
        {
            // In noise, points depend on the rounding of maps: what is left to see is that the graph computes.
            var (height, width) = model.Frame == PoseModelTransformer.AnySize ? (240, 320) : model.Frame;
            theirs.Read(0, new(Noise(height, width, Channels), height, width, Channels), []);
            theirs.Predict(1);
            return new(folder, frames, points, largest, maps);
        }

        var ours = model.Predictor.Begin(1, 1)[0];
        ForEachFrame(
            view,
            frame =>
            {
                // With the channels that the graph gets: models of sleap-nn may convert color later.
                var resampler = new FrameResampler(null, channels: Channels);
                var bytes = new byte[resampler.ByteCountOf(frame)];
                resampler.Resample(frame, bytes);
                frame = new(bytes, frame.Height, frame.Width, Channels);
                ours.Read(0, frame, []);
                theirs.Read(0, frame, []);
                var (count, distance) = Compare(ours.Predict(1)[0], theirs.Predict(1)[0], frames, ScaleOf(frame));
                (frames, points, largest) = (frames + 1, points + count, Math.Max(largest, distance));
            }
        );
        return new(folder, frames, points, largest, maps);
    }

    // Pixels of the canvas per pixel of the frame.
    private float ScaleOf(FramePixels frame) =>
        model.Frame == PoseModelTransformer.AnySize
            ? 1
            : new FrameGeometry(
                frame.Height,
                frame.Width,
                canvasHeight: model.Frame.Height,
                canvasWidth: model.Frame.Width
            ).PointScale;

    private int Channels => PipelineGraph.ChannelsOf(model);

    // The networks alone, on an image of noise whose sides differ.
    private float Maps(PoseModel network)
    {
        var (stride, channels) = (network.Options.Backbone.MaxStride, network.Options.Backbone.InChannels);
        if (network.Network.Heads.Any(head => head is ClassVectorHeadOptions { GlobalPool: false }))
            return 0; // takes crops of one size only: the comparison of points has to do
        int height = 4 * stride,
            width = 3 * stride;
        var graph = new OnnxGraph();
        var image = graph.Input("image", DataType.Float, 1, channels, height, width);
        var outputs = new NetworkGraph(graph, network.Network).Outputs(image);
        for (var i = 0; i < outputs.Count; i++)
        {
            object[] shape = ["batch", network.Network.Heads[i].Channels, "height", "width"];
            graph.Output(
                $"head{i}",
                outputs[i],
                network.Network.Heads[i] is ClassVectorHeadOptions ? shape[..2] : shape
            );
        }
        using var session = new InferenceSession(graph.ToModel().ToByteArray());
        using var scope = NewDisposeScope();
        using var inference = inference_mode(true);
        var pixels = Noise(height, width, channels).Select(value => value / 255f).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, channels, height, width]);
        using var run = new RunOptions();
        using var results = session.Run(run, ["image"], [input], session.OutputNames);
        var expected = network.Network.call(ChannelsLast.Convert(tensor(pixels, [1, channels, height, width])));
        var largest = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            var found = tensor(results[i].GetTensorDataAsSpan<float>().ToArray(), expected[i].shape);
            var difference = (found - expected[i]).abs().max().item<float>();
            var share = difference / Math.Max(1e-6f, expected[i].abs().max().item<float>());
            if (!(share <= MaxMapDifference))
            {
                throw new InvalidDataException(
                    $"The exported {network.Options.Title} network differs from the model: {network.Network.Heads[i].Name}"
                        + $" by {share:0.0e+0} of its largest value, allowed is {MaxMapDifference:0.0e+0}."
                );
            }

            largest = Math.Max(largest, share);
        }

        return largest;
    }

    private delegate void FrameAction(FramePixels frame);

    private void ForEachFrame(IDataView view, FrameAction action)
    {
        var column = ColumnRule.Image.Require(view.Schema, model.ColumnNames.Image, nameof(OnnxCatalog.ExportOnnx));
        using var cursor = view.GetRowCursor([column]);
        using var reader = new FrameReader(cursor, column);
        for (var count = 0; count < options.FrameCount && cursor.MoveNext(); )
        {
            if (!reader.TryRead(out var frame))
                continue;
            action(frame);
            count++;
        }
    }

    // Number of points that both found, and their largest distance.
    private (int Points, float Distance) Compare(InstanceArray expected, InstanceArray found, int frame, float scale)
    {
        var (points, largest) = (0, 0f);
        var left = Enumerable.Range(0, found.Count).ToList();
        for (var instance = 0; instance < expected.Count; instance++)
        {
            if (left.Count == 0)
            {
                RequireFaint(expected, instance, frame, "is missing in the export");
                continue;
            }

            var partner = left.MinBy(other =>
                IsTopDown
                    ? CenterDistance(expected, instance, found, other)
                    : Distance(expected, instance, found, other).Distance
            );
            var (count, distance, node) = Distance(expected, instance, found, partner);
            if (distance > MaxDistance && left.Count > found.Count - instance && IsFaint(expected, instance))
                continue;
            left.Remove(partner);
            if (
                !(distance <= MaxDistance)
                && !(
                    CenterDistance(expected, instance, found, partner) <= MaxDistance
                    && IsBetweenPixels(expected, instance, scale)
                )
            )
            {
                throw Differs(
                    frame,
                    $"instance {instance}, {node}, differs by {distance:0.######} pixels, allowed is {MaxDistance}"
                );
            }

            if (distance <= MaxDistance)
                (points, largest) = (points + count, Math.Max(largest, distance));
        }

        foreach (var instance in left)
            RequireFaint(found, instance, frame, "is only in the export");
        return (points, largest);
    }

    // Points of both, the largest distance and where it is. A point that only one has, and that is not at the
    // threshold, is at an infinite distance.
    private (int Count, float Distance, string Where) Distance(InstanceArray a, int i, InstanceArray b, int j)
    {
        var (count, largest, where) = (0, 0f, "its center");
        if (IsTopDown)
            largest = CenterDistance(a, i, b, j);
        for (var node = 0; node < a.Nodes; node++)
        {
            var (isA, isB) = (a.IsVisible(i, node), b.IsVisible(j, node));
            var distance = 0f;
            if (isA && isB)
            {
                ReadOnlySpan<float> p = a.PointsOf(i),
                    q = b.PointsOf(j);
                distance = float.Hypot(p[2 * node] - q[2 * node], p[2 * node + 1] - q[2 * node + 1]);
                count++;
            }
            else if (
                isA != isB
                && !IsAtThreshold(isA ? a.PeakScores[i * a.Nodes + node] : b.PeakScores[j * b.Nodes + node])
            )
            {
                distance = float.PositiveInfinity;
            }

            if (!(distance <= largest))
                (largest, where) = (distance, $"node '{(a.Nodes == 1 ? "center" : model.Skeleton.Nodes[node])}'");
        }

        return (count, largest, where);
    }

    private static float CenterDistance(InstanceArray a, int i, InstanceArray b, int j) =>
        float.Hypot(a.Centroids[2 * i] - b.Centroids[2 * j], a.Centroids[2 * i + 1] - b.Centroids[2 * j + 1]);

    private bool IsTopDown => model.Networks.Count > 1;

    private bool IsAtThreshold(float score) =>
        model.Networks.Any(network => Math.Abs(score - network.Options.PeakThreshold) <= MaxScoreDifference);

    private bool IsFaint(InstanceArray instances, int instance) =>
        IsAtThreshold(instances.CentroidScores[instance])
        || instances.PeakScores.AsSpan(instance * instances.Nodes, instances.Nodes).ToArray().Any(IsAtThreshold);

    private void RequireFaint(InstanceArray instances, int instance, int frame, string what)
    {
        if (instances.IsVisible(instance) && !IsFaint(instances, instance))
            throw Differs(frame, $"instance {instance} {what}");
    }

    // Whether a center, in pixels of the canvas that crops are cut from, lies between two pixels but for its rounding,
    // which then decides which pixels are in the crop.
    private bool IsBetweenPixels(InstanceArray instances, int instance, float scale)
    {
        if (model.Networks[^1].Options is not CenteredInstanceOptions { CropSize: { } size } crops)
            return false;
        CropWindow before = Window(-MaxDistance),
            after = Window(MaxDistance);
        return (before.Left, before.Top) != (after.Left, after.Top);

        CropWindow Window(float moved) =>
            CropWindow.Around(
                instances.Centroids[2 * instance] * scale + moved,
                instances.Centroids[2 * instance + 1] * scale + moved,
                size,
                crops.CropAlignment
            );
    }

    private static InvalidDataException Differs(int frame, string what) =>
        new($"The exported model differs from the original in frame {frame} of the comparison: {what}.");

    // Smooth noise: random values every 8 pixels, interpolated.
    private static byte[] Noise(int height, int width, int channels)
    {
        const int step = 8;
        var random = new Random(1);
        int columns = width / step + 2,
            rows = height / step + 2;
        float[] grid = [.. Enumerable.Range(0, columns * rows).Select(_ => random.NextSingle())];
        var pixels = new byte[height * width * channels];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / channels / width, i / channels % width);
            var (top, left) = (y / step, x / step);
            var (down, right) = (y % step / (float)step, x % step / (float)step);
            float At(int row, int column) => grid[row * columns + column];
            var above = float.Lerp(At(top, left), At(top, left + 1), right);
            var below = float.Lerp(At(top + 1, left), At(top + 1, left + 1), right);
            pixels[i] = (byte)(255 * float.Lerp(above, below, down));
        }

        return pixels;
    }
}
