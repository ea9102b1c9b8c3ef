using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Whole frames at the size of the network's input.</summary>
/// <param name="options">The network's options.</param>
/// <param name="frame">The size that frames are fitted into.</param>
/// <param name="skeleton">Whose nodes the points are.</param>
/// <param name="points">The points of a row in frame pixels, a copy.</param>
/// <param name="classes">The classes of a row's animals.</param>
internal sealed class FrameSampleMaker(
    NetworkOptions options,
    (int Height, int Width) frame,
    Skeleton skeleton,
    Func<LabelledRow, float[]> points,
    Func<LabelledRow, int[]> classes
) : SampleMaker(skeleton, () => Samples(options, frame, skeleton))
{
    private readonly FrameResampler _resampler = FrameResampler.ForNetwork(options, frame);

    public override void Add(TrainingSamples to, LabelledRow row, FramePixels frame)
    {
        var pixels = new byte[to.ByteCount];
        var geometry = _resampler.Resample(frame, pixels);
        var labels = points(row);
        geometry.ToInput(labels);
        to.Add(pixels, labels, classes(row), geometry.PointScale, row.Source);
    }

    private static TrainingSamples Samples(NetworkOptions options, (int Height, int Width) frame, Skeleton skeleton)
    {
        var geometry = FrameResampler.ForNetwork(options, frame).Geometry;
        var size = (geometry.InputHeight, geometry.InputWidth);
        return new(size, size, options.Backbone.InChannels, skeleton.Nodes.Length);
    }
}
