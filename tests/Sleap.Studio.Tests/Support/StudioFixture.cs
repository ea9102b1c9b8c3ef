using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>
/// A studio with generated videos, which first has labels with tracks, suggestions, hidden points and a node whose name
/// is a script.
/// </summary>
public sealed class StudioFixture : IAsyncLifetime
{
    public const string Hostile = "<img src=x onerror=\"document.title='run'\">";

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-studio-").FullName;

    internal StudioServer Server { get; private set; } = null!;

    internal IReadOnlyList<string> Videos { get; private set; } = [];

    internal Labels Labels { get; private set; } = null!;

    internal string Folder => _folder;

    internal HttpClient Client { get; } = new();

    public async Task InitializeAsync()
    {
        Videos = BinaryVideos.Make(_folder);
        Labels = Make([.. Videos.Select(Video.FromFile)]);
        var path = Path.Combine(_folder, "labels.slp");
        Labels.Save(path);
        Server = await StudioServer.StartAsync(OpenedProject.Open([path], new LabelsReadOptions()));
        Client.BaseAddress = new Uri(Server.Root);
        Client.DefaultRequestHeaders.Add(AccessToken.Header, Server.Address.Split("token=")[1]);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A file of tests/data.</summary>
    internal static string Data(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sleap.MLNet.sln")))
            folder = folder.Parent;
        return Path.Combine(folder.FullName, "tests", "data", name);
    }

    internal async Task<JsonNode> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>(path))!;

    /// <summary>
    /// Frames 10 to 59 of the first video have predictions of track a, from 30 on of b, too; every tenth was labeled by
    /// a person. Frames 5 and 100 of the first and 7 of the second video are suggested; frame 70 is marked as empty.
    /// </summary>
    private static Labels Make(IReadOnlyList<Video> videos)
    {
        var skeleton = new Skeleton("mouse", ["nose", Hostile, "tail"], [new Edge(0, 1), new Edge(1, 2)]);
        Track[] tracks = [new("a"), new("b")];
        List<LabeledFrame> frames = [];
        for (var frame = 10; frame < 60; frame++)
        {
            List<Instance> instances = [Predicted(0, frame)];
            if (frame >= 30)
                instances.Add(Predicted(1, frame));
            if (frame % 10 == 0)
            {
                instances.Add(
                    new Instance
                    {
                        Skeleton = skeleton,
                        Track = tracks[0],
                        FromPredicted = instances[0],
                        Points = [new Point(20, 10), new Point(30, 20, false, false, float.NaN), Point.Missing],
                    }
                );
            }
            frames.Add(
                new LabeledFrame
                {
                    Video = videos[0],
                    FrameIndex = frame,
                    Instances = instances,
                }
            );
        }
        frames.Add(
            new LabeledFrame
            {
                Video = videos[0],
                FrameIndex = 70,
                IsNegative = true,
            }
        );
        return new Labels(
            frames,
            videos,
            [skeleton],
            tracks,
            [new SuggestedFrame(videos[0], 100), new SuggestedFrame(videos[1], 7), new SuggestedFrame(videos[0], 5)]
        );

        Instance Predicted(int track, int frame) =>
            new()
            {
                Skeleton = skeleton,
                Track = tracks[track],
                IsPredicted = true,
                Score = frame / 100f,
                Points =
                [
                    new Point(20 + frame, 20 + (30 * track), true, false, 0.9f),
                    new Point(40 + frame, 25 + (30 * track), true, false, 0.8f),
                    new Point(60 + frame, 30 + (30 * track), true, false, 0.7f),
                ],
            };
    }
}

/// <summary>One studio and one browser for all tests.</summary>
[CollectionDefinition(Name)]
public sealed class StudioCollection : ICollectionFixture<StudioFixture>, ICollectionFixture<BrowserFixture>
{
    public const string Name = "studio";
}
