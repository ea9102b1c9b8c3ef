using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap cluster slurm|k8s|collect</c>: recordings predicted, or models trained, on several machines.
/// </summary>
internal static class ClusterVerb
{
    public static Command Create() =>
        new(
            "cluster",
            "Recordings predicted, or models trained, on several machines that share a file system.\n"
                + "Example: sleap cluster slurm session.mp4 --model mouse/model.zip --shards 8 --out session.slp"
        )
        {
            Collect(),
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
            "Writes a script that submits a job array, one task a shard of a recording or a training, and a job that "
                + "puts the results together. Run again, it leaves what is done as it is.\n"
                + "Example: sleap cluster slurm session.mp4 --model mouse/model.zip --shards 8 --gpus 1 --out "
                + "session.slp"
        );
        arguments.AddTo(verb, trains: true);
        arguments.AddNeeds(verb);
        verb.AddAll([partition, time, script, json]);
        verb.SetAction(parsed =>
        {
            var job = arguments.Read(parsed);
            var file = parsed.GetValue(script) ?? $"{job.Name}.slurm.sh";
            File.WriteAllText(
                file,
                SlurmScript.Write(job, parsed.GetValue(partition), parsed.GetRequiredValue(time), file)
            );
            var report = new JsonObject
            {
                ["script"] = file,
                ["tasks"] = job.Tasks,
                ["out"] = job.Output,
            };
            if (job is PredictionJob { Shards: var shards, Outputs: var outputs })
            {
                report["shards"] = shards;
                report["outputs"] = new JsonArray([.. outputs.Select(output => (JsonNode)output)]);
            }
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [$"{job.Title}: {job.Tasks} {(job.Tasks == 1 ? "task" : "tasks")} → {file}", $"Submit: bash {file}"]
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
            "Prints an Indexed Job, one pod a shard of a recording, and a Job that puts the results together. Applied "
                + "again after a failure, done shards are left as they are.\n"
                + "Example: sleap cluster k8s /data/session.mp4 --model /data/mouse.zip --shards 8 --image "
                + "lab/sleap:1 --claim recordings --out /data/session.slp"
        );
        arguments.AddTo(verb, trains: false);
        arguments.AddNeeds(verb);
        verb.AddAll([image, claim, mount, parallelism]);
        verb.SetAction(parsed =>
        {
            var job = (PredictionJob)arguments.Read(parsed);
            var atOnce = parsed.GetValue(parallelism) ?? job.Tasks;
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

    private static Command Collect()
    {
        var arguments = new JobArguments();
        var json = VerbOutput.Json();
        var verb = new Command(
            "collect",
            "Merges the shards of recordings and accounts for each frame, or writes one table of the results of a "
                + "table of trainings, the best first. The scripts end with it; before that it tells how far they are. "
                + "Exit code 1: something is missing.\n"
                + "Example: sleap cluster collect session.mp4 --shards 8 --out session.slp"
        );
        arguments.AddTo(verb, trains: true);
        verb.Add(json);
        verb.SetAction(parsed =>
        {
            var isJson = parsed.GetValue(json);
            return arguments.Read(parsed) switch
            {
                TrainingSweep sweep => Collect(sweep, isJson),
                var job => Collect((PredictionJob)job, isJson),
            };
        });
        return verb;
    }

    private static int Collect(PredictionJob job, bool json)
    {
        var recordings = FrameAccount.Collect(job);
        VerbOutput.Write(json, FrameAccount.Json(recordings), FrameAccount.Table(recordings));
        return recordings.All(one => one.IsComplete) ? 0 : 1;
    }

    private static int Collect(TrainingSweep sweep, bool json)
    {
        var results = sweep.Results();
        foreach (var fault in results.Faults)
            Terminal.Say(fault);
        var file = results.Count > 0 ? results.Write() : null;
        var report = new JsonObject
        {
            ["complete"] = results.Faults.Count == 0,
            ["table"] = file,
            ["missing"] = results.Faults.Count,
            ["runs"] = results.Json(),
        };
        VerbOutput.Write(json, report, file is null ? [] : [.. results.Lines(), $"{results.Count} runs → {file}"]);
        return results.Faults.Count == 0 ? 0 : 1;
    }

    /// <summary>The arguments that say what is done.</summary>
    private sealed class JobArguments
    {
        private readonly Argument<string[]> _sources = new("recordings")
        {
            Description =
                "Videos that all machines see: files, folders of videos, patterns in quotes, or lists (.txt, one path "
                + "a line). With --train one file of labels.",
            Arity = ArgumentArity.OneOrMore,
        };
        private readonly Option<string[]> _model = new("--model")
        {
            Description = "A model, or twice for the two stages of top-down.",
        };
        private readonly Option<int> _shards = new("--shards")
        {
            Description = "How many parts of each recording.",
            DefaultValueFactory = _ => 1,
        };
        private readonly Option<string> _output = new("--out")
        {
            Description =
                "The .slp file of the poses, with its shards beside it; of several recordings the folder for their "
                + "files, and of --train that for the runs.",
            Required = true,
        };
        private readonly Option<string?> _name = new("--name")
        {
            Description = "What the jobs are called; else as --out.",
        };
        private readonly Option<int> _cpus = new("--cpus")
        {
            Description = "Cores of a task.",
            DefaultValueFactory = _ => 4,
        };
        private readonly Option<string> _memory = new("--memory")
        {
            Description = "Memory of a task.",
            DefaultValueFactory = _ => "16G",
        };
        private readonly Option<int> _gpus = new("--gpus") { Description = "GPUs of a task." };
        private readonly Option<string[]> _predict = new("--predict")
        {
            Description =
                "More options for 'sleap predict', in quotes: --predict '--batch-size 16'; words with spaces in double "
                + "quotes.",
        };
        private readonly Option<string?> _train = new("--train")
        {
            Description =
                "Train in place of predicting: a table (CSV) with a column for each option of 'sleap train' and a row "
                + "for each run. A column with a point in its name is a key of --config.",
        };
        private readonly Option<string?> _seeds = new("--seeds")
        {
            Description = "Train each row of the table with each of these seeds: 1,2,3.",
        };

        public void AddTo(Command verb, bool trains)
        {
            verb.Add(_sources);
            verb.AddAll([_shards, _output, _predict, .. trains ? [_train, _seeds] : (Option[])[]]);
        }

        public void AddNeeds(Command verb)
        {
            verb.AddAll([_model, _name, _cpus, _memory, _gpus]);
            verb.Validators.Add(parsed =>
            {
                if (parsed.GetResult(_model) is null && parsed.GetResult(_train) is null)
                    parsed.AddError("Option '--model' is required.");
            });
        }

        public ClusterJob Read(ParseResult parsed)
        {
            var output = parsed.GetRequiredValue(_output);
            var name = parsed.GetValue(_name) ?? ClusterJob.NameOf(output);
            var sources = parsed.GetRequiredValue(_sources);
            ClusterJob job = parsed.GetValue(_train) is { } table
                ? TrainingSweep.Of(Labels(parsed, sources), table, Seeds(parsed), output, name)
                : new PredictionJob
                {
                    Recordings = RecordingList.Of(sources),
                    Models = parsed.GetValue(_model) ?? [],
                    Shards = parsed.GetValue(_shards),
                    Output = output,
                    Name = name,
                    PredictArguments =
                    [
                        .. (parsed.GetValue(_predict) ?? []).SelectMany(CommandLineParser.SplitCommandLine),
                    ],
                };
            if (job is PredictionJob && parsed.Has(_seeds))
                throw new ArgumentException("--seeds is of --train, the table of options.");
            return (
                job with
                {
                    Cpus = parsed.GetResult(_cpus) is null ? job.Cpus : parsed.GetValue(_cpus),
                    Memory = parsed.GetValue(_memory) ?? job.Memory,
                    Gpus = parsed.GetValue(_gpus),
                }
            ).Checked();
        }

        private string Labels(ParseResult parsed, string[] sources)
        {
            if (parsed.Given([_model, _shards, _predict]) is [var word, ..])
                throw new ArgumentException($"{word.Name} is of a prediction, and --train trains.");
            return sources is [var labels]
                ? labels
                : throw new ArgumentException($"--train takes one file of labels, and {sources.Length} are given.");
        }

        private IReadOnlyList<int> Seeds(ParseResult parsed) =>
            [
                .. (parsed.GetValue(_seeds) ?? "")
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(word =>
                        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
                            ? seed
                            : throw new ArgumentException($"--seeds has '{word}'; write for example 1,2,3.")
                    )
                    .Distinct(),
            ];
    }
}
