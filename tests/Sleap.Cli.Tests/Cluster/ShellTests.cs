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
        sleap() {
          printf '%s\0' "$@" >> calls
          if [ "$1" = predict ]; then while [ $# -gt 1 ]; do shift; done; echo done > "$1"; fi
        }
        sbatch() {
          cat > task; last=$(sed -n 's/^#SBATCH --array=0-//p' task)
          for i in $(seq 0 "${last:-0}"); do (SLURM_ARRAY_TASK_ID=$i; . ./task > log) || exit 1; done
          echo 1
        }
        """;

    private static readonly string[] Hostile =
    [
        "$(touch owned)",
        "`touch owned`",
        "\"; touch owned; \"",
        "'; touch owned; '",
        "TASK",
        "MERGE",
        "INDEX",
        "a/8",
        "$HOME",
        "$stem",
        "a\\",
        "!!",
        "~",
        "*",
        "#",
        "a b",
        " a ",
        "%s",
        "é🐁\u202e",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-shell-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Slurm_scripts_pass_every_path_on_as_it_is()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        foreach (var word in Hostile)
            CheckOne(word);
    }

    [SkippableFact]
    public void Lists_of_recordings_pass_every_path_on_as_it_is()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        CheckMany([.. Hostile, "-rf", "--", "--out"]);
    }

    [SkippableFact]
    public void Tables_of_trainings_pass_every_cell_on_as_it_is()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        var table = Path.Combine(_folder, "x' $(touch owned).csv");
        string[] words = [.. Hostile.Select(word => word.Trim())];
        File.WriteAllLines(
            table,
            words.Select(word => $"\"{word.Replace("\"", "\"\"")}\",single-instance").Prepend("anchor-part,type")
        );
        foreach (var word in Hostile)
        {
            var sweep = TrainingSweep.Of($"-x{word}.slp", table, [7], $"x{word}", "job").Checked();
            var calls = Calls(sweep, $"x{word}.sh");
            Assert.Equal(
                words.SelectMany(
                    (cell, row) =>
                        (string[])
                            [
                                .. (string[])
                                    ["train", $"./-x{word}.slp", $"--anchor-part={cell}", "--type=single-instance"],
                                .. (string[])["--seed=7", "--out", $"x{word}/run-{row + 1}-seed-7", "--resume"],
                            ]
                ),
                calls.TakeWhile(call => call != "cluster")
            );
            Assert.Equal(
                ["cluster", "collect", $"./-x{word}.slp", "--train", table, "--seeds", "7", "--out", $"x{word}"],
                calls.SkipWhile(call => call != "cluster")
            );
        }
    }

    [Property(MaxTest = 40)]
    public void Slurm_scripts_pass_random_paths_on(NonEmptyString text)
    {
        if (!OperatingSystem.IsWindows())
            CheckOne(Accepted(text.Get));
    }

    [Property(MaxTest = 20)]
    public void Lists_of_random_paths_are_passed_on(NonEmptyArray<NonEmptyString> texts)
    {
        if (!OperatingSystem.IsWindows())
            CheckMany([.. texts.Get.Select(text => Accepted(text.Get)).Where(word => word.Length > 0)]);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\u2028b")]
    public void A_line_break_in_a_word_is_refused(string word)
    {
        var table = Path.Combine(_folder, "options.csv");
        File.WriteAllText(table, $"type,anchor-part\nsingle-instance,\"{word}\"\n");
        foreach (
            var job in (ClusterJob[])
                [
                    Job([word], "o.slp"),
                    Job(["a.mp4", word], "o"),
                    Job(["v.mp4"], word + ".slp"),
                    Job(["v.mp4"], "o.slp") with
                    {
                        Models = [word],
                    },
                    TrainingSweep.Of("labels.slp", table, [], "o", "job"),
                ]
        )
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
        var job = Job(["v.mp4"], "o.slp");
        var fault = Assert.Throws<ArgumentException>(() => SlurmScript.Write(job, partition, time, "job.sh"));
        Assert.Contains(option, fault.Message);
        Assert.Throws<ArgumentException>((job with { Memory = "1G;" }).Checked);
        Assert.Throws<ArgumentException>((job with { Name = "a\nb" }).Checked);
    }

    [Fact]
    public void More_recordings_than_a_container_takes_are_refused()
    {
        var job = Job([.. Enumerable.Range(0, 1000).Select(i => $"/data/{new string('x', 100)}/{i}.mp4")], "/data/o");
        Assert.Equal(1000, job.Checked().Tasks);
        var fault = Assert.Throws<ArgumentException>(() =>
            KubernetesManifest.Write(job, "image", "claim", "/data", parallelism: 1)
        );
        Assert.Contains("1000 recordings", fault.Message);
    }

    private static PredictionJob Job(string[] recordings, string output) =>
        new()
        {
            Recordings = recordings,
            Models = ["model.zip"],
            Output = output,
            Name = "job",
        };

    // A file system's names, of one line.
    private static string Accepted(string text) =>
        string.Concat(
            text.Where(c => c != '/' && !char.IsControl(c) && c is not ('\u2028' or '\u2029') && !char.IsSurrogate(c))
        );

    private void CheckOne(string word)
    {
        if (word.Length == 0)
            return;
        // The words of --predict are parted again where the shards are collected, by double quotes among others.
        var passed = $"/x{word.Replace("\"", "", StringComparison.Ordinal)}";
        var job = Job([$"x{word}.mp4"], $"x{word}.slp") with
        {
            Models = [$"x{word}"],
            Shards = 2,
            PredictArguments = ["--prefix-map", "/a", passed],
        };
        if (word.Contains('"'))
        {
            var refused = job with { PredictArguments = ["--prefix-map", "/a", $"/x{word}"] };
            Assert.Contains("double quotes", Assert.Throws<ArgumentException>(() => refused.Checked()).Message);
        }

        string Shard(int index) => $"x{word}.shard-{index}-of-2.slp";
        Assert.Equal(
            [
                .. Enumerable
                    .Range(0, 2)
                    .SelectMany(i =>
                        (string[])
                            [
                                .. (string[])["predict", $"x{word}.mp4", "--model", $"x{word}"],
                                .. (string[])["--prefix-map", "/a", passed, "--shard", $"{i}/2"],
                                .. (string[])["--out", Shard(i)],
                            ]
                    ),
                .. (string[])["cluster", "collect", $"x{word}.mp4", "--shards", "2", "--out", $"x{word}.slp"],
                $"--predict=--prefix-map /a {(passed.Any(char.IsWhiteSpace) ? $"\"{passed}\"" : passed)}",
            ],
            Calls(job.Checked(), $"x{word}.sh")
        );
        File.Delete(Path.Combine(_folder, Shard(0)));
        File.Delete(Path.Combine(_folder, Shard(1)));
    }

    private void CheckMany(string[] words)
    {
        string[] videos = [.. words.Select((word, i) => $"{word}.{i}.mp4")];
        if (videos.Length < 2)
            return;
        var job = (PredictionJob)Job(videos, "-o u't").Checked();
        string[] paths = [.. videos.Select(video => video.StartsWith('-') ? "./" + video : video)];
        Assert.Equal(
            [
                .. paths.SelectMany(
                    (path, i) =>
                        (string[])
                            [
                                .. (string[])["predict", path, "--model", "model.zip", "--shard", "0/1"],
                                .. (string[])["--out", $"./-o u't/{videos[i]}.predictions.slp"],
                            ]
                ),
                .. (string[])["cluster", "collect", .. paths, "--shards", "1", "--out", "./-o u't"],
            ],
            Calls(job, "job.sh")
        );
        // The same words mean the same recordings for the program itself.
        Assert.Empty(CommandLineErrors.Of(SleapCommand.Parse(["cluster", "collect", .. job.CollectWords])));
        Directory.Delete(Path.Combine(_folder, "-o u't"), recursive: true);
    }

    private string[] Calls(ClusterJob job, string script)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "xa")); // of "a/8"
        File.Delete(Path.Combine(_folder, "calls"));
        File.WriteAllText(
            Path.Combine(_folder, "job.sh"),
            Programs + "\n" + SlurmScript.Write(job, null, "1:00:00", script),
            new UTF8Encoding(false)
        );
        using var bash = Process.Start(
            new ProcessStartInfo("bash", ["job.sh"]) { WorkingDirectory = _folder, RedirectStandardError = true }
        )!;
        var error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.True(bash.ExitCode == 0, $"{script}: {error}");
        Assert.False(File.Exists(Path.Combine(_folder, "owned")), $"{script} was run");
        return File.ReadAllText(Path.Combine(_folder, "calls")).Split('\0')[..^1];
    }
}
