using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class VideoPairingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-pairing").FullName;

    [Theory]
    [InlineData("/a/day1/cam.mp4 /a/day2/cam.mp4", "/b/day2/cam.mp4 /b/day1/cam.mp4", "1 0")]
    [InlineData("/a/day1/cam.mp4 /a/day2/cam.mp4", "/b/day2/cam.mp4", "- 0")]
    [InlineData("/a/x.mp4 /a/y.mp4", "/b/y.mp4 /b/x.mp4 /b/z.mp4", "1 0")]
    [InlineData(@"C:\lab\day1\Cam.mp4 D:\lab\day2\Cam.mp4", "/m/day2/cam.mp4 /m/day1/cam.mp4", "1 0")]
    [InlineData("/a/1/cam.mp4 /a/1/cam.mp4", "/a/1/cam.mp4 /a/1/cam.mp4", "0 1")]
    [InlineData("/a/p/1/cam.mp4 /a/q/1/cam.mp4", "/b/p/1/cam.mp4 /c/1/cam.mp4", "0 1")]
    public void Paths_that_end_alike_are_the_same_video(string left, string right, string expected)
    {
        var (one, other) = (Videos(left), Videos(right));
        var pairs = VideoPairing.Of(one, other).Pairs;
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                one.Select(video => pairs.TryGetValue(video, out var match) ? $"{Array.IndexOf(other, match)}" : "-")
            )
        );
    }

    [Theory]
    [InlineData("/a/cam.mp4", "/b/day1/cam.mp4 /b/day2/cam.mp4", "'/b/day1/cam.mp4' or '/b/day2/cam.mp4'")]
    [InlineData("/b/day1/cam.mp4 /b/day2/cam.mp4", "/a/cam.mp4", "'/b/day1/cam.mp4' and '/b/day2/cam.mp4'")]
    [InlineData("/a/mouse.mp4", "/a/rat.mp4", "No video is in both label sets")]
    public void What_is_not_certain_is_an_error_that_says_what_to_do(string left, string right, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => VideoPairing.Of(Videos(left), Videos(right)));
        Assert.Contains(expected, error.Message);
        Assert.Contains("set VideosInOrder", error.Message);
    }

    [Fact]
    public void A_copy_under_another_name_is_the_same_video_and_another_recording_of_one_name_is_not()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "1"));
        Directory.CreateDirectory(Path.Combine(_folder, "2"));
        string Write(string name, int seed)
        {
            var bytes = new byte[3 << 20];
            new Random(seed).NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(_folder, name), bytes);
            return Path.Combine(_folder, name);
        }

        Video[] first = [Video.FromFile(Write("1/cam.mp4", 1))],
            copy = [Video.FromFile(Write("2/renamed.mp4", 1))],
            other = [Video.FromFile(Write("2/cam.mp4", 2))];
        Assert.Same(copy[0], VideoPairing.Of(first, copy).Pairs[first[0]]);
        Assert.Throws<ArgumentException>(() => VideoPairing.Of(first, other));
        Assert.Same(other[0], VideoPairing.InOrder(first, other).Pairs[first[0]]);
    }

    [Fact]
    public void Folders_of_images_that_begin_alike_are_not_the_same_video()
    {
        string[] Folder(string name)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            string[] images = [Path.Combine(folder, $"{name}0.png"), Path.Combine(folder, $"{name}1.png")];
            File.WriteAllBytes(images[0], new byte[100]); // black in both
            File.WriteAllText(images[1], name);
            return images;
        }

        Assert.Throws<ArgumentException>(() =>
            VideoPairing.Of([Video.FromImages(Folder("a"))], [Video.FromImages(Folder("b"))])
        );
    }

    [Fact]
    public void Videos_in_order_have_to_be_as_many_and_of_one_size()
    {
        Video[] one = Videos("/a/cam.mp4"),
            two = Videos("/b/x.mp4 /b/y.mp4");
        Assert.Contains("1 and 2", Assert.Throws<ArgumentException>(() => VideoPairing.InOrder(one, two)).Message);
        Video small = Opened("small_robot.mp4"),
            large = Opened("centered_pair_low_quality.mp4");
        Assert.Contains(
            "not the same recording",
            Assert.Throws<ArgumentException>(() => VideoPairing.InOrder([small], [large])).Message
        );
    }

    // Its size is known once it was opened.
    private static Video Opened(string name)
    {
        var video = Video.FromFile(Path.Combine(TestFolder.Repository, "tests", "data", name));
        video.Open().Dispose();
        return video;
    }

    private static Video[] Videos(string paths) => [.. paths.Split(' ').Select(path => Video.FromFile(path))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
