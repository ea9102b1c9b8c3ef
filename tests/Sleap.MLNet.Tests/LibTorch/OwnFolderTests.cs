using System.Runtime.Versioning;

namespace Sleap.MLNet.Tests;

/// <summary>Only from a folder that nobody else can write to is native code loaded.</summary>
[SupportedOSPlatform("linux")]
public sealed class OwnFolderTests : IDisposable
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void A_folder_of_this_user_alone_is_ours()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Folders are looked at on Linux alone.");
        var own = Made("own", Mine);
        Assert.True(OwnFolder.IsOurs(own));
        Assert.False(OwnFolder.IsOurs(Made("group", Mine | UnixFileMode.GroupWrite)));
        Assert.False(OwnFolder.IsOurs(Made("all", Mine | UnixFileMode.OtherWrite)));
        Assert.False(OwnFolder.IsOurs(Path.Combine(_folder, "not there")));
        Assert.False(OwnFolder.IsOurs(Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), own).FullName));
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Assert.False(OwnFolder.IsOurs(Path.Combine(_folder, "file")));
    }

    [SkippableFact]
    public void A_folder_above_that_others_can_change_counts()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Folders are looked at on Linux alone.");
        var open = Made("open", Mine | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        Assert.False(OwnFolder.IsOurs(Made("open/own", Mine)));
        // as /tmp is: entries are renamed by their owners alone
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.StickyBit);
        Assert.True(OwnFolder.IsOurs(Path.Combine(open, "own")));
    }

    private string Made(string name, UnixFileMode mode)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.SetUnixFileMode(folder, mode); // whatever the umask is
        return folder;
    }
}
