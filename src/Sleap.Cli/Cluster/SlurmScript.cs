using System.Globalization;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>
/// A script that submits a job array and a job that puts the results together when all tasks have ended, or names what
/// is not done.
/// </summary>
internal static class SlurmScript
{
    /// <param name="job">What is done.</param>
    /// <param name="partition">Slurm's partition; null: its default.</param>
    /// <param name="time">The longest that a job may run.</param>
    /// <param name="file">Where the script will be, for what it says of itself.</param>
    public static string Write(ClusterJob job, string? partition, string time, string file)
    {
        var common = string.Concat(
            new[]
            {
                partition is null ? null : $"#SBATCH --partition={ClusterJob.Plain("--partition", partition)}\n",
                $"#SBATCH --time={ClusterJob.Plain("--time", time)}\n",
            }
        );
        var gpus = job.Gpus > 0 ? string.Create(CultureInfo.InvariantCulture, $"#SBATCH --gres=gpu:{job.Gpus}\n") : "";
        var again = ClusterJob.Quoted(file);
        if (file.Any(OneLine.IsControl))
            throw new ArgumentException($"--script is '{OneLine.Of(file)}', and has a control character.");
        // A task of a node that failed is queued again, and its log goes on.
        var script = $"""
            #!/usr/bin/env bash
            # {job.Title}: bash {again}
            # Run it again after a failure: tasks that are done are left as they are.
            set -euo pipefail

            array=$(sbatch --parsable <<'TASK'
            #!/usr/bin/env bash
            #SBATCH --job-name={job.Name}
            #SBATCH --array=0-{job.Tasks - 1}
            #SBATCH --cpus-per-task={job.Cpus}
            #SBATCH --mem={job.Memory}
            {common}{gpus}#SBATCH --requeue
            #SBATCH --open-mode=append
            #SBATCH --output={job.Name}-%A-%a.log
            set -euo pipefail
            {job.TaskLines("SLURM_ARRAY_TASK_ID")}
            TASK
            )
            echo "tasks: job $array"

            # After any end of theirs, so that its log says what is not done.
            merge=$(sbatch --parsable --dependency=afterany:"$array" <<'MERGE'
            #!/usr/bin/env bash
            #SBATCH --job-name={job.Name}-merge
            #SBATCH --cpus-per-task=1
            #SBATCH --mem={job.Memory}
            {common}#SBATCH --requeue
            #SBATCH --open-mode=append
            #SBATCH --output={job.Name}-merge-%j.log
            set -euo pipefail
            if ! {job.CollectLine}; then
              echo "Not all is done. The logs say why; then submit again: bash" {again}
              exit 1
            fi
            MERGE
            )
            echo "results: job $merge, after them"

            """;
        return script.ReplaceLineEndings("\n");
    }
}
