using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;

namespace Sleap.Cli;

/// <summary>An Indexed Job, one pod a task, and a Job that puts the results together when all are there.</summary>
internal static class KubernetesManifest
{
    // Of a word of a command line in Linux, bytes: a script is one.
    private const int MaxScript = 128 << 10;

    // Kubernetes' default; of many tasks each may fail once, for a node that fails takes several along.
    private const int MaxFailures = 6;

    /// <summary>The two manifests, one YAML document each.</summary>
    /// <param name="job">What is predicted; its paths are those inside the containers.</param>
    /// <param name="image">The container image, with <c>sleap</c> in it.</param>
    /// <param name="claim">The PersistentVolumeClaim that holds videos, models and results.</param>
    /// <param name="mount">Where it is mounted.</param>
    /// <param name="parallelism">Pods at a time.</param>
    public static string Write(PredictionJob job, string image, string claim, string mount, int parallelism)
    {
        var tasks = Job(
            job,
            job.Name,
            image,
            claim,
            mount,
            $"set -eu\n{job.TaskLines("JOB_COMPLETION_INDEX")}\n",
            job.Gpus
        );
        var spec = (Dictionary<string, object>)tasks["spec"];
        spec["completions"] = job.Tasks;
        spec["parallelism"] = parallelism;
        spec["completionMode"] = "Indexed";
        spec["backoffLimit"] = Math.Max(MaxFailures, job.Tasks);
        // Kubernetes does not know an order of jobs, so the second one waits for the files of the first.
        var collect = $"set -eu\n{job.WaitLines}\n{job.CollectLine}\n";
        var merge = Job(job, job.Name + "-merge", image, claim, mount, collect, gpus: 0);
        var yaml = new SerializerBuilder().WithEventEmitter(next => new LiteralLines(next)).Build();
        return $"{yaml.Serialize(tasks)}---\n{yaml.Serialize(merge)}".ReplaceLineEndings("\n");
    }

    private static Dictionary<string, object> Job(
        PredictionJob job,
        string name,
        string image,
        string claim,
        string mount,
        string script,
        int gpus
    )
    {
        if (Encoding.UTF8.GetByteCount(script) >= MaxScript)
        {
            throw new ArgumentException(
                $"The names of {job.Recordings.Count} recordings are more than a container's command holds: divide them."
            );
        }
        var limits = new Dictionary<string, object> { ["cpu"] = job.Cpus, ["memory"] = MemoryOf(job.Memory) };
        if (gpus > 0)
            limits["nvidia.com/gpu"] = gpus;
        var container = new Dictionary<string, object>
        {
            ["name"] = "sleap",
            ["image"] = image,
            ["command"] = new[] { "/bin/sh", "-c", script },
            ["resources"] = new Dictionary<string, object>
            {
                ["requests"] = new Dictionary<string, object>(limits),
                ["limits"] = new Dictionary<string, object>(limits),
            },
            ["volumeMounts"] = new[]
            {
                new Dictionary<string, object> { ["name"] = "data", ["mountPath"] = mount },
            },
        };
        return new()
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new Dictionary<string, object> { ["name"] = name },
            ["spec"] = new Dictionary<string, object>
            {
                ["backoffLimit"] = MaxFailures,
                ["template"] = new Dictionary<string, object>
                {
                    ["spec"] = new Dictionary<string, object>
                    {
                        ["restartPolicy"] = "Never",
                        ["containers"] = new[] { container },
                        ["volumes"] = new[]
                        {
                            new Dictionary<string, object>
                            {
                                ["name"] = "data",
                                ["persistentVolumeClaim"] = new Dictionary<string, object> { ["claimName"] = claim },
                            },
                        },
                    },
                },
            },
        };
    }

    // Slurm's G is Kubernetes' Gi: both mean powers of 1024.
    private static string MemoryOf(string memory) => memory[^1] is 'K' or 'M' or 'G' or 'T' ? memory + "i" : memory;

    // Scripts line by line, as a person would write them.
    private sealed class LiteralLines(IEventEmitter next) : ChainedEventEmitter(next)
    {
        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (eventInfo.Source.Value is string text && text.Contains('\n', StringComparison.Ordinal))
                eventInfo.Style = ScalarStyle.Literal;
            base.Emit(eventInfo, emitter);
        }
    }
}
