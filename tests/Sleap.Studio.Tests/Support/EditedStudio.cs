using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>A studio of its own for a test, with a copy of the labels that all look at.</summary>
internal sealed class EditedStudio : IAsyncDisposable
{
    /// <summary>Below /api/edit, what is sent to change something.</summary>
    public static readonly string[] Paths =
    [
        "",
        "/preview",
        "/instance",
        "/undo",
        "/redo",
        "/save",
        "/restore",
        "/discard",
        "/suggest",
        "/clear-suggestions",
        "/merge",
        "/train",
        "/predict",
        "/stop-run",
        "/delete-run",
        "/merge-run",
    ];

    private readonly string _folder;
    private bool _isStopped;

    private EditedStudio(string folder, StudioServer server)
    {
        (_folder, Server) = (folder, server);
        Client.BaseAddress = new Uri(server.Root);
        Client.DefaultRequestHeaders.Add(AccessToken.Header, server.Address.Split("token=")[1]);
    }

    public StudioServer Server { get; }

    public HttpClient Client { get; } = new();

    public string Folder => _folder;

    public string Labels => Path.Combine(_folder, "labels.slp");

    /// <summary>Starts a studio.</summary>
    /// <param name="studio">Where the labels are copied from.</param>
    /// <param name="folder">The folder of another such studio; null for a new one with a copy.</param>
    /// <param name="name">The file.</param>
    /// <param name="tool">What trains and predicts.</param>
    public static async Task<EditedStudio> StartAsync(
        StudioFixture studio,
        string? folder = null,
        string name = "labels.slp",
        StudioTool? tool = null
    )
    {
        folder ??= Directory.CreateTempSubdirectory("sleap-studio-edit-").FullName;
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            File.Copy(Path.Combine(studio.Folder, name), path);
        return new EditedStudio(folder, await StudioServer.StartAsync(OpenedProject.Open([path], new()), 0, tool));
    }

    /// <summary>Another studio with the same file.</summary>
    public Task<EditedStudio> StartAnotherAsync(StudioFixture studio, StudioTool? tool = null) =>
        StartAsync(studio, _folder, tool: tool);

    public async Task<JsonNode> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>(path))!;

    /// <summary>A frame of the first video.</summary>
    public Task<JsonNode> FrameAsync(int frame) => GetAsync($"/api/videos/0/frames/{frame}");

    /// <summary>Sends JSON; gives the status and the body.</summary>
    public async Task<(int Status, JsonNode Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync($"/api/edit{path}", content);
        return ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    /// <summary>Sends JSON, which must be answered as done.</summary>
    public async Task<JsonNode> DoAsync(string path, string json = "{}")
    {
        var (status, body) = await PostAsync(path, json);
        Assert.True(status == 200, $"{status}: {body}");
        return body;
    }

    /// <summary>A frame of the first video as the file has it.</summary>
    public LabeledFrame? Saved(int frame)
    {
        var labels = Sleap.IO.Labels.Load(Labels);
        return labels.Frames.SingleOrDefault(one =>
            one.FrameIndex == frame && ReferenceEquals(one.Video, labels.Videos[0])
        );
    }

    /// <summary>Ends the session; the files stay.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        Client.Dispose();
        await Server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
