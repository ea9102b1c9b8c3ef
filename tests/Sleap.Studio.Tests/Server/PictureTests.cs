using System.Net;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>Pictures are those of the decoder, frame by frame.</summary>
[Collection(StudioCollection.Name)]
public sealed class PictureTests(StudioFixture studio)
{
    public static TheoryData<int> Videos => [.. Enumerable.Range(0, BinaryVideos.Kinds.Count)];

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task Pictures_without_loss_equal_the_decoded_frames(int video)
    {
        using var source = Video.FromFile(studio.Videos[video]).Open();
        Assert.Equal(BinaryVideos.Frames, source.FrameCount);
        foreach (var frame in (int[])[0, 239, 121, 120, 119, 7, 200, 201])
        {
            var expected = source.Read(frame);
            Assert.Equal(frame, BinaryVideos.NumberIn(expected));
            var bytes = await studio.Client.GetByteArrayAsync($"/api/videos/{video}/frames/{frame}/png");
            var decoded = ImageDecoder.Decode(bytes, frame, expected.Channels == 1, isBgr: false, "picture", null);
            Assert.Equal((expected.Width, expected.Height), (decoded.Width, decoded.Height));
            Assert.True(expected.Pixels.AsSpan().SequenceEqual(decoded.Pixels), $"frame {frame} differs");
        }
    }

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task Jpegs_show_the_frame_of_the_number(int video)
    {
        var random = new Random(video);
        for (var i = 0; i < 20; i++)
        {
            var frame = random.Next(BinaryVideos.Frames);
            var bytes = await studio.Client.GetByteArrayAsync($"/api/videos/{video}/frames/{frame}/jpeg");
            Assert.Equal(frame, BinaryVideos.NumberIn(ImageDecoder.Decode(bytes, frame, null, false, "picture", null)));
        }
    }

    /// <summary>Many pages ask for many frames at once, and some give up.</summary>
    [Fact]
    public async Task Requests_at_the_same_time_get_their_own_frames()
    {
        var random = new Random(5);
        var tasks = Enumerable
            .Range(0, 60)
            .Select(async i =>
            {
                var (video, frame) = (i % studio.Videos.Count, random.Next(BinaryVideos.Frames));
                using var abort = new CancellationTokenSource();
                if (i % 3 == 0)
                    abort.CancelAfter(i);
                try
                {
                    var path = $"/api/videos/{video}/frames/{frame}/png";
                    var bytes = await studio.Client.GetByteArrayAsync(path, abort.Token);
                    var decoded = ImageDecoder.Decode(bytes, frame, null, false, "picture", null);
                    Assert.Equal(frame, BinaryVideos.NumberIn(decoded));
                }
                catch (OperationCanceledException) when (abort.IsCancellationRequested)
                {
                    // As meant.
                }
            });
        await Task.WhenAll(tasks);
    }

    [Fact]
    public async Task A_video_says_its_size()
    {
        var facts = await studio.GetAsync("/api/videos/5");
        Assert.Equal(BinaryVideos.Frames, (int)facts["frames"]!);
        Assert.Equal((203, 81), ((int)facts["width"]!, (int)facts["height"]!));
        Assert.Null(facts["only"]);
    }

    /// <summary>Another video under the old name would show other frames than those that were labeled.</summary>
    [Fact]
    public async Task A_video_that_changes_is_not_read_on()
    {
        var path = Path.Combine(studio.Folder, "changing.avi");
        File.Copy(studio.Videos[4], path);
        using var pictures = Open(path);
        await pictures.ReadAsync(new PictureKey(0, 3, PictureForm.Png), default);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
        var fault = await Assert.ThrowsAsync<IOException>(() =>
            pictures.ReadAsync(new PictureKey(0, 4, PictureForm.Png), default)
        );
        Assert.Contains("changed since", fault.Message);
    }

    /// <summary>One broken video leaves the others alone.</summary>
    [Fact]
    public async Task A_video_that_is_not_there_is_told_and_the_rest_is_shown()
    {
        var labels = new Labels(
            [],
            [Video.FromFile(Path.Combine(studio.Folder, "missing.mp4")), Video.FromFile(studio.Videos[4])]
        );
        await using var server = await StudioServer.StartAsync(new OpenedProject("two.slp", labels));
        using var client = new HttpClient { BaseAddress = new Uri(server.Root) };
        client.DefaultRequestHeaders.Add(AccessToken.Header, server.Address.Split("token=")[1]);
        foreach (var path in (string[])["/api/videos/0", "/api/videos/0/frames/0/jpeg"])
        {
            using var missing = await client.GetAsync(path);
            Assert.Equal(path.EndsWith("jpeg") ? HttpStatusCode.NotFound : HttpStatusCode.OK, missing.StatusCode);
            var text = await missing.Content.ReadAsStringAsync();
            Assert.Contains("missing.mp4 was not found", text);
            Assert.DoesNotContain(studio.Folder, text);
        }
        Assert.NotEmpty(await client.GetByteArrayAsync("/api/videos/1/frames/0/jpeg"));
    }

    /// <summary>Images of some frames only, as in a .pkg.slp: the others have no picture.</summary>
    [Fact]
    public async Task Embedded_images_are_listed()
    {
        var path = Path.Combine(studio.Folder, "images.pkg.slp");
        studio.Labels.Save(path);
        using var pictures = Open(path);
        var facts = await pictures.FactsAsync(0, default);
        Assert.Equal(studio.Labels.Frames.Select(frame => frame.FrameIndex), facts.Only!.Except([5, 100]));
        var bytes = await pictures.ReadAsync(new PictureKey(0, 33, PictureForm.Png), default);
        Assert.Equal(33, BinaryVideos.NumberIn(ImageDecoder.Decode(bytes, 33, null, false, "picture", null)));
    }

    [Fact]
    public void The_cache_forgets_what_was_used_longest_ago()
    {
        var cache = new PictureCache(maxBytes: 25);
        for (var frame = 0; frame < 3; frame++)
        {
            cache.Keep(new PictureKey(0, frame, PictureForm.Jpeg), new byte[10]);
            Assert.NotNull(cache.Find(new PictureKey(0, 0, PictureForm.Jpeg)));
        }
        Assert.Null(cache.Find(new PictureKey(0, 1, PictureForm.Jpeg)));
        Assert.NotNull(cache.Find(new PictureKey(0, 2, PictureForm.Jpeg)));
    }

    private static VideoPictures Open(string path)
    {
        var project = OpenedProject.Open([path], new());
        return new VideoPictures(project, new FaultText(project));
    }
}
