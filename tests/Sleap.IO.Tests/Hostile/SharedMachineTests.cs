using System.Runtime.Versioning;

namespace Sleap.IO.Tests;

/// <summary>Other users of the machine, and other machines that files name.</summary>
public sealed class SharedMachineTests : IDisposable
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void AFileIsPrivateUntilItIsCompleteAndKeepsTheModeOfTheOneBefore()
    {
        Skip.If(OperatingSystem.IsWindows(), "Modes of files are Unix's.");
        var (path, plain) = (PathOf("a.slp"), PathOf("plain"));
        File.WriteAllText(plain, "");
        using (var file = AtomicFile.Begin(path))
        {
            Assert.Equal(OwnersOnly, File.GetUnixFileMode(file.Temporary));
            file.Commit();
        }
        Assert.Equal(File.GetUnixFileMode(plain), File.GetUnixFileMode(path));

        foreach (var mode in (UnixFileMode[])[OwnersOnly, OwnersOnly | UnixFileMode.GroupRead])
        {
            File.SetUnixFileMode(path, mode);
            AtomicFile.Write(path, stream => stream.Write("new"u8));
            Assert.Equal(mode, File.GetUnixFileMode(path));
        }
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [SkippableFact]
    public void ALinkInThePlaceOfAPrivateFileIsNotFollowed()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need rights there.");
        File.WriteAllText(PathOf("mine"), "mine");
        File.CreateSymbolicLink(PathOf("link"), PathOf("mine"));
        Assert.Throws<IOException>(() => AtomicFile.CreatePrivate(PathOf("link"), FileOptions.None));
        Assert.Equal("mine", File.ReadAllText(PathOf("mine")));
    }

    /// <summary>Whoever may write to the folder can put a link in the place of a file that is being written.</summary>
    [SkippableTheory]
    [UnsupportedOSPlatform("windows")]
    [InlineData("a.slp")]
    [InlineData("a.csv")]
    public void ALinkInThePlaceOfAFileThatIsWrittenIsNotFollowed(string name)
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need rights there.");
        var (path, mine) = (PathOf(name), PathOf("mine"));
        File.WriteAllText(path, "old");
        File.WriteAllText(mine, "mine");
        var mode = File.GetUnixFileMode(mine);
        string Swap()
        {
            var temporary = Directory.GetFiles(_folder, $".{name}.*").Single();
            File.Delete(temporary);
            File.CreateSymbolicLink(temporary, mine);
            return temporary;
        }

        var skeleton = new Skeleton("s", ["a"]);
        using (var writer = LabelsWriter.Create(path, skeleton, [new Video("v.mp4", VideoKind.Movie)]))
        {
            Swap();
            Assert.Contains("was replaced", Assert.Throws<IOException>(() => writer.Finish([])).Message);
        }

        var fault = Assert.Throws<IOException>(() =>
            AtomicFile.Write(
                path,
                stream =>
                {
                    Swap();
                    stream.Write("new"u8);
                }
            )
        );
        Assert.Contains("was replaced", fault.Message);
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.Equal(mode, File.GetUnixFileMode(mine));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([name, "mine"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("//host/share/clip.mp4")]
    [InlineData(@"\\host\share\clip.mp4")]
    [InlineData(@"//./pipe/clip.mp4")]
    [InlineData(@"\\?\UNC\host\share\clip.mp4")]
    public void ANameOfAnotherMachineIsLookedForBesideTheLabelsOnly(string name)
    {
        var finder = new VideoFinder(PathOf("labels.slp"), new());
        Assert.Equal("clip.mp4", finder.Local(name));
        Assert.Null(finder.Find(name));
        File.WriteAllText(PathOf("clip.mp4"), "");
        Assert.Equal(PathOf("clip.mp4"), finder.Find(name));
    }

    [Fact]
    public void LabelsOnAServerMayNameItsFiles()
    {
        var finder = new VideoFinder("//host/labs/labels.slp", new());
        // Where two slashes are one, the labels are on this machine.
        var isServer = Path.GetFullPath("//host/labs").StartsWith("//", StringComparison.Ordinal);
        Assert.Equal(isServer ? "//Host/share/clip.mp4" : "clip.mp4", finder.Local("//Host/share/clip.mp4"));
        Assert.Equal("clip.mp4", finder.Local("//other/share/clip.mp4"));
    }

    [SkippableFact]
    public void ADeviceIsNoImage()
    {
        Skip.IfNot(File.Exists("/dev/zero"), "There is no such device.");
        var link = PathOf("endless.png");
        File.CreateSymbolicLink(link, "/dev/zero");
        foreach (var path in (string[])[link, "/dev/zero"])
        {
            var fault = Assert.Throws<PoseFormatException>(() => Video.FromImages([path]).Open());
            Assert.Contains("no file", fault.Message);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
