using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class PrefixMapTests : IDisposable
{
    private static readonly Skeleton Mouse = new("m", ["a"]);
    private readonly TestFiles _files = new();

    // Where files of C:\data lie on this machine.
    private string Data => _files.New("data");

    private LabelsReadOptions Reading => new() { PrefixMap = new Dictionary<string, string> { [@"C:\data"] = Data } };

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(@"C:\data\day1\cam.mp4", "/mnt/day1/cam.mp4")]
    [InlineData("c:/DATA/day1/cam.mp4", "/mnt/day1/cam.mp4")]
    [InlineData(@"C:\data", "/mnt/")]
    [InlineData(@"C:\data\", "/mnt/")]
    [InlineData(@"C:\data\\day1\cam.mp4", "/mnt/day1/cam.mp4")]
    [InlineData(@"C:\data2\cam.mp4", @"C:\data2\cam.mp4")]
    [InlineData(@"D:\C:\data\cam.mp4", @"D:\C:\data\cam.mp4")]
    [InlineData(@"C:\data\deep\cam.mp4", "deep/cam.mp4")]
    [InlineData("/home/ann/cam.mp4", "/cam.mp4")]
    [InlineData("/home/Ann/cam.mp4", "/home/Ann/cam.mp4")]
    [InlineData(@"\\server\share\cam.mp4", "X:/videos/cam.mp4")]
    [InlineData("videos/cam.mp4", "../old/cam.mp4")]
    [InlineData("cam.mp4", "cam.mp4")]
    [InlineData(".", ".")]
    [InlineData("", "")]
    public void TheLongestFolderThatFitsIsReplacedOnce(string path, string expected)
    {
        var map = new Dictionary<string, string>
        {
            [@"C:\data"] = "/mnt/",
            [@"C:\data\deep\"] = "deep",
            ["/mnt"] = "/never",
            ["/home/ann/"] = "/",
            ["//SERVER/share"] = @"X:\videos",
            ["videos"] = "../old",
            ["."] = "/never",
        };
        Assert.Equal(expected, map.Map(path));
    }

    [Theory]
    [InlineData("", "/data")]
    [InlineData("/data", " ")]
    public void AnEmptyPrefixIsAnError(string old, string replacement) =>
        Assert.Contains(
            "PrefixMap",
            Assert
                .Throws<ArgumentException>(() =>
                    new LabelsReadOptions { PrefixMap = new Dictionary<string, string> { [old] = replacement } }
                )
                .Message
        );

    [Fact]
    public void SlpHasTheNewPathsAndKeepsThemWhenItIsSaved()
    {
        Make("day1/cam.mp4");
        Make("day2/img1.png");
        var movie = Video.FromFile(@"C:\data\day1\cam.mp4");
        var images = Video.FromImages([@"C:\data\day2\img1.png", @"C:\data\day2\img2.png", @"E:\img3.png"]);
        Saved(movie, images).Save(_files.New("labels.slp"));
        var labels = Labels.Load(_files.New("labels.slp"), Reading);
        Assert.Equal($"{Data}/day1/cam.mp4", labels.Videos[0].Path);
        Assert.Equal(Path.GetFullPath($"{Data}/day1/cam.mp4"), labels.Videos[0].FoundPath);
        string[] names = [$"{Data}/day2/img1.png", $"{Data}/day2/img2.png", @"E:\img3.png"];
        Assert.Equal(names, labels.Videos[1].ImagePaths);
        Assert.Equal(Path.GetFullPath(names[0]), labels.Videos[1].FoundImages[0]);

        labels.Save(_files.New("here.slp"));
        var again = Labels.Load(_files.New("here.slp"));
        Assert.Equal($"{Data}/day1/cam.mp4", again.Videos[0].Path);
        Assert.Equal(names, again.Videos[1].ImagePaths);
    }

    [Fact]
    public void SourcesOfEmbeddedImagesAreMappedToo()
    {
        var row = new JsonObject
        {
            ["filename"] = ".",
            ["backend"] = new JsonObject { ["filename"] = ".", ["dataset"] = "video0/video" },
            ["source_video"] = new JsonObject
            {
                ["filename"] = @"C:\data\cam.mp4",
                ["note"] = @"C:\data\cam.mp4",
                ["backend"] = new JsonObject { ["filename"] = @"C:\data\cam.mp4" },
            },
        };
        var video = new SlpVideos(new PoseJson(_files.New("a.slp")), 1.4, Reading).Read(row, "videos_json[0]");
        Assert.Equal(".", video.Path);
        Assert.Equal($"{Data}/cam.mp4", video.Source!.Path);
        Assert.Equal(@"C:\data\cam.mp4", (string?)video.SlpRow!["source_video"]!["note"]);
        Assert.Equal($"{Data}/cam.mp4", (string?)video.SlpRow["source_video"]!["backend"]!["filename"]);
    }

    [Theory]
    [InlineData("labels.csv")]
    [InlineData("labels.nwb")]
    [InlineData("labels.h5")]
    public void OtherFormatsThatNameAMovieHaveItsNewPath(string name)
    {
        Make("day1/cam.mp4");
        Saved(Video.FromFile(@"C:\data\day1\cam.mp4")).Save(_files.New(name));
        var video = Assert.Single(Labels.Load(_files.New(name), Reading).Videos);
        Assert.Equal($"{Data}/day1/cam.mp4", video.Path);
        Assert.Equal(Path.GetFullPath($"{Data}/day1/cam.mp4"), video.FoundPath);
    }

    [Fact]
    public void CocoFindsImagesAndMovies()
    {
        Make("img1.png");
        JsonObject Image(int id, string name, string? movie) =>
            movie is null
                ? new() { ["id"] = id, ["file_name"] = name }
                : new()
                {
                    ["id"] = id,
                    ["file_name"] = name,
                    ["video"] = movie,
                    ["frame_index"] = 3,
                };
        var coco = new JsonObject
        {
            ["images"] = new JsonArray(
                Image(1, @"C:\data\img1.png", null),
                Image(2, @"C:\data\img2.png", @"C:\data\cam.mp4")
            ),
            ["categories"] = new JsonArray(new JsonObject { ["id"] = 1, ["keypoints"] = new JsonArray("a") }),
            ["annotations"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = 1,
                    ["image_id"] = 1,
                    ["category_id"] = 1,
                    ["keypoints"] = new JsonArray(1, 2, 2),
                }
            ),
        };
        File.WriteAllText(_files.New("coco.json"), coco.ToJsonString());
        var videos = Labels.Load(_files.New("coco.json"), Reading).Videos;
        Assert.Equal(
            [$"{Data}/cam.mp4", Path.GetFullPath($"{Data}/img1.png")],
            videos.Select(video => video.Path).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(@"C:\data\labeled-data\cam\img0007.png")]
    [InlineData("C:/data/labeled-data/cam/img0007.png")]
    public void DeepLabCutFindsImagesNamedByAFullPath(string name)
    {
        Make("labeled-data/cam/img0007.png");
        File.WriteAllLines(
            _files.New("CollectedData_me.csv"),
            ["scorer,me,me", "bodyparts,a,a", "coords,x,y", $"{name},1,2"]
        );
        var frame = Assert.Single(Labels.Load(_files.New("CollectedData_me.csv"), Reading).Frames);
        Assert.Equal(7, frame.FrameIndex);
        Assert.Equal(Path.GetFullPath($"{Data}/labeled-data/cam/img0007.png"), Assert.Single(frame.Video.FoundImages));
    }

    [Fact]
    public void YoloFindsItsFolders()
    {
        Directory.CreateDirectory(_files.New("set"));
        Make("images/img1.png");
        Directory.CreateDirectory(Path.Combine(Data, "labels"));
        File.WriteAllText(Path.Combine(Data, "labels", "img1.txt"), "0 0.5 0.5 1 1 0.5 0.5 2\n");
        File.WriteAllText(
            _files.New("set/data.yaml"),
            "path: 'C:\\data'\ntrain: images\nkpt_shape: [1, 3]\nnames: [m]\n"
        );
        Assert.Single(Labels.Load(_files.New("set/data.yaml"), Reading).Frames);
    }

    // The prefix map is of the person who runs the program, so it may lead to another machine; names in files may not.
    [Fact]
    public void AMapToAServerLetsItsFilesBeLookedFor()
    {
        var finder = new VideoFinder(
            _files.New("labels.slp"),
            new() { PrefixMap = new Dictionary<string, string> { ["/data"] = "//host/share" } }
        );
        Assert.Equal("//host/share/cam.mp4", finder.Local(finder.Named("/data/cam.mp4")));
        Assert.Equal("cam.mp4", finder.Local(finder.Named("//other/share/cam.mp4")));
    }

    private static Labels Saved(params Video[] videos) =>
        new(
            videos.Select(video => new LabeledFrame
            {
                Video = video,
                FrameIndex = 0,
                Instances = [new Instance { Skeleton = Mouse, Points = [new Point(1, 2)] }],
            })
        );

    private void Make(string name)
    {
        var path = Path.Combine(Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, ImageEncoder.Png(new Frame(0, 8, 8, 1, new byte[64])));
    }
}
