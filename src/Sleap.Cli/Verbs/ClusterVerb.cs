using System.CommandLine;
using System.Text.Json.Nodes;

namespace Sleap.Cli;

/// <summary><c>sleap cluster slurm|k8s</c>: one recording predicted on several machines.</summary>
internal static class ClusterVerb
{
    public static Command Create() =>
        new(
            "cluster",
            "One recording predicted on several machines that share a file system, and merged.\n"
                + "Example: sleap cluster slurm session.mp4 --model mouse/model.zip --shards 8 --out session.slp"
        )
        {
            Slurm(),
            Kubernetes(),
        };

    private static Command Slurm()
    {
        var arguments = new JobArguments();
        var partition = new Option<string?>("--partition") { Description = "Slurm's partition." };
        var time = new Option<string>("--time")
        {
            Description = "The longest that a job may run.",
            DefaultValueFactory = _ => "04:00:00",
        };
        var script = new Option<string?>("--script") { Description = "Where to write the script; else NAME.slurm.sh." };
        var json = VerbOutput.Json();
        var verb = new Command(
            "slurm",
            "Writes a script that submits a job array, one task a shard, and a job that merges them when "
                + "all are done. Run again, it leaves done shards as they are.\n"
                + "Example: sleap cluster slurm session.mp4 --model mouse/model.zip --shards 8 --gpus 1 --out "
                + "session.slp"
        );
        arguments.AddTo(verb);
        foreach (var option in (Option[])[partition, time, script, json])
            verb.Add(option);
        verb.SetAction(parsed =>
        {
            var job = arguments.Read(parsed);
            var file = parsed.GetValue(script) ?? $"{job.Name}.slurm.sh";
            File.WriteAllText(
                file,
                SlurmScript.Write(job, parsed.GetValue(partition), parsed.GetRequiredValue(time), file)
            );
            VerbOutput.Write(
                parsed.GetValue(json),
                new JsonObject
                {
                    ["script"] = file,
                    ["shards"] = job.Shards,
                    ["out"] = job.Output,
                },
                [$"{job.Shards} shards and a merge → {file}", $"Submit: bash {file}"]
            );
            return 0;
        });
        return verb;
    }

    private static Command Kubernetes()
    {
        var arguments = new JobArguments();
        var image = new Option<string>("--image")
        {
            Description = "The container image, with sleap in it.",
            Required = true,
        };
        var claim = new Option<string>("--claim")
        {
            Description = "The PersistentVolumeClaim with videos and models, and for the results.",
            Required = true,
        };
        var mount = new Option<string>("--mount")
        {
            Description =
                "Where the claim is mounted; paths of videos, models and results are those inside the container.",
            DefaultValueFactory = _ => "/data",
        };
        var parallelism = new Option<int?>("--parallelism") { Description = "Pods at a time; else all." };
        var verb = new Command(
            "k8s",
            "Prints an Indexed Job, one pod a shard, and a Job that merges them. Applied again after a "
                + "failure, done shards are left as they are.\n"
                + "Example: sleap cluster k8s /data/session.mp4 --model /data/mouse.zip --shards 8 --image "
                + "lab/sleap:1 --claim recordings --out /data/session.slp"
        );
        arguments.AddTo(verb);
        foreach (var option in (Option[])[image, claim, mount, parallelism])
            verb.Add(option);
        verb.SetAction(parsed =>
        {
            var job = arguments.Read(parsed);
            var atOnce = parsed.GetValue(parallelism) ?? job.Shards;
            if (atOnce < 1)
                throw new ArgumentException($"--parallelism is {atOnce}; at least 1.");
            Console.Write(
                KubernetesManifest.Write(
                    job,
                    parsed.GetRequiredValue(image),
                    parsed.GetRequiredValue(claim),
                    parsed.GetRequiredValue(mount),
                    atOnce
                )
            );
            return 0;
        });
        return verb;
    }

    /// <summary>The arguments that both have.</summary>
    private sealed class JobArguments
    {
        private readonly Argument<string> _source = new("source") { Description = "A video that all machines see." };
        private readonly Option<string[]> _model = new("--model")
        {
            Description = "A model, or twice for the two stages of top-down.",
            Required = true,
        };
        private readonly Option<int> _shards = new("--shards") { Description = "How many parts.", Required = true };
        private readonly Option<string> _output = new("--out")
        {
            Description = "The merged file; the shards lie beside it.",
            Required = true,
        };
        private readonly Option<string?> _name = new("--name")
        {
            Description = "What the jobs are called; else as the merged file.",
        };
        private readonly Option<int> _cpus = new("--cpus")
        {
            Description = "Cores of a shard.",
            DefaultValueFactory = _ => 4,
        };
        private readonly Option<string> _memory = new("--memory")
        {
            Description = "Memory of a shard.",
            DefaultValueFactory = _ => "16G",
        };
        private readonly Option<int> _gpus = new("--gpus") { Description = "GPUs of a shard." };
        private readonly Option<string[]> _predict = new("--predict")
        {
            Description = "More options for 'sleap predict', in quotes: --predict \"--batch-size 16\".",
        };

        public void AddTo(Command verb)
        {
            verb.Add(_source);
            foreach (var option in (Option[])[_model, _shards, _output, _name, _cpus, _memory, _gpus, _predict])
                verb.Add(option);
        }

        public ClusterJob Read(ParseResult parsed)
        {
            var output = parsed.GetRequiredValue(_output);
            var stem = new string([
                .. Path.GetFileNameWithoutExtension(output)
                    .ToLowerInvariant()
                    .Select(sign => char.IsAsciiLetterOrDigit(sign) ? sign : '-'),
            ]).Trim('-');
            return new ClusterJob
            {
                Source = parsed.GetRequiredValue(_source),
                Models = parsed.GetRequiredValue(_model),
                Shards = parsed.GetValue(_shards),
                Output = output,
                Name = parsed.GetValue(_name) ?? (stem.Length > 0 ? stem : "sleap"),
                Cpus = parsed.GetValue(_cpus),
                Memory = parsed.GetRequiredValue(_memory),
                Gpus = parsed.GetValue(_gpus),
                PredictArguments =
                [
                    .. (parsed.GetValue(_predict) ?? []).SelectMany(options =>
                        options.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    ),
                ],
            }.Checked();
        }
    }
}
