using System.Collections.Concurrent;
using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// A peer: from a video's file to a written .slp as a straightforward program does it. A thread decodes a batch ahead;
/// then resize, network, the highest cell of each map, and the mean place of the 5 × 5 cells around it, weighted by
/// their values.
/// </summary>
internal static class EagerVideo
{
    private const int Stride = 2,
        Patch = 5;
    private const double Scale = 0.5;
    private const float Threshold = 0.2f;

    /// <summary>Frames a second.</summary>
    /// <param name="network">Images (B, 1, H, W) to maps (B, nodes, H/2, W/2).</param>
    /// <param name="path">A gray video, whose size at scale 0.5 is a multiple of the network's stride.</param>
    /// <param name="output">The .slp.</param>
    /// <param name="frames">How many of the first frames.</param>
    public static double FramesPerSecond(nn.Module<Tensor, Tensor> network, string path, string output, int frames) =>
        frames / Timing.Seconds(() => Run(network, path, output, frames));

    private static void Run(nn.Module<Tensor, Tensor> network, string path, string output, int frames)
    {
        var video = Sleap.IO.Video.FromFile(path);
        var skeleton = new Skeleton("peer", Enumerable.Range(0, BenchNetwork.Nodes).Select(node => $"node{node}"));
        using var decoded = new BlockingCollection<Frame>(BenchNetwork.Batch);
        var decoding = Task.Run(() => Decode(video, frames, decoded));
        using var inference = inference_mode(true);
        using var writer = LabelsWriter.Create(output, skeleton, [video]);
        foreach (var batch in decoded.GetConsumingEnumerable().Chunk(BenchNetwork.Batch))
        {
            foreach (var (frame, points) in batch.Zip(Predict(network, batch)))
            {
                var instance = new Instance
                {
                    Skeleton = skeleton,
                    IsPredicted = true,
                    Points = [.. points],
                };
                writer.Add(
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = frame.FrameIndex,
                        Instances = [instance],
                    }
                );
            }
        }
        decoding.Wait();
        writer.Finish();
    }

    private static void Decode(Sleap.IO.Video video, int frames, BlockingCollection<Frame> decoded)
    {
        try
        {
            using var source = video.Open();
            foreach (var result in source.ReadMany(Enumerable.Range(0, frames)))
                decoded.Add(result.Frame ?? throw result.Error!);
        }
        finally
        {
            decoded.CompleteAdding();
        }
    }

    /// <summary>The points of each frame, in pixels of the frame.</summary>
    private static Point[][] Predict(nn.Module<Tensor, Tensor> network, Frame[] batch)
    {
        using var scope = NewDisposeScope();
        var frames =
            stack([.. batch.Select(frame => tensor(frame.Pixels, 1, frame.Height, frame.Width))]).to(ScalarType.Float32)
            / 255;
        // (B, 1, H, W)
        var images = nn.functional.interpolate(frames, null, [Scale, Scale], InterpolationMode.Bilinear, false);
        var (points, scores) = Peaks(network.call(images));
        var (places, values) = ((points * (Stride / Scale)).data<float>().ToArray(), scores.data<float>().ToArray());
        var all = Enumerable
            .Range(0, values.Length)
            .Select(k => new Point(places[2 * k], places[2 * k + 1], true, false, values[k]));
        return [.. all.Chunk(BenchNetwork.Nodes)];
    }

    /// <summary>
    /// Maps (B, N, H, W) to places in cells, x first, (B·N, 2), NaN below the threshold, and values there, (B·N).
    /// </summary>
    private static (Tensor Places, Tensor Values) Peaks(Tensor maps)
    {
        var (count, height, width) = (maps.size(0) * maps.size(1), maps.size(2), maps.size(3));
        const int reach = Patch / 2;
        var (values, cells) = maps.reshape(count, height * width).max(-1);
        Tensor y = cells.div(width, RoundingMode.floor),
            x = cells.remainder(width),
            steps = arange(Patch);
        var padded = nn.functional.pad(
            maps.reshape(count, height, width),
            (reach, reach, reach, reach),
            PaddingModes.Constant,
            0
        );
        // (B·N, 5, 1), (B·N, 1, 5)
        Tensor rows = y.reshape(-1, 1, 1) + steps.reshape(-1, 1),
            columns = x.reshape(-1, 1, 1) + steps;
        // (B·N, 5, 5)
        var patch = padded[arange(count).reshape(-1, 1, 1), rows, columns].clamp(min: 0);
        var sums = patch.sum(1, 2).clamp(min: 1e-8);
        var offsets = (steps - reach).to(ScalarType.Float32);
        var places = stack([x + (patch.sum(1) * offsets).sum(1) / sums, y + (patch.sum(2) * offsets).sum(1) / sums], 1);
        return (where((values > Threshold).unsqueeze(1), places, full_like(places, float.NaN)), values);
    }
}
