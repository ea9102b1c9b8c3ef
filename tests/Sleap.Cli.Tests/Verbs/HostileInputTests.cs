namespace Sleap.Cli.Tests;

/// <summary>Files from strangers: what lies beside them is not run, and what they hold is not obeyed.</summary>
public sealed class HostileInputTests : IDisposable
{
    private const string Escape = "\u001b]0;gone\u0007";

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("ffprobe", "info", "clip.mp4")]
    [InlineData("ffmpeg", "render", "poses.slp", "--video", "clip.mp4", "--frames", "0-3", "--out", "out.mp4")]
    [InlineData("nvidia-smi", "doctor")]
    public void A_program_in_the_current_folder_is_not_started(string program, params string[] words)
    {
        Skip.If(OperatingSystem.IsWindows(), "The program is a script.");
        File.Copy(Cli.Data("small_robot.mp4"), PathOf("clip.mp4"));
        File.Copy(Path.Combine(Cli.Root, "tests", "data", "small_robot_minimal.slp"), PathOf("poses.slp"));
        foreach (var name in (string[])[program, program + ".exe"])
        {
            File.WriteAllText(PathOf(name), "#!/bin/sh\ntouch started\nexit 1\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(PathOf(name), (UnixFileMode)0b111_101_101);
        }

        // The empty and the relative folder are the current one for a shell.
        var path = $":.:{Environment.GetEnvironmentVariable("PATH")}";
        var (code, output, error) = Cli.Run(_folder, [("PATH", path)], words);
        Assert.False(File.Exists(PathOf("started")), $"{program} of the current folder was started");
        if (words[0] == "info")
        {
            Assert.Equal(0, code);
            Assert.Contains("166 frames", output);
            Assert.Empty(error);
        }
    }

    [Theory]
    [InlineData("a\n#:property PreBuildEvent=touch started\n//")]
    [InlineData("a\u2028b")]
    [InlineData("a\u0085b")]
    [InlineData("a" + Escape)]
    public void A_track_whose_name_is_more_than_a_line_is_refused(string name)
    {
        File.WriteAllText(
            PathOf("labels.csv"),
            "video,frame,instance,track,node,x,y,visible,score,instance_score,predicted\n"
                + $"v.mp4,0,0,\"{name}\",a,1,2,true,,,false\n"
        );
        var (code, _, error) = Cli.Run(_folder, [], "new", "mouse", "--labels", "labels.csv");
        Assert.Equal(1, code);
        Assert.Contains("has a line break or another control character", error);
        Assert.Contains("labels.csv, line 2, column track", error);
        Assert.DoesNotContain('\u001b', error);
        Assert.Single(error.TrimEnd().Split('\n', '\u2028', '\u0085'));
    }

    [Fact]
    public void Text_of_a_file_does_not_control_the_terminal()
    {
        File.WriteAllText(
            PathOf("labels.csv"),
            "video,frame,instance,track,node,x,y,visible,score,instance_score,predicted\n"
                + $"{Escape}v.mp4,0,0,t,a,1,2,true,,,false\n"
        );
        var (code, output, error) = Cli.Run(_folder, [], "info", "labels.csv");
        Assert.Equal(0, code);
        Assert.Contains("v.mp4", output + error);
        foreach (var text in (string[])[output, error])
        {
            Assert.DoesNotContain('\u001b', text);
            Assert.DoesNotContain('\u0007', text);
        }
    }

    [Fact]
    public void A_name_that_begins_with_an_at_sign_is_a_file()
    {
        File.WriteAllText(PathOf("words"), "info clip.mp4");
        var (code, _, error) = Cli.Run(_folder, [], "info", "@words");
        Assert.Equal(1, code);
        Assert.Contains("@words", error);
    }

    [Fact]
    public void Programs_of_a_scaffold_take_no_build_settings_from_the_folders_above()
    {
        File.WriteAllText(PathOf("NuGet.Config"), "<configuration />");
        var (code, _, error) = Cli.Run(
            _folder,
            [],
            "new",
            "mouse",
            "--labels",
            Cli.Data("cases/train_on_predictions/labels.slp"),
            "--use-predictions"
        );
        Assert.True(code == 0, error);
        foreach (var name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            Assert.Equal("<Project />\n", File.ReadAllText(Path.Combine(_folder, "mouse", name)));
        Assert.Contains($"'{PathOf("NuGet.Config")}' says where packages come from", error);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
