namespace Sleap.Cli.Tests;

public sealed class RecordingListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-recordings-").FullName;

    public RecordingListTests()
    {
        foreach (
            var file in (string[])["day1/a.mp4", "day1/a.avi", "day1/._a.mp4", "day1/a.txt", "day2/a.mp4", "img/1.png"]
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.WriteAllText(PathOf(file), "");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folders_patterns_and_lists_name_recordings()
    {
        Assert.Equal(Paths("day1/a.avi", "day1/a.mp4"), RecordingList.Of([PathOf("day1")]));
        Assert.Equal(Paths("day1/a.mp4", "day2/a.mp4"), RecordingList.Of([PathOf("day*/a.mp4")]));
        Assert.Equal(Paths("img"), RecordingList.Of([PathOf("img")])); // a folder of images is one recording
        File.WriteAllText(PathOf("list.txt"), $"{PathOf("day2")}\r\n\r\n{PathOf("not there.mp4")}\n{PathOf("img")}");
        Assert.Equal(
            Paths("day1/a.mp4", "day2/a.mp4", "not there.mp4", "img"),
            RecordingList.Of([PathOf("day1/a.mp4"), PathOf("list.txt")])
        );
    }

    [Fact]
    public void A_recording_that_is_named_twice_and_an_empty_list_are_told()
    {
        var twice = Assert.Throws<ArgumentException>(() =>
            RecordingList.Of([PathOf("day1"), PathOf("day1/../day1/a.mp4")])
        );
        Assert.Contains("day1/a.mp4", twice.Message);
        Assert.Contains(
            "a.txt",
            Assert.Throws<ArgumentException>(() => RecordingList.Of([PathOf("day1/a.txt")])).Message
        );
    }

    [Fact]
    public void No_two_recordings_share_a_name()
    {
        Assert.Equal(["a.avi", "a.mp4"], RecordingList.Names(Paths("day1/a.avi", "day1/a.mp4")));
        Assert.Equal(
            ["day1/a.mp4", "day2/a.mp4", "b.mp4", "img"],
            RecordingList.Names(Paths("day1/a.mp4", "day2/a.mp4", "b.mp4", "img/"))
        );
        Assert.Equal(["x/a.mp4", "y.mp4"], RecordingList.Names(["x/a.mp4", "./y.mp4"]));
        Assert.Equal(["one.mp4"], RecordingList.Names(["/one.mp4"]));
    }

    private string[] Paths(params string[] names) => [.. names.Select(PathOf)];

    private string PathOf(string name) => Path.Combine(_folder, name);
}
