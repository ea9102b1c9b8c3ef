using System.Diagnostics;
using System.Security.Cryptography;

namespace Sleap.IO.Tests;

public sealed class MovieTests
{
    private static readonly string Gray = TestFiles.Data("centered_pair_low_quality.mp4");
    private static readonly string Color = TestFiles.Data("small_robot.mp4");

    /// <summary>
    /// The key frames of this recording need what lies before them: after a jump ffmpeg complains and gives pictures in
    /// ruins.
    /// </summary>
    [Fact]
    public void WhereJumpingGivesRuinsTheFramesAreReadFromTheFront()
    {
        var path = Path.Combine(TestFiles.Root, "examples", "data", "openfield", "videos", "m3v1mp4.mp4");
        var wanted = new[] { 210, 400, 650 };
        using var inOrder = Sleap.IO.Video.FromFile(path).Open();
        var truth = inOrder
            .ReadMany(Enumerable.Range(0, 651))
            .Where(r => wanted.Contains(r.FrameIndex))
            .ToDictionary(r => r.FrameIndex, r => r.Frame!.Pixels);
        using var jumping = Sleap.IO.Video.FromFile(path).Open();
        foreach (var index in (int[])[400, 650, 210])
        {
            Assert.True(
                truth[index].AsSpan().SequenceEqual(jumping.Read(index).Pixels),
                $"frame {index} is another one alone than in order"
            );
        }
    }

    [Fact]
    public void GrayFramesAreByteForByteThoseOfTheReference()
    {
        var expected = TestFiles.GoldenJson("video_frames.json")["videos"]!["centered_pair_low_quality.mp4"]!;
        using var source = Video.FromFile(Gray).Open();
        Assert.Equal(
            (1100, 384, 384, 1, 15.0),
            (source.FrameCount, source.Height, source.Width, source.Channels, source.FramesPerSecond)
        );
        foreach (var (number, row) in expected["frames"]!.AsObject())
            Assert.Equal((string)row!["opencv_gray_first_channel"]!["sha256"]!, Hash(source.Read(int.Parse(number))));
    }

    [Fact]
    public void ColorFramesAreByteForByteThoseOfTheReference()
    {
        // The file is tagged BT.709, and ffmpeg's rgb24 goes by the tag, as OpenCV does. (The other matrix, BT.601, is
        // up to 4 levels off: pyav takes that.)
        var expected = TestFiles.GoldenJson("video_frames.json")["videos"]!["small_robot.mp4"]!;
        using var source = Video.FromFile(Color).Open();
        Assert.Equal(
            (166, 320, 560, 3, 30.0),
            (source.FrameCount, source.Height, source.Width, source.Channels, source.FramesPerSecond)
        );
        foreach (var (number, row) in expected["frames"]!.AsObject())
            Assert.Equal((string)row!["opencv_rgb"]!["sha256"]!, Hash(source.Read(int.Parse(number))));
    }

    [Theory]
    [InlineData("centered_pair_low_quality.mp4", 1)]
    [InlineData("small_robot.mp4", 2)]
    public void AFrameIsTheSameInOrderAloneAndBackwards(string name, int seed)
    {
        var video = Video.FromFile(TestFiles.Data(name));
        var hashes = new List<string>();
        using (var source = video.Open())
        {
            foreach (var result in source.ReadMany(Enumerable.Range(0, source.FrameCount)))
            {
                Assert.Null(result.Error);
                Assert.Equal(hashes.Count, result.FrameIndex);
                Assert.Equal(hashes.Count, result.Frame!.FrameIndex);
                hashes.Add(Hash(result.Frame));
            }
        }
        Assert.Equal(video.Shape!.Value.Frames, hashes.Count);
        using var again = video.Open();
        // 200 frames at random, one by one, and the same 200 once more as one rising stream.
        var random = new Random(seed);
        int[] jumps = [.. Enumerable.Range(0, 200).Select(_ => random.Next(hashes.Count))];
        foreach (var frame in jumps)
            Assert.Equal(hashes[frame], Hash(again.Read(frame)));
        foreach (var result in again.ReadMany(jumps.Order()))
            Assert.Equal(hashes[result.FrameIndex], Hash(result.Frame!));
        for (var frame = hashes.Count - 1; frame > hashes.Count - 70; frame--)
            Assert.Equal(hashes[frame], Hash(again.Read(frame)));
    }

    [Fact]
    public void AGrayVideoAskedForInColorHasThreeEqualChannels()
    {
        var expected = TestFiles.GoldenJson("video_frames.json")["videos"]!["centered_pair_low_quality.mp4"]![
            "frames"
        ]!["7"]!;
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        Assert.True(labels.Videos[0].IsGray);
        using var source = new FfmpegFrameSource(Gray, isGray: false);
        Assert.Equal((string)expected["opencv_rgb"]!["sha256"]!, Hash(source.Read(7)));
    }

