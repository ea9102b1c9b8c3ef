using System.Diagnostics;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>The scripts run here with schedulers, and mostly a sleap, that only write down what they were told.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string FakeSleap = """
        #!/usr/bin/env bash
        echo "$@" >> calls
        while [ $# -gt 0 ]; do if [ "$1" = --out ] && [ "${2%.slp}" != "$2" ]; then echo done > "$2"; fi; shift; done
        """;

    // Runs each task of an array at once, and other jobs too: as if the cluster were idle.
    private const string FakeSbatch = """
        #!/usr/bin/env bash
        script=$(mktemp -p .) && cat > "$script" && echo "$@" >> submitted
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
        Directory.CreateDirectory(PathOf("bin"));
        Program("sleap", FakeSleap);
        Program("sbatch", FakeSbatch);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Slurm_predicts_each_shard_and_merges_them_and_goes_on_where_it_stopped()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        var script = PathOf("my.sh");
        var answer = Cli.Json([
            .. (string[])["cluster", "slurm", "a b.mp4", "--model", "c.zip", "--model", "d.zip", "--shards", "3"],
            .. (string[])["--out", "it's out.slp", "--gpus", "2", "--partition", "gpu", "--time", "1:00:00"],
            .. (string[])["--predict", "--batch-size 8 --prefix-map \"o ld\" new", "--script", script],
        ]);
        Assert.Equal((3, 3, script), ((int)answer["shards"]!, (int)answer["tasks"]!, (string)answer["script"]!));
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
                "--requeue",
            }
        )
        {
            Assert.Contains($"#SBATCH {field}\n", text);
        }

        Sh("bash", "my.sh");
        string Shard(int index) => $"it's out.shard-{index}-of-3.slp";
        string Predict(int index) =>
            "predict a b.mp4 --model c.zip --model d.zip --batch-size 8 --prefix-map o ld new "
            + $"--shard {index}/3 --out {Shard(index)}";
        const string Collect =
            "cluster collect a b.mp4 --shards 3 --out it's out.slp --predict=--batch-size 8 --prefix-map \"o ld\" new";
        Assert.Equal([Predict(0), Predict(1), Predict(2), Collect], Calls());
        Assert.Equal("--parsable --dependency=afterany:41", File.ReadAllLines(PathOf("submitted"))[1]);

        // The second shard was lost: only it is predicted again.
        File.Delete(PathOf(Shard(1)));
        Sh("bash", "my.sh");
        Assert.Equal([Predict(1), Collect], Calls().Skip(4));

        // All shards were removed after they were merged: nothing is predicted again.
        for (var index = 0; index < 3; index++)
            File.Delete(PathOf(Shard(index)));
        File.WriteAllText(PathOf("it's out.slp"), "merged");
        Sh("bash", "my.sh");
        Assert.Equal([Collect], Calls().Skip(6));
    }

    [SkippableFact]
    public void Slurm_predicts_many_recordings_each_into_a_file_of_its_own()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        foreach (var file in (string[])["day1/a.mp4", "day1/a.avi", "day2/a.mp4"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.WriteAllText(PathOf(file), "");
        }
        File.WriteAllText(PathOf("list.txt"), $"{PathOf("day2/a.mp4")}\n");
        var answer = Cli.Json([
            .. (string[])["cluster", "slurm", PathOf("day1"), PathOf("list.txt"), PathOf("it's b.mp4")],
            .. (string[])["--model", "m.zip", "--shards", "2", "--out", PathOf("o ut/"), "--script", PathOf("all.sh")],
        ]);
        string[] stems = ["day1/a.avi", "day1/a.mp4", "day2/a.mp4", "it's b.mp4"];
        string Output(string recording) => PathOf($"o ut/{recording}.predictions");
        Assert.Equal(
            stems.Select(recording => Output(recording) + ".slp"),
            answer["outputs"]!.AsArray().Select(output => (string)output!)
        );
        Sh("bash", "all.sh");
        Assert.Equal(
            [
                .. stems.SelectMany(recording =>
                    Enumerable
                        .Range(0, 2)
                        .Select(shard =>
                            $"predict {PathOf(recording)} --model m.zip --shard {shard}/2 "
                            + $"--out {Output(recording)}.shard-{shard}-of-2.slp"
                        )
                ),
                $"cluster collect {string.Join(' ', stems.Select(PathOf))} --shards 2 --out {PathOf("o ut/")}",
            ],
            Calls()
        );
    }

    [SkippableFact]
    public void Kubernetes_reads_an_indexed_job_and_a_merge_that_waits()
    {
        var (code, output, error) = Cli.Run([
            .. (string[])["cluster", "k8s", "v'1.mp4", "v 2.mp4", "--model", "m.zip", "--shards", "2"],
            .. (string[])["--image", "lab/sleap:1", "--claim", "recordings", "--gpus", "1", "--memory", "8G"],
            .. (string[])["--parallelism", "1", "--out", "o"],
        ]);
        Assert.True(code == 0, error);
        // Strictly: a field that Kubernetes does not have is an error.
        Assert.ThrowsAny<Exception>(() =>
            KubernetesYaml.LoadAllFromString(output.Replace("parallelism:", "paralelism:"), strict: true)
        );
        var jobs = KubernetesYaml.LoadAllFromString(output, strict: true).Cast<V1Job>().ToList();
        Assert.Equal([("batch/v1", "Job"), ("batch/v1", "Job")], jobs.Select(job => (job.ApiVersion, job.Kind)));
        var (tasks, merge) = (jobs[0], jobs[1]);
        Assert.Equal(("o", "o-merge"), (tasks.Metadata.Name, merge.Metadata.Name));
        Assert.Equal((4, 1, "Indexed"), (tasks.Spec.Completions, tasks.Spec.Parallelism, tasks.Spec.CompletionMode));
        Assert.All(jobs, job => Assert.Equal(6, job.Spec.BackoffLimit));
        Assert.All(jobs, job => Assert.Equal("Never", job.Spec.Template.Spec.RestartPolicy));
        var container = Assert.Single(tasks.Spec.Template.Spec.Containers);
        Assert.Equal("lab/sleap:1", container.Image);
        foreach (var resources in new[] { container.Resources.Limits, container.Resources.Requests })
        {
            Assert.Equal(
                ["cpu 4", "memory 8Gi", "nvidia.com/gpu 1"],
                resources.Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal)
            );
        }
        Assert.Equal(8L << 30, container.Resources.Limits["memory"].ToInt64());
        Assert.DoesNotContain("nvidia.com/gpu", merge.Spec.Template.Spec.Containers[0].Resources.Limits.Keys);
        var (mount, volume) = (Assert.Single(container.VolumeMounts), Assert.Single(tasks.Spec.Template.Spec.Volumes));
        Assert.Equal(
            (volume.Name, "/data", "recordings"),
            (mount.Name, mount.MountPath, volume.PersistentVolumeClaim.ClaimName)
        );

        Skip.If(OperatingSystem.IsWindows(), "The scripts are for a POSIX shell.");
        Assert.Equal(["/bin/sh", "-c"], container.Command.Take(2));
        foreach (var index in new[] { "0", "1", "2", "3", "3" })
            Sh("sh", "-c", container.Command[2], ("JOB_COMPLETION_INDEX", index));
        Sh("sh", "-c", merge.Spec.Template.Spec.Containers[0].Command[2]);
        Assert.Equal(
            [
                "predict v'1.mp4 --model m.zip --shard 0/2 --out o/v'1.mp4.predictions.shard-0-of-2.slp",
                "predict v'1.mp4 --model m.zip --shard 1/2 --out o/v'1.mp4.predictions.shard-1-of-2.slp",
                "predict v 2.mp4 --model m.zip --shard 0/2 --out o/v 2.mp4.predictions.shard-0-of-2.slp",
                "predict v 2.mp4 --model m.zip --shard 1/2 --out o/v 2.mp4.predictions.shard-1-of-2.slp",
                "cluster collect v'1.mp4 v 2.mp4 --shards 2 --out o",
            ],
            Calls()
        );
    }

    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var (code, _, error) = Cli.Run([
            .. (string[])["cluster", "slurm", "v.mp4", "--model", "m.zip", "--shards", "0", "--cpus", "0"],
            .. (string[])["--name", "My Job", "--predict", "--bach-size 3", "--out", PathOf("o.slp")],
        ]);
        Assert.Equal(1, code);
        foreach (var word in new[] { "--shards is 0", "--cpus is 0", "--name is 'My Job'", "mean '--batch-size'" })
            Assert.Contains(word, error);
    }

    [Theory]
    [InlineData("2 recordings: name a folder", "a.mp4", "b.mp4", "--model", "m.zip", "--out", "o.slp")]
    [InlineData("'.csv': write .slp", "a.mp4", "--model", "m.zip", "--out", "o.csv")]
    [InlineData("2000 tasks", "a.mp4", "b.mp4", "--model", "m.zip", "--shards", "1000", "--out", "o")]
    [InlineData("named twice: a.mp4", "a.mp4", "./a.mp4", "--model", "m.zip", "--out", "o")]
    [InlineData("no.txt", "no.txt", "--model", "m.zip", "--out", "o")]
    [InlineData("--seeds is of --train", "a.mp4", "--model", "m.zip", "--seeds", "1", "--out", "o")]
    [InlineData("--model is of a prediction", "a.slp", "--train", "t.csv", "--model", "m.zip", "--out", "o")]
    public void Words_that_do_not_go_together_are_told(string message, params string[] words)
    {
        var (code, _, error) = Cli.Run(_folder, [], ["cluster", "slurm", .. words]);
        Assert.Equal(1, code);
        Assert.Contains(message, error);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Frames_are_accounted_for_before_and_after_they_are_merged()
    {
        var (video, poses) = (PathOf("robot.mp4"), PathOf("robot.slp"));
        File.Copy(Cli.Data("small_robot.mp4"), video);
        string[] collect = ["cluster", "collect", video, "--shards", "3", "--predict", "--frames 0-9", "--out", poses];
        Assert.Equal((1, 10, 0, 10), Account());
        // Frame 4 could not be read; frames 0 to 2, 3 to 5 and 6 to 9 are the shards.
        Shard(0, [0, 1, 2], 0);
        Shard(2, [6, 7, 8, 9], 0);
        Assert.Equal((1, 10, 7, 3), Account());
        Assert.False(File.Exists(poses));
        Shard(1, [3, 5], 1);
        Assert.Equal((0, 10, 9, 0), Account());
        Assert.Equal(9, Labels.Load(poses).Frames.Count);

        // A correction of the merged file stays, and a frame that it lost is told.
        var merged = Labels.Load(poses);
        new Labels([.. merged.Frames.Skip(1)], provenance: merged.Provenance).Save(poses);
        Assert.Equal((1, 10, 8, 1), Account());
        // A shard that was predicted again is merged again.
        File.SetLastWriteTimeUtc(PathOf("robot.shard-1-of-3.slp"), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal((0, 10, 9, 0), Account());

        // What cannot be read is told for its recording, and the others are accounted for.
        var (code, output, _) = Cli.Run([
            .. (string[])["cluster", "collect", PathOf("gone.mp4"), video, "--predict", "--frames 0-9"],
            .. (string[])["--out", PathOf("many"), "--json"],
        ]);
        var report = JsonNode.Parse(output)!;
        Assert.Equal((1, false, 10), (code, (bool)report["complete"]!, (int)report["missing"]!));
        Assert.Contains("gone.mp4", (string?)report["recordings"]![0]!["fault"]);

        (int Code, int Frames, int Predicted, int Missing) Account()
        {
            var (code, output, _) = Cli.Run([.. collect, "--json"]);
            var account = JsonNode.Parse(output)!["recordings"]![0]!;
            Assert.Null((string?)account["fault"]);
            return (code, (int)account["frames"]!, (int)account["predicted"]!, (int)account["missing"]!);
        }

        void Shard(int index, int[] frames, int failed)
        {
            var source = Video.FromFile(video);
            new Labels(
                frames.Select(frame => new LabeledFrame
                {
                    Video = source,
                    FrameIndex = frame,
                    Instances = [],
                }),
                skeletons: Labels.Load(Cli.Data("small_robot_minimal.slp")).Skeletons,
                provenance: [KeyValuePair.Create("frames", (JsonNode?)new JsonObject { ["failed"] = failed })]
            ).Save(PathOf($"robot.shard-{index}-of-3.slp"));
        }
    }

    [SkippableFact]
    public void A_table_of_options_is_trained_with_each_seed_and_the_best_run_comes_first()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        Program(
            "sleap",
            $"#!/usr/bin/env bash\necho \"$@\" >> calls\nexec dotnet '{AppContext.BaseDirectory}sleap.dll' \"$@\"\n"
        );
        File.WriteAllText(
            PathOf("options.csv"),
            """
            type,--epochs,scale,steps_per_epoch,learning-rate,show-augmented,filters
            single-instance,1,0.25,1,1e-3,,4
            single-instance,2,0.25,1,,true,4
            """
        );
        string[] what =
        [
            .. (string[])[Cli.Data("small_robot_minimal.slp"), "--train", PathOf("options.csv")],
            .. (string[])["--seeds", "3,5", "--out", PathOf("sweep")],
        ];
        Cli.Json(["cluster", "slurm", .. what, "--script", PathOf("sweep.sh")]);
        Sh("bash", "sweep.sh");
        var trained = Calls().Where(call => call.StartsWith("train")).ToList();
        Assert.Equal(4, trained.Count);
        Assert.Contains(
            "--epochs=1 --scale=0.25 --steps_per_epoch=1 --learning-rate=1e-3 --filters=4 --seed=3",
            trained[0]
        );
        Assert.True(File.Exists(PathOf("sweep/run-2-seed-5/single_instance/augmented.png")));

        var report = Cli.Json(["cluster", "collect", .. what]);
        var rows = File.ReadAllLines(PathOf("sweep/sweep.csv")).Select(line => line.Split(',')).ToList();
        Assert.StartsWith("run,type,--epochs,scale", string.Join(',', rows[0]));
        Assert.Equal(5, rows.Count);
        var (pck, error) = (Array.IndexOf(rows[0], "validation_pck"), Array.IndexOf(rows[0], "validation_error_px"));
        (double, double) Rank(string[] row) =>
            (
                row[pck].Length == 0 ? 1 : -Number(row[pck]),
                row[error].Length == 0 ? double.MaxValue : Number(row[error])
            );
        Assert.Equal(rows.Skip(1).Select(Rank).Order(), rows.Skip(1).Select(Rank));
        Assert.Equal(rows.Skip(1).Select(row => row[0]), report["runs"]!.AsArray().Select(run => (string)run!["run"]!));
        Assert.Equal(
            ["run-1-seed-3", "run-1-seed-5", "run-2-seed-3", "run-2-seed-5"],
            rows.Skip(1).Select(row => row[0]).Order(StringComparer.Ordinal)
        );

        // Done runs are left as they are; one that is lost is told, and so is one of other options than the table's.
        Sh("bash", "sweep.sh");
        Assert.Equal(4, Calls().Count(call => call.StartsWith("train")));
        File.Delete(PathOf("sweep/run-1-seed-3/result.json"));
        File.WriteAllText(
            PathOf("options.csv"),
            File.ReadAllText(PathOf("options.csv")).Replace("single-instance,2", "single-instance,3")
        );
        var (code, output, said) = Cli.Run(["cluster", "collect", .. what]);
        Assert.Equal(1, code);
        Assert.Contains("run-1-seed-3 is not done", said);
        Assert.Contains("run-2-seed-5 was trained with other options", said);
        Assert.Contains("run-1-seed-5", output);
    }

    [Fact]
    public void Every_fault_of_a_table_of_options_is_said_with_its_row()
    {
        File.WriteAllText(
            PathOf("options.csv"),
            "type,epochs,trainer_config.optimizer.lr\nsingle,1,\nsingle-instance,x,\nsingle-instance,1,0.1\n"
        );
        var (code, _, error) = Cli.Run([
            .. (string[])["cluster", "slurm", "l.slp", "--train", PathOf("options.csv"), "--out", PathOf("o")],
        ]);
        Assert.Equal(1, code);
        foreach (
            var word in new[] { "row 1: --type is 'single'", "row 2: ", "row 3: 'trainer_config.optimizer.lr=0.1'" }
        )
        {
            Assert.Contains(word, error);
        }
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string[] Calls() => File.ReadAllLines(PathOf("calls"));

    private void Program(string name, string text)
    {
        File.WriteAllText(PathOf($"bin/{name}"), text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf($"bin/{name}"), (UnixFileMode)0b111_101_101);
    }

    private void Sh(string program, string word, string? script = null, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, script is null ? [word] : [word, script])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(120_000), "the script did not end");
        Assert.True(process.ExitCode == 0, error.Result);
    }
}
