using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>Frames of the two tracked flies.</summary>
internal static class FlyLabels
{
    private static readonly Lazy<Labels> All = new(() =>
        Labels.Load(Path.Combine(Cli.Root, "tests/data/flies13_20190128.predictions.slp"))
    );

    /// <summary>A range of frames, with the tracks under other names, or none.</summary>
    public static Labels Range(int first, int count, Func<string, string?>? rename = null, bool byHand = false)
    {
        var video = Video.FromFile(Path.Combine(Cli.Root, "examples/data/flies13/flies13_20190128.mp4"));
        var tracks = All.Value.Tracks.ToDictionary(
            track => track,
            track => (rename ?? (name => name))(track.Name) is { } name ? new Track(name) : null
        );
        var frames = All
            .Value.Frames.Where(frame => frame.FrameIndex >= first && frame.FrameIndex < first + count)
            .Select(frame => new LabeledFrame
            {
                Video = video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(animal => new Instance
                    {
                        Skeleton = animal.Skeleton,
                        Points = animal.Points,
                        IsPredicted = !byHand,
                        Score = animal.Score,
                        Track = animal.Track is null ? null : tracks[animal.Track],
                    }),
                ],
            });
        return new Labels([.. frames], [video], All.Value.Skeletons);
    }
}
