using System.Globalization;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>
/// A script that submits a job array, one task a shard, and a job that merges when all are there, or names those that
/// are not.
/// </summary>
internal static class SlurmScript
{
    private const string Index = "SLURM_ARRAY_TASK_ID";

    /// <param name="job">What is predicted.</param>
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
        var script = $"""
            #!/usr/bin/env bash
            # Predicts {job.Source} in {job.Shards} shards and merges them: bash {again}
            # Run it again after a failure: shards that are done are left as they are.
            set -euo pipefail

            array=$(sbatch --parsable <<'SHARD'
            #!/usr/bin/env bash
            #SBATCH --job-name={job.Name}
            #SBATCH --array=0-{job.Shards - 1}
            #SBATCH --cpus-per-task={job.Cpus}
            #SBATCH --mem={job.Memory}
            {common}{gpus}#SBATCH --output={job.Name}-%A-%a.log
            set -euo pipefail
            # A file appears when it is whole, so one that is there is done.
            if [ -s {job.ShardFile(Index)} ]; then echo "shard $SLURM_ARRAY_TASK_ID is done"; exit 0; fi
            {job.PredictLine(Index)}
            SHARD
            )
            echo "shards: job $array"

            # After any end of theirs, so that the log of the merge says which shards are not done.
            merge=$(sbatch --parsable --dependency=afterany:"$array" <<'MERGE'
            #!/usr/bin/env bash
            #SBATCH --job-name={job.Name}-merge
            #SBATCH --cpus-per-task=1
            #SBATCH --mem={job.Memory}
            {common}#SBATCH --output={job.Name}-merge-%j.log
            set -euo pipefail
            missing=0
            for i in $(seq 0 {job.Shards - 1}); do
              if [ -s {job.ShardFile("i")} ]; then continue; fi
              echo "shard $i is not done: see the log that ends in -$i.log, and submit again: bash" {again}
              missing=1
            done
            if [ $missing = 1 ]; then exit 1; fi
            {job.MergeLine}
            MERGE
            )
            echo "merge: job $merge, after them"

            """;
        return script.ReplaceLineEndings("\n");
    }
}
