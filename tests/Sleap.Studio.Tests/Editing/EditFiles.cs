using System.Text.Json;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>A folder of its own for a test, with copies of labels.</summary>
internal sealed class EditFiles : IDisposable
{
    private static readonly string Root = FindRoot();

    public string Folder { get; } = Directory.CreateTempSubdirectory("sleap-edit-").FullName;

    public static string Golden(string name) => Path.Combine(Root, "tests", "golden", "files", name);

    public static string Data(string name) => Path.Combine(Root, "tests", "data", name);

    public string New(string name) => Path.Combine(Folder, name);

    /// <summary>A copy of a file; rich.slp has all that a .slp can hold.</summary>
    public string Copy(string source, string? name = null)
    {
        var path = New(name ?? Path.GetFileName(source));
        File.Copy(source, path);
        return path;
    }

    /// <summary>Small labels: two videos, two tracks, a user instance, predictions, a suggestion.</summary>
    public string Small(string name = "small.slp")
    {
        SmallLabels().Save(New(name));
        return New(name);
    }

    public static Labels SmallLabels()
    {
        var skeleton = new Skeleton(
            "mouse",
            ["nose", "left", "right", "tail"],
            [new Edge(0, 1), new Edge(0, 2), new Edge(0, 3)],
            [new Symmetry(1, 2)]
        );
        Video[] videos = [Video.FromFile("/videos/one.mp4"), Video.FromFile("/videos/two.mp4")];
        Track[] tracks = [new("a"), new("b")];
        Instance Predicted(int frame, int track) =>
            new()
            {
                Skeleton = skeleton,
                Points =
                [
                    .. Enumerable
                        .Range(0, 4)
                        .Select(n => new Point(frame + (10 * n), (50 * track) + n + 0.25, true, false, 0.5f)),
                ],
                Track = tracks[track],
                IsPredicted = true,
                Score = 0.25f + (frame * 0.01f),
                TrackingScore = 0.5f,
            };
        LabeledFrame Frame(int video, int number, params Instance[] instances) =>
            new()
            {
                Video = videos[video],
                FrameIndex = number,
                Instances = instances,
            };
        var frames = Enumerable.Range(0, 12).Select(n => Frame(0, n, Predicted(n, 0), Predicted(n, 1))).ToList();
        var source = frames[4].Instances[0];
        frames[4] = Frame(0, 4, [.. frames[4].Instances, source.AsUser(source)]);
        frames.Insert(
            2,
            Frame(
                1,
                7,
                new Instance
                {
                    Skeleton = skeleton,
                    Points = [new(0, 2), new(3, 4), Point.Missing, new(5.5, 6, false, true, float.NaN)],
                    Track = tracks[1],
                }
            )
        );
        frames.Add(
            new LabeledFrame
            {
                Video = videos[1],
                FrameIndex = 9,
                IsNegative = true,
            }
        );
        return new Labels(frames, videos, [skeleton], tracks, [new SuggestedFrame(videos[1], 3, 1)]);
    }

    public static PlacedPoint?[] Points(params double[] xy) =>
        [.. xy.Chunk(2).Select(p => double.IsNaN(p[0]) ? null : new PlacedPoint(p[0], p[1]))];

    public static byte[] Json(EditCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, EditJson.Options);

    /// <summary>The bytes of a .slp with the labels of a state.</summary>
    public byte[] Bytes(ProjectState state)
    {
        var path = New($"{Guid.NewGuid():N}.slp");
        state.ToLabels().Save(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindRoot()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
                    return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Sleap.MLNet.sln above {AppContext.BaseDirectory}.");
    }
}
