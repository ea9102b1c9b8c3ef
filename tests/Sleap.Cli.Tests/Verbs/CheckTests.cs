using Sleap.IO;

namespace Sleap.Cli.Tests;

public sealed class CheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-check").FullName;

    [Fact]
    public void A_duplicate_frame_is_found_and_fixed_and_the_input_stays()
    {
        var file = Path.Combine(_folder, "d.slp");
        File.Copy(Cli.Data("cases/slp_duplicate_frames/d.slp"), file);
        var before = File.ReadAllBytes(file);
        var (code, output, error) = Cli.Run("check", file);
        Assert.True(code == 1, error);
        Assert.Contains("duplicate-frame", output);
        var findings = Cli.Run("check", file, "--json").Output;
        Assert.Contains("\"duplicate-frame\"", findings);

        var target = Path.Combine(_folder, "fixed.slp");
        (code, output, error) = Cli.Run("fix", file, "--out", target);
        Assert.True(code == 0, error);
        Assert.Contains("1 rows of duplicate frames merged", output);
        Assert.Equal(before, File.ReadAllBytes(file));
        Assert.Equal(2, Labels.Load(target).Frames.Count);
        Assert.DoesNotContain("duplicate-frame", Cli.Run("check", target).Output);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_finding()
    {
        var file = Path.Combine(_folder, "broken.slp");
        File.WriteAllText(file, "not HDF5");
        var (code, output, error) = Cli.Run("check", file, Cli.Data("small_robot_minimal.slp"));
        Assert.Equal(1, code);
        Assert.Contains("unreadable-file", output + error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
