namespace Sleap.Cli.Tests;

/// <summary>
/// How libtorch is loaded where libstdc++ is older than TorchSharp's, as on Debian 12: by 'sleap doctor', which says
/// it.
/// </summary>
public sealed class DoctorLibTorchTests : IDisposable
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void The_copy_lies_in_the_users_cache_is_used_again_and_checked()
    {
        var text = Doctor(_folder);
        Skip.IfNot(text.Contains("by a copy", StringComparison.Ordinal), "TorchSharp's library loads as it is here.");
        var cache = new DirectoryInfo(Path.Combine(_folder, "sleap-mlnet"));
        Assert.Equal(Mine, cache.UnixFileMode);
        var copy = Assert.Single(cache.GetFiles());
        Assert.Contains(copy.FullName, text);
        Assert.Matches("^libLibTorchSharp-[0-9a-f]{64}[.]so$", copy.Name);

        var (bytes, written) = (File.ReadAllBytes(copy.FullName), copy.LastWriteTimeUtc);
        Assert.Contains(copy.FullName, Doctor(_folder));
        Assert.Equal(written, new FileInfo(copy.FullName).LastWriteTimeUtc);

        // What is not what it was is not loaded.
        File.WriteAllBytes(copy.FullName, [.. bytes[..1000], 0xff, .. bytes[1001..]]);
        Assert.Contains(copy.FullName, Doctor(_folder));
        Assert.Equal(bytes, File.ReadAllBytes(copy.FullName));
    }

    [SkippableFact]
    public void A_cache_that_others_can_write_to_is_not_used()
    {
        var cache = Directory.CreateDirectory(Path.Combine(_folder, "sleap-mlnet"));
        if (!OperatingSystem.IsWindows())
            cache.UnixFileMode = Mine | UnixFileMode.OtherWrite;
        var text = Doctor(_folder);
        Skip.IfNot(text.Contains("by a copy", StringComparison.Ordinal), "TorchSharp's library loads as it is here.");
        Assert.DoesNotContain(_folder, text);
        Assert.Empty(cache.GetFileSystemInfos());
    }

    [SkippableFact]
    public void Without_a_home_that_can_be_written_to_libtorch_loads_too()
    {
        var text = Doctor("/proc/nothing");
        Skip.IfNot(text.Contains("by a copy", StringComparison.Ordinal), "TorchSharp's library loads as it is here.");
        Assert.Contains("sleap-mlnet-", text);
        Assert.DoesNotContain("/proc/nothing", text);
    }

    private static string Doctor(string cache)
    {
        var (code, output, error) = Cli.Run([("XDG_CACHE_HOME", cache)], "doctor");
        Assert.True(code == 0, output + error);
        return output;
    }
}
