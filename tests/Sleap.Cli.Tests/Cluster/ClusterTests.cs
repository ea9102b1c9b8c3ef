using System.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace Sleap.Cli.Tests;

/// <summary>The scripts run here with schedulers and a sleap that only write down what they were told.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string FakeSleap = """
        #!/usr/bin/env bash
        echo "$@" >> calls
        while [ $# -gt 0 ]; do if [ "$1" = --out ]; then echo done > "$2"; fi; shift; done
        """;

    // Runs each task of an array at once, and other jobs too: as if the cluster were idle.
    private const string FakeSbatch = """
        #!/usr/bin/env bash
        script=$(mktemp) && cat > "$script" && echo "$@" >> submitted
        last=$(sed -n 's/^#SBATCH --array=0-//p' "$script")
        if [ -n "$last" ]; then
            for i in $(seq 0 "$last"); do SLURM_ARRAY_TASK_ID=$i bash "$script" >> log || exit 1; done
            echo 41
        else
            bash "$script" >> log && echo 42
        fi
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cluster-").FullName;

    public ClusterTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        foreach (var (name, text) in new[] { ("sleap", FakeSleap), ("sbatch", FakeSbatch) })
        {
            var file = Path.Combine(_folder, "bin", name);
            File.WriteAllText(file, text);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Slurm_predicts_each_shard_and_merges_them_and_goes_on_where_it_stopped()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        var script = Path.Combine(_folder, "my.sh");
        var answer = Cli.Json(
            "cluster",
            "slurm",
            "a b.mp4",
            "--model",
            "c.zip",
            "--model",
            "d.zip",
            "--shards",
            "3",
            "--out",
            "it's out.slp",
            "--gpus",
            "2",
            "--partition",
            "gpu",
            "--time",
            "1:00:00",
            "--predict",
            "--batch-size 8",
            "--script",
            script
        );
        Assert.Equal((3, script), ((int)answer["shards"]!, (string)answer["script"]!));
        var text = File.ReadAllText(script);
        foreach (
            var field in new[]
            {
                "--job-name=it-s-out",
                "--array=0-2",
                "--cpus-per-task=4",
                "--mem=16G",
                "--gres=gpu:2",
                "--partition=gpu",
                "--time=1:00:00",
            }
        )
        {
            Assert.Contains($"#SBATCH {field}\n", text);
        }

        Sh("bash", "my.sh");
        string Shard(int index) => $"it's out.shard-{index}-of-3.slp";
        Assert.Equal(
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(index =>
                        $"predict a b.mp4 --model c.zip --model d.zip --batch-size 8 --shard {index}/3 --out "
                        + $"{Shard(index)}"
                    ),
                $"merge {Shard(0)} {Shard(1)} {Shard(2)} --out it's out.slp",
            ],
            Calls()
        );
        Assert.Equal("--parsable --dependency=afterany:41", File.ReadAllLines(Path.Combine(_folder, "submitted"))[1]);

        // The second shard was lost: only it is predicted again.
        File.Delete(Path.Combine(_folder, Shard(1)));
        Sh("bash", "my.sh");
        Assert.Equal(
            [
                $"predict a b.mp4 --model c.zip --model d.zip --batch-size 8 --shard 1/3 --out {Shard(1)}",
                $"merge {Shard(0)} {Shard(1)} {Shard(2)} --out it's out.slp",
            ],
            Calls().Skip(4)
        );
    }

    [SkippableFact]
    public void Kubernetes_has_an_indexed_job_with_what_it_must_have_and_a_merge_that_waits()
    {
        var (code, output, error) = Cli.Run(
            "cluster",
            "k8s",
            "v.mp4",
            "--model",
            "m.zip",
            "--shards",
            "2",
            "--image",
            "lab/sleap:1",
            "--claim",
            "recordings",
            "--gpus",
            "1",
            "--memory",
            "8G",
            "--parallelism",
            "1",
            "--out",
            "o.slp"
        );
        Assert.True(code == 0, error);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(output));
        var (shards, merge) = (yaml.Documents[0].RootNode, yaml.Documents[1].RootNode);
        foreach (
            var (path, value) in new[]
            {
                ("apiVersion", "batch/v1"),
                ("kind", "Job"),
                ("metadata.name", "o"),
                ("spec.completions", "2"),
                ("spec.parallelism", "1"),
                ("spec.completionMode", "Indexed"),
                ("spec.backoffLimit", "6"),
                ("spec.template.spec.restartPolicy", "Never"),
                ("spec.template.spec.containers.0.image", "lab/sleap:1"),
                ("spec.template.spec.containers.0.resources.limits.memory", "8Gi"),
                ("spec.template.spec.containers.0.resources.limits.nvidia\u00b7com/gpu", "1"),
                ("spec.template.spec.volumes.0.persistentVolumeClaim.claimName", "recordings"),
                ("spec.template.spec.containers.0.volumeMounts.0.mountPath", "/data"),
            }
        )
        {
            Assert.Equal(value, At(shards, path));
        }

        Assert.Equal(("o-merge", "Never"), (At(merge, "metadata.name"), At(merge, "spec.template.spec.restartPolicy")));
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for a POSIX shell.");
        foreach (var index in new[] { "0", "1", "1" })
            Sh("sh", "-c", At(shards, "spec.template.spec.containers.0.command.2"), ("JOB_COMPLETION_INDEX", index));
        Sh("sh", "-c", At(merge, "spec.template.spec.containers.0.command.2"));
        Assert.Equal(
            [
                "predict v.mp4 --model m.zip --shard 0/2 --out o.shard-0-of-2.slp",
                "predict v.mp4 --model m.zip --shard 1/2 --out o.shard-1-of-2.slp",
                "merge o.shard-0-of-2.slp o.shard-1-of-2.slp --out o.slp",
            ],
            Calls()
        );
    }

    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var (code, _, error) = Cli.Run(
            "cluster",
            "slurm",
            "v.mp4",
            "--model",
            "m.zip",
            "--shards",
            "0",
            "--cpus",
            "0",
            "--name",
            "My Job",
            "--out",
            Path.Combine(_folder, "o.slp")
        );
        Assert.Equal(1, code);
        foreach (var word in new[] { "--shards is 0", "--cpus is 0", "--name is 'My Job'" })
            Assert.Contains(word, error);
    }

    private string[] Calls() => File.ReadAllLines(Path.Combine(_folder, "calls"));

    private void Sh(string program, string word, string? script = null, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, script is null ? [word] : [word, script])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(_folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(30_000), "the script did not end");
        Assert.True(process.ExitCode == 0, error.Result);
    }

    // A middle dot stands for a dot within a name.
    private static string At(YamlNode node, string path) =>
        path.Split('.')
            .Aggregate(
                node,
                (at, part) =>
                    int.TryParse(part, out var index)
                        ? ((YamlSequenceNode)at).Children[index]
                        : ((YamlMappingNode)at).Children[new YamlScalarNode(part.Replace('\u00b7', '.'))]
            )
            .ToString();
}
