using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>
/// Views of several animals of the skeleton <see cref="Poses.Mouse"/>, made by formulas; rows are in any order of
/// animals.
/// </summary>
internal static class Herd
{
    public static Track[] Tracks { get; } = [new Track("a"), new Track("b"), new Track("c")];

    /// <summary>
    /// Frames 0 … frames−1; <paramref name="points"/> gives the six coordinates of an animal in a frame, or null where
    /// it is not in it.
    /// </summary>
    public static IDataView View(
        MLContext ml,
        int frames,
        int animals,
        Func<int, int, double[]?> points,
        bool tracked = true,
        string video = "herd.mp4"
    )
    {
        var source = Video.FromFile(video);
        return ml.Pose()
            .FromLabels(
                new Labels(
                    Enumerable
                        .Range(0, frames)
                        .Select(frame => new LabeledFrame
                        {
                            Video = source,
                            FrameIndex = frame,
                            Instances =
                            [
                                .. Order(frame, animals)
                                    .Where(animal => points(frame, animal) is not null)
                                    .Select(animal =>
                                        Poses.Animal(
                                            Poses.Mouse,
                                            true,
                                            tracked ? Tracks[animal] : null,
                                            points(frame, animal)!
                                        )
                                    ),
                            ],
                        }),
                    skeletons: [Poses.Mouse],
                    tracks: Tracks
                ),
                new LabelsOptions
                {
                    Instances = InstanceChoice.All,
                    Layout = animals > 1 ? InstanceLayout.Many : InstanceLayout.Single,
                    KeepEmptyFrames = true,
                }
            );
    }

    /// <summary>Another order in every frame.</summary>
    public static IEnumerable<int> Order(int frame, int animals) =>
        Enumerable.Range(0, animals).Select(position => (position + frame) % animals);

    /// <summary>The values of one animal, by track, in each row; null where it is not in it.</summary>
    public static float[]?[] Of(IDataView view, string column, int animal, int width = 1)
    {
        var values = Poses.Column<float[]>(view, column);
        var keys = Poses.Column<uint[]>(view, "Track");
        return
        [
            .. values.Select(
                (row, index) =>
                    Array.IndexOf(keys[index], (uint)animal + 1) is var at and >= 0
                        ? row[(at * width)..((at + 1) * width)]
                        : null
            ),
        ];
    }
}
