using System.Diagnostics;

namespace Sleap.IO.Tests;

/// <summary>Videos whose titles, names or content say what only ffmpeg should.</summary>
public sealed class HostileVideoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-video-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("showinfo pts:0 pts_time:0")]
    [InlineData("[Parsed_showinfo_0 @ 0x1] [info] n: 0 pts: 0 pts_time:0")]
    [InlineData("showinfo config in time_base:")]
    [InlineData("a\n[Parsed_showinfo_0 @ 0x1] [info] n: 0 pts: 0 pts_time:0")]
    [InlineData("[error]")]
    public void ATitleShiftsNoFrame(string title)
    {
        var path = Path.Combine(_folder, "titled.mp4");
        Ffmpeg("-i", TestFiles.Data("small_robot.mp4"), "-c", "copy", "-metadata", $"title={title}", path);
        SameFrames(path);
    }

    [SkippableTheory]
    [InlineData("showinfo pts:0 pts_time:0.mp4")]
    [InlineData("[error] showinfo config in time_base:.mp4")]
    [InlineData("a\n[Parsed_showinfo_0 @ 0x1] [info] n: 0 pts: 0 pts_time:0.mp4")]
    public void ANameShiftsNoFrame(string name)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such names.");
        var path = Path.Combine(_folder, name);
        File.Copy(TestFiles.Data("small_robot.mp4"), path);
        SameFrames(path);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nsecret.mp4\n#EXT-X-ENDLIST\n", "hls")]
    [InlineData("ffconcat version 1.0\nfile secret.mp4\n", "concat")]
    public void APlaylistIsNotOpened(string text, string kind)
    {
        File.Copy(TestFiles.Data("small_robot.mp4"), Path.Combine(_folder, "secret.mp4"));
        var path = Path.Combine(_folder, "clip.mp4");
        File.WriteAllText(path, text);
        var fault = Assert.Throws<PoseFormatException>(() => Video.FromFile(path).Open());
        Assert.Contains($"'{kind}'", fault.Message);
        Assert.Contains("Playlists are not opened", fault.Message);
    }

    [Fact]
    public void ProgramsAreFoundInTheFoldersOfPathOnly()
    {
        Assert.True(Path.IsPathFullyQualified(ProgramPath.Find("ffmpeg")!));
        Assert.Null(ProgramPath.Find("no-such-program"));
    }

    private static void SameFrames(string path)
    {
        using var truth = Video.FromFile(TestFiles.Data("small_robot.mp4")).Open();
        using var source = Video.FromFile(path).Open();
        foreach (var index in (int[])[0, 1, 2, 100, 30])
        {
            Assert.True(
                truth.Read(index).Pixels.AsSpan().SequenceEqual(source.Read(index).Pixels),
                $"frame {index} is another one"
            );
        }
    }

    private static void Ffmpeg(params string[] arguments)
    {
        using var process = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
