using System.Globalization;

namespace Sleap.IO.Tests;

/// <summary>
/// The test assembly as a program. "write PATH FIRST SECOND": a writer for tests to kill, saves two files' labels to
/// PATH in turn, for ever. "fill PATH": writes frames until the disk is full, finishes, and reads back. "mutate SOURCE
/// FOLDER SEED TIMES": reads damaged copies; "mutate-blocks" those with damaged metadata; "mutate-bouts" those of a table of bouts; "mutate-image" of an image; "mutate-hdf5" those of any HDF5
/// file. "read PATH": reads one file. "touch-hdf5 PATH": prints what is refused in an HDF5 file. "watch VIDEO": reads a
/// video slowly, for tests to kill.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) =>
        arguments switch
        {
            ["write", var path, var first, var second] => Write(path, first, second),
            ["mutate", var source, var folder, var seed, var times] => Mutator.Run(
                source,
                folder,
                int.Parse(seed, CultureInfo.InvariantCulture),
                int.Parse(times, CultureInfo.InvariantCulture)
            ),
            ["mutate-image", var source, var folder, var seed, var times] => Mutator.RunImages(
                source,
                folder,
                int.Parse(seed, CultureInfo.InvariantCulture),
                int.Parse(times, CultureInfo.InvariantCulture)
            ),
            ["mutate-bouts", var source, var folder, var seed, var times] => Mutator.RunBouts(
                source,
                folder,
                int.Parse(seed, CultureInfo.InvariantCulture),
                int.Parse(times, CultureInfo.InvariantCulture)
            ),
            ["mutate-hdf5", var source, var folder, var seed, var times] => Mutator.RunHdf5(
                source,
                folder,
                int.Parse(seed, CultureInfo.InvariantCulture),
                int.Parse(times, CultureInfo.InvariantCulture)
            ),
            ["mutate-blocks", var source, var folder, var seed, var times] => Mutator.RunBlocks(
                source,
                folder,
                int.Parse(seed, CultureInfo.InvariantCulture),
                int.Parse(times, CultureInfo.InvariantCulture)
            ),
            ["touch-hdf5", var path] => Touch(path),
            ["fill", var path] => Fill(path),
            ["read", var path] => Mutator.Read(path),
            ["watch", var video] => Watch(video),
            _ => 0,
        };

    private static int Write(string path, string first, string second)
    {
        Labels[] labels = [Labels.Load(first), Labels.Load(second)];
        for (var i = 0; ; i++)
        {
            labels[i % 2].Save(path);
            if (i == 1)
                Console.WriteLine("writing");
        }
    }

    /// <summary>Prints the frames added, those read back, and what the writer said.</summary>
    private static int Fill(string path)
    {
        var (skeleton, video, frame) = (
            new Skeleton("", ["a", "b", "c", "d", "e"]),
            new Video("v.mp4", VideoKind.Movie),
            0
        );
        using var writer = LabelsWriter.Create(path, skeleton, [video]);
        var message = "";
        try
        {
            for (; frame < 1_000_000; frame++)
            {
                var points = Enumerable.Range(0, 5).Select(n => new Point(frame + n, n, true, false, 0.5f));
                writer.Add(
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = frame,
                        Instances =
                        [
                            new Instance
                            {
                                Skeleton = skeleton,
                                Points = [.. points],
                                IsPredicted = true,
                                Score = 0.5f,
                            },
                        ],
                    }
                );
            }
        }
        catch (IOException full)
        {
            message = full.Message;
        }
        writer.Finish([new("frames", writer.Frames)]);
        var labels = Labels.Load(path);
        var isRight = labels
            .Frames.Select(
                (f, i) => f.FrameIndex == i && f.Instances.Single().Points[4] is { Y: 4, Score: 0.5f } p && p.X == i + 4
            )
            .All(right => right);
        Console.WriteLine(
            $"{writer.Frames} {(isRight ? labels.Frames.Count : -1)} "
                + $"{string.Join(',', Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Select(Path.GetFileName))} "
                + $"{message}"
        );
        return 0;
    }

    private static int Touch(string path)
    {
        foreach (var fault in Hdf5Touch.All(path).Values)
            Console.WriteLine(fault.Message);
        return 0;
    }

    private static int Watch(string path)
    {
        using var source = Video.FromFile(path).Open();
        source.Read(3);
        Console.WriteLine("watching");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
