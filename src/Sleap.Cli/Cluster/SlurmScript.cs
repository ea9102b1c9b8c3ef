using System.Globalization;

namespace Sleap.Cli;

/// <summary>
/// A script that submits a job array, one task a shard, and a job that merges when all are there, or names those that
/// are not.
/// </summary>
internal static class SlurmScript
{
    /// <param name="job">What is predicted.</param>
    /// <param name="partition">Slurm's partition; null: its default.</param>
    /// <param name="time">The longest that a job may run.</param>
    /// <param name="file">Where the script will be, for what it says of itself.</param>
    public static string Write(ClusterJob job, string? partition, string time, string file)
    {
        var output = job.Output[..^Path.GetExtension(job.Output).Length];
        var shard =
            $"{ClusterJob.Quoted(output)}.shard-\"$SLURM_ARRAY_TASK_ID\"-of-{job.Shards}{Path.GetExtension(job.Output)}";
        var common = string.Concat(
            new[] { partition is null ? null : $"#SBATCH --partition={partition}\n", $"#SBATCH --time={time}\n" }
        );
        var gpus = job.Gpus > 0 ? string.Create(CultureInfo.InvariantCulture, $"#SBATCH --gres=gpu:{job.Gpus}\n") : "";
        // The shard's file stays as it is in the words; only the index is the scheduler's.
        var predict = string.Join(' ', job.PredictCommand("INDEX", "OUT").Select(ClusterJob.Quoted))
            .Replace($"INDEX/{job.Shards}", $"\"$SLURM_ARRAY_TASK_ID\"/{job.Shards}", StringComparison.Ordinal);
        predict = predict[..^"OUT".Length] + shard;
        var shardOfTask = shard.Replace("$SLURM_ARRAY_TASK_ID", "$i", StringComparison.Ordinal);
        var again = ClusterJob.Quoted(file);
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
            if [ -s {shard} ]; then echo "shard $SLURM_ARRAY_TASK_ID is done"; exit 0; fi
            {predict}
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
              if [ -s {shardOfTask} ]; then continue; fi
              echo "shard $i is not done: see the log that ends in -$i.log, and submit again: bash {again}"
              missing=1
            done
            if [ $missing = 1 ]; then exit 1; fi
            {string.Join(' ', job.MergeCommand.Select(ClusterJob.Quoted))}
            MERGE
            )
            echo "merge: job $merge, after them"

            """;
        return script.ReplaceLineEndings("\n");
    }
}
