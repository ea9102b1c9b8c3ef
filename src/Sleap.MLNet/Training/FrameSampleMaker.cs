using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Whole frames at the size of the network's input.</summary>
/// <param name="frames">How frames reach the network.</param>
/// <param name="skeleton">Whose nodes the points are.</param>
/// <param name="points">The points of a row in frame pixels, a copy.</param>
/// <param name="classes">The classes of a row's animals.</param>
internal sealed class FrameSampleMaker(
    InputFrames frames,
    Skeleton skeleton,
    Func<LabelledRow, float[]> points,
    Func<LabelledRow, int[]> classes
)
    : SampleMaker(
        skeleton,
        () => new TrainingSamples(SizeOf(frames), SizeOf(frames), frames.Channels, skeleton.Nodes.Length)
    )
{
    public override void Add(TrainingSamples to, LabelledRow row, FramePixels frame)
    {
        var pixels = new byte[to.ByteCount];
        var geometry = frames.Read(frame, pixels);
        var labels = points(row);
        geometry.ToInput(labels);
        to.Add(pixels, labels, classes(row), geometry.PointScale, row.Source);
    }

    private static (int, int) SizeOf(InputFrames frames) => (frames.Geometry.InputHeight, frames.Geometry.InputWidth);
}
