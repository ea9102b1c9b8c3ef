using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Xunit;

namespace Sleap.Cli.Tests;

/// <summary>Scripts for any path that is accepted: run by bash with programs that write down their arguments.</summary>
public sealed class ShellTests : IDisposable
{
    // The arguments of each call, each ended by a null character.
    private const string Programs = """
        sleap() { printf '%s\0' "$@" >> calls; while [ $# -gt 1 ]; do shift; done; echo done > "$1"; }
        sbatch() { cat > task; SLURM_ARRAY_TASK_ID=0 . ./task > log; echo 1; }
        """;

    private static readonly string[] Hostile =
    [
        "$(touch owned)",
        "`touch owned`",
        "\"; touch owned; \"",
        "'; touch owned; '",
        "SHARD",
        "INDEX",
        "a/8",
        "$HOME",
        "a\\",
        "!!",
        "~",
        "*",
        "#",
        "a b",
        "é🐁\u202e",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-shell-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Slurm_scripts_pass_every_path_on_as_it_is()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        foreach (var word in Hostile)
            Check(word);
    }

    [Property(MaxTest = 40)]
    public void Slurm_scripts_pass_random_paths_on(NonEmptyString text)
    {
        if (!OperatingSystem.IsWindows())
        {
            Check(
                string.Concat(
                    text.Get.Where(c =>
                        c != '/' && !char.IsControl(c) && c is not ('\u2028' or '\u2029') && !char.IsSurrogate(c)
                    )
                )
            );
        }
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\u2028b")]
    public void A_line_break_in_a_word_is_refused(string word)
    {
        foreach (var job in (ClusterJob[])[Job("v.mp4", "o.slp") with { Source = word }, Job("v.mp4", word + ".slp")])
        {
            var fault = Assert.Throws<ArgumentException>(job.Checked);
            Assert.Contains("has a line break or another control character", fault.Message);
        }
    }

    [Theory]
    [InlineData("--partition", "gpu; touch owned", "1:00:00")]
    [InlineData("--time", "gpu", "1:00:00\ntouch owned")]
    public void Heads_of_scripts_take_plain_words(string option, string partition, string time)
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            SlurmScript.Write(Job("v.mp4", "o.slp"), partition, time, "job.sh")
        );
        Assert.Contains(option, fault.Message);
        Assert.Throws<ArgumentException>((Job("v.mp4", "o.slp") with { Memory = "1G;" }).Checked);
        Assert.Throws<ArgumentException>(Job("v.mp4", "o.$(touch owned)").Checked);
    }

    private static ClusterJob Job(string source, string output) =>
        new()
        {
            Source = source,
            Models = ["model.zip"],
            Output = output,
            Shards = 1,
            Name = "job",
        };

    private void Check(string word)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "xa")); // of "a/8"
        if (word.Length == 0)
            return;
        File.Delete(Path.Combine(_folder, "calls"));
        var job = (Job($"x{word}.mp4", $"x{word}.slp") with { Models = [$"x{word}"] }).Checked();
        File.WriteAllText(
            Path.Combine(_folder, "job.sh"),
            Programs + "\n" + SlurmScript.Write(job, null, "1:00:00", $"x{word}.sh"),
            new UTF8Encoding(false)
        );
        using var bash = Process.Start(
            new ProcessStartInfo("bash", ["job.sh"]) { WorkingDirectory = _folder, RedirectStandardError = true }
        )!;
        var error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.True(bash.ExitCode == 0, $"{word}: {error}");
        var shard = $"x{word}.shard-0-of-1.slp";
        Assert.Equal(
            [
                .. (string[])["predict", $"x{word}.mp4", "--model", $"x{word}", "--shard", "0/1", "--out", shard],
                .. (string[])["merge", shard, "--out", $"x{word}.slp"],
            ],
            File.ReadAllText(Path.Combine(_folder, "calls")).Split('\0')[..^1]
        );
        Assert.False(File.Exists(Path.Combine(_folder, "owned")), $"{word} was run");
        File.Delete(Path.Combine(_folder, shard));
    }
}
