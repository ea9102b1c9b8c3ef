using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace Sleap.Studio.Tests;

/// <summary>Who may ask the server, and what it tells.</summary>
[Collection(StudioCollection.Name)]
public sealed class GuardTests(StudioFixture studio)
{
    private const string Data = "/api/project";

    public static TheoryData<string> Pages => ["/", "/main.js", Data, "/nothing", "/api/nothing"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_answer_has_the_headers_that_keep_others_out(string path)
    {
        using var answer = await studio.Client.GetAsync(path);
        string Header(string name) =>
            string.Join(
                ",",
                answer.Headers.TryGetValues(name, out var values) ? values : answer.Content.Headers.GetValues(name)
            );
        var policy = Header("Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Contains("base-uri 'none'", policy);
        Assert.Contains("form-action 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("no-store", Header("Cache-Control"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1234")]
    [InlineData("127.0.0.1:9")]
    [InlineData("[::1]:9")]
    public async Task Names_of_this_machine_are_answered_at_any_port(string host) =>
        Assert.Equal(200, await StatusOf(Data, $"Host: {host}", Token));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evil.localhost")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("127.0.0.2")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("192.168.1.5:80")]
    [InlineData("localhost@evil.example")]
    public async Task Other_names_are_refused_for_data_and_page(string host)
    {
        Assert.InRange(await StatusOf(Data, $"Host: {host}", Token), 400, 403);
        Assert.InRange(await StatusOf("/", $"Host: {host}"), 400, 403);
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost", 403)] // another port is another page
    [InlineData("https://localhost:80", 403)]
    [InlineData("http://localhost:80", 200)]
    public async Task Origin_must_be_the_page(string origin, int status) =>
        Assert.Equal(status, await StatusOf(Data, "Host: localhost:80", $"Origin: {origin}", Token));

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("anything", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task The_browser_must_say_that_the_page_asks(string site, int status)
    {
        Assert.Equal(status, await StatusOf(Data, "Host: localhost", $"Sec-Fetch-Site: {site}", Token));
        Assert.Equal(status, await StatusOf("/", "Host: localhost", $"Sec-Fetch-Site: {site}"));
    }

    [Theory]
    [InlineData("/api/project")]
    [InlineData("/API/project")]
    [InlineData("/api/videos/0")]
    [InlineData("/api/videos/0/frames/0")]
    [InlineData("/api/videos/0/frames/0/jpeg")]
    [InlineData("/api/videos/0/frames/0/png")]
    [InlineData("/api/videos/0/timeline?from=0&to=9&columns=9")]
    [InlineData("/api/videos/0/trails?frame=0&length=9")]
    [InlineData("/api/step?video=0&frame=0&to=labeled&back=false")]
    [InlineData("/api/frames?filter=labeled&sort=frame&offset=0&limit=9")]
    [InlineData("/api/unknown")]
    public async Task Data_need_the_secret(string path)
    {
        Assert.Equal(401, await StatusOf(path, "Host: localhost"));
        Assert.Equal(401, await StatusOf(path, "Host: localhost", $"{AccessToken.Header}: {new string('0', 64)}"));
        Assert.Equal(401, await StatusOf(path, "Host: localhost", $"Cookie: {AccessToken.Header}={Secret}"));
        Assert.Equal(401, await StatusOf($"{path}{(path.Contains('?') ? '&' : '?')}token={Secret}", "Host: localhost"));
        Assert.NotEqual(401, await StatusOf(path, "Host: localhost", Token));
    }

    [Theory]
    [InlineData("/../labels.slp")]
    [InlineData("/..%2f..%2fetc/passwd")]
    [InlineData("/%2e%2e/labels.slp")]
    [InlineData("//etc/passwd")]
    [InlineData("/wwwroot/main.js")]
    [InlineData("/api/videos/../../labels.slp")]
    [InlineData("/api/videos/%2e%2e/frames/0")]
    [InlineData("/api/videos/-1")]
    [InlineData("/api/videos/6")]
    [InlineData("/api/videos/0x0")]
    [InlineData("/api/videos/99999999999")]
    [InlineData("/api/videos/0/frames/-1")]
    [InlineData("/api/videos/0/frames/240/jpeg")]
    [InlineData("/api/videos/0/frames/0/gif")]
    public async Task What_is_not_there_is_not_found(string path) =>
        Assert.Equal(404, await StatusOf(path, "Host: localhost", Token));

    [Theory]
    [InlineData("/api/videos/0/timeline?from=0&to=9")]
    [InlineData("/api/videos/0/timeline?from=9&to=9&columns=9")]
    [InlineData("/api/videos/0/timeline?from=0&to=9&columns=1000000")]
    [InlineData("/api/videos/0/trails?frame=0&length=2000000000")]
    [InlineData("/api/step?video=0&frame=0&to=../x&back=false")]
    [InlineData("/api/step?video=0&frame=0&to=3&back=false")]
    [InlineData("/api/frames?filter=labeled&sort=frame&offset=0&limit=1000000")]
    [InlineData("/api/frames?filter=labeled&sort=frame&offset=-5&limit=1")]
    public async Task Questions_out_of_range_are_refused(string path) =>
        Assert.Equal(400, await StatusOf(path, "Host: localhost", Token));

    [Fact]
    public async Task Requests_of_any_size_are_refused_before_they_are_read()
    {
        Assert.InRange(await StatusOf($"/{new string('a', 100_000)}", "Host: localhost"), 400, 431);
        Assert.Equal(431, await StatusOf("/", "Host: localhost", $"X-Long: {new string('a', 100_000)}"));
        Assert.Equal(
            413,
            await SendAsync(
                "POST",
                "/api/session",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: 2000000"
            )
        );
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Nothing_changes_by_other_methods(string method) =>
        Assert.InRange(await SendAsync(method, Data, "Host: localhost", Token), 404, 405);

    [Fact]
    public async Task Faults_name_no_folder_and_no_place_in_the_program()
    {
        using var answer = await studio.Client.GetAsync("/api/videos/0/frames/9999/jpeg");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("9999", text);
        Assert.DoesNotContain(studio.Folder, text);
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("Exception", text);
        Assert.DoesNotContain(studio.Folder, (await studio.GetAsync(Data)).ToJsonString());
    }

    [Fact]
    public async Task The_code_for_a_browser_gives_the_secret_once()
    {
        var code = studio.Server.NewAddressForBrowser().Split("code=")[1];
        using var client = new HttpClient { BaseAddress = new Uri(studio.Server.Root) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await Exchange(new string('0', 64))).StatusCode);
        var answer = await Exchange(code);
        Assert.Contains(Secret, await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await Exchange(code)).StatusCode);
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/api/session", broken)).StatusCode);
        using var form = new StringContent($"code={code}", Encoding.UTF8, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/api/session", form)).StatusCode);

        Task<HttpResponseMessage> Exchange(string given) =>
            client.PostAsJsonAsync("/api/session", new { code = given });
    }

    [Fact]
    public async Task Only_the_loopback_addresses_listen()
    {
        var others = (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(address =>
            !IPAddress.IsLoopback(address)
        );
        foreach (var address in others)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await Assert.ThrowsAnyAsync<SocketException>(() => socket.ConnectAsync(address, studio.Server.Port));
        }
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_and_a_free_one_is_taken()
    {
        var project = OpenedProject.Open([studio.Videos[0]], new());
        var fault = await Assert.ThrowsAsync<IOException>(() => StudioServer.StartAsync(project, studio.Server.Port));
        Assert.Contains($"{studio.Server.Port}", fault.Message);
        await using var other = await StudioServer.StartAsync(project);
        Assert.NotEqual(studio.Server.Port, other.Port);
    }

    [Fact]
    public async Task Without_a_request_the_server_stops_when_asked_to()
    {
        await using var server = await StudioServer.StartAsync(OpenedProject.Open([studio.Videos[0]], new()));
        Assert.True(await server.RunAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None));
        Assert.False(await server.RunAsync(null, new CancellationToken(canceled: true)));
        // Longer than a timer can be.
        Assert.False(await server.RunAsync(TimeSpan.FromDays(1000), new CancellationToken(canceled: true)));
    }

    private string Secret => studio.Server.Address.Split("token=")[1];

    private string Token => $"{AccessToken.Header}: {Secret}";

    /// <summary>The status of an answer to a request as it is written here, which HttpClient would not send.</summary>
    private Task<int> StatusOf(string path, params string[] headers) => SendAsync("GET", path, headers);

    private async Task<int> SendAsync(string method, string path, params string[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, studio.Server.Port);
        await using var stream = client.GetStream();
        var request = $"{method} {path} HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync();
        return int.Parse(line!.Split(' ')[1]);
    }
}