    [Fact]
    public void ReadManyKeepsTheOrderAskedForAndReportsWhatIsNotThere()
    {
        using var source = Video.FromFile(Gray).Open();
        int[] wanted = [5, 3, 900, 5000, 901, 3, -1, 0];
        var results = source.ReadMany(wanted).ToList();
        Assert.Equal(wanted, results.Select(r => r.FrameIndex));
        Assert.Equal([5000, -1], results.Where(r => r.Frame is null).Select(r => r.FrameIndex));
        Assert.All(results.Where(r => r.Frame is null), r => Assert.Contains("0 to 1099", r.Error!.Message));
    }

    [Fact]
    public void CancelingStops()
    {
        using var source = Video.FromFile(Gray).Open();
        using var stop = new CancellationTokenSource();
        var count = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in source.ReadMany(Enumerable.Range(0, 1100), stop.Token))
            {
                if (++count == 5)
                    stop.Cancel();
            }
        });
        Assert.Equal(5, count);
    }

    [Fact]
    public void NoFfmpegIsLeftWhenTheSourceIsDisposed()
    {
        using var files = new TestFiles();
        var own = files.New("own copy.mp4");
        File.Copy(Gray, own);
        using (var source = Video.FromFile(own).Open())
        {
            source.Read(3);
            Assert.NotEmpty(ProcessesNaming(own));
        }
        Assert.Empty(ProcessesNaming(own));
    }

    [Fact]
    public void NoFfmpegOutlivesAProcessThatIsKilled()
    {
        using var files = new TestFiles();
        var own = files.New("watched.mp4");
        File.Copy(Gray, own);
        using var watcher = Process.Start(
            new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "watch", own])
            {
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal("watching", watcher.StandardOutput.ReadLine());
        Assert.NotEmpty(ProcessesNaming(own));
        watcher.Kill();
        watcher.WaitForExit();
        // Its pipe is closed: ffmpeg ends at its next picture.
        var clock = Stopwatch.StartNew();
        while (ProcessesNaming(own).Count > 0 && clock.Elapsed < TimeSpan.FromSeconds(10))
            Thread.Sleep(50);
        Assert.Empty(ProcessesNaming(own));
    }

    /// <summary>
    /// Going back and forth within one group of pictures decodes it once: the frames are kept, and no second ffmpeg
    /// starts.
    /// </summary>
    [Fact]
    public void FramesAroundAJumpAreKept()
    {
        using var source = new FfmpegFrameSource(Gray, isGray: true);
        source.Read(500);
        var started = source.Restarts;
        for (var frame = 499; frame >= 480; frame--)
            source.Read(frame);
        // One jump back to the key frame before, whatever the number of frames.
        Assert.InRange(source.Restarts - started, 1, 2);
        started = source.Restarts;
        foreach (var frame in new[] { 485, 499, 481, 500, 490 })
            source.Read(frame);
        Assert.Equal(started, source.Restarts);
    }

    [Fact]
    public void VariableFrameRateAndRotationAreRead()
    {
        using var files = new TestFiles();
        var varying = files.New("varying.mp4");
        Ffmpeg(
            "-i",
            Color,
            "-vf",
            "select='not(mod(n,7))+not(mod(n,11))'",
            "-fps_mode",
            "vfr",
            "-g",
            "10",
            "-bf",
            "2",
            varying
        );
        using (var source = Video.FromFile(varying).Open())
        {
            var inOrder = source.ReadMany(Enumerable.Range(0, source.FrameCount)).Select(r => Hash(r.Frame!)).ToList();
            Assert.Equal(Enumerable.Range(0, 166).Count(n => n % 7 == 0 || n % 11 == 0), inOrder.Count);
            Assert.Equal(inOrder.Count, inOrder.Distinct().Count());
            foreach (var k in new[] { 20, 5, 34, 11, 10, 0, 36 })
                Assert.Equal(inOrder[k], Hash(source.Read(k)));
        }
        var turned = files.New("turned.mp4");
        Ffmpeg("-display_rotation", "90", "-i", Color, "-c", "copy", turned);
        if (!File.Exists(turned) || new FileInfo(turned).Length == 0)
            Ffmpeg("-i", Color, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned);
        using var upright = Video.FromFile(turned).Open();
        Assert.Equal((560, 320), (upright.Height, upright.Width));
        Assert.Equal(560 * 320 * 3, upright.Read(3).Pixels.Length);
    }

    [Fact]
    public void ADamagedStretchIsReportedAndTheRestGoesOn()
    {
        using var files = new TestFiles();
        var avi = files.New("damaged.avi");
        // Every frame stands alone in MJPEG: blanking one leaves its neighbors whole.
        Ffmpeg("-i", Color, "-frames:v", "12", "-c:v", "mjpeg", "-q:v", "3", avi);
        List<string> whole;
        using (var source = Video.FromFile(avi).Open())
            whole = [.. source.ReadMany(Enumerable.Range(0, 12)).Select(r => Hash(r.Frame!))];
        var bytes = File.ReadAllBytes(avi);
        var starts = Enumerable
            .Range(0, bytes.Length - 4)
            .Where(i =>
                bytes[i] == '0'
                && bytes[i + 1] == '0'
                && bytes[i + 2] == 'd'
                && bytes[i + 3] == 'c'
                && bytes[i + 8] == 0xFF
                && bytes[i + 9] == 0xD8
            )
            .ToList();
        Assert.Equal(12, starts.Count);
        bytes.AsSpan(starts[5] + 8, starts[6] - starts[5] - 8).Fill(0);
        File.WriteAllBytes(avi, bytes);
        using var damaged = Video.FromFile(avi).Open();
        var results = damaged.ReadMany(Enumerable.Range(0, 12)).ToList();
        Assert.Equal([5], results.Where(r => r.Frame is null).Select(r => r.FrameIndex));
        Assert.Contains("frame 5", results[5].Error!.Message);
        Assert.Equal(
            whole.Where((_, i) => i != 5),
            results.Where(r => r.Frame is not null).Select(r => Hash(r.Frame!))
        );
    }

    [Fact]
    public void FilesThatAreNoVideosSaySo()
    {
        using var files = new TestFiles();
        var missing = Assert.Throws<FileNotFoundException>(() => Video.FromFile(files.New("gone.mp4")).Open());
        Assert.Contains("gone.mp4", missing.Message);
        File.WriteAllBytes(files.New("empty.mp4"), []);
        Assert.Contains(
            "empty",
            Assert.Throws<PoseFormatException>(() => Video.FromFile(files.New("empty.mp4")).Open()).Message
        );
        File.WriteAllText(files.New("text.mp4"), "this is not a video");
        Assert.Contains(
            "as a video",
            Assert.Throws<PoseFormatException>(() => Video.FromFile(files.New("text.mp4")).Open()).Message
        );
        var bytes = File.ReadAllBytes(Gray);
        File.WriteAllBytes(files.New("cut.mp4"), bytes[..(bytes.Length / 2)]);
        try
        {
            using var cut = Video.FromFile(files.New("cut.mp4")).Open();
            var results = cut.ReadMany(Enumerable.Range(0, cut.FrameCount)).ToList();
            Assert.InRange(results.Count(r => r.Frame is not null), 1, 1099);
        }
        catch (PoseFormatException fault)
        {
            Assert.Contains("cut.mp4", fault.Message);
        }
    }

    [Fact]
    public void AMovieThatIsCutOffSaysSo()
    {
        using var files = new TestFiles();
        void AssertSays(string path, string named) =>
            Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Video.FromFile(path).Open()).Message);
        AssertSays(TestFiles.Data("cases/video_messages/cut.mp4"), "cut off within its index (moov)");
        // The index of this one is behind the frames.
        var bytes = File.ReadAllBytes(TestFiles.Data("small_robot.mp4"));
        File.WriteAllBytes(files.New("half.mov"), bytes[..(bytes.Length / 2)]);
        AssertSays(files.New("half.mov"), "cut off before its index (moov)");
        File.WriteAllBytes(files.New("frames.3gp"), bytes[..380_040]);
        AssertSays(files.New("frames.3gp"), "its index (moov) is not there");
        Ffmpeg("-i", TestFiles.Data("small_robot.mp4"), "-c", "copy", files.New("whole.avi"));
        File.WriteAllBytes(files.New("part.avi"), File.ReadAllBytes(files.New("whole.avi"))[..400]);
        AssertSays(files.New("part.avi"), "cut off after 400 of");
        Ffmpeg("-f", "lavfi", "-i", "sine=duration=1", files.New("sound.mp4"));
        AssertSays(files.New("sound.mp4"), "holds no video stream");
    }

    [Theory]
    [InlineData("a.ts", "is of a video")]
    [InlineData("a.png", "is of a video")]
    [InlineData("a.xyz", ".mts")]
    public void AFileThatIsNotOfLabelsIsToldFromVideos(string name, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New(name), "x");
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(files.New(name))).Message);
    }

    private static string Hash(Frame frame) => Convert.ToHexStringLower(SHA256.HashData(frame.Pixels));

    private static List<int> ProcessesNaming(string path) =>
        [
            .. Process
                .GetProcessesByName("ffmpeg")
                .Where(p =>
                    File.Exists($"/proc/{p.Id}/cmdline") && File.ReadAllText($"/proc/{p.Id}/cmdline").Contains(path)
                )
                .Select(p => p.Id),
        ];

    private static void Ffmpeg(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("ffmpeg", ["-v", "error", "-y", .. arguments]) { RedirectStandardError = true }
        )!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
    }
}
