namespace Sleap.Cli;

/// <summary>A recording predicted in shards on several machines that share a file system.</summary>
internal sealed record ClusterJob
{
    public required string Source { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    public required string Output { get; init; }

    public required int Shards { get; init; }

    /// <summary>What the jobs are called.</summary>
    public required string Name { get; init; }

    public int Cpus { get; init; } = 4;

    public string Memory { get; init; } = "16G";

    public int Gpus { get; init; }

    /// <summary>More arguments of <c>sleap predict</c>, as they were typed.</summary>
    public IReadOnlyList<string> PredictArguments { get; init; } = [];

    /// <summary>The shards' files, in order.</summary>
    public IReadOnlyList<string> ShardFiles =>
        [.. Enumerable.Range(0, Shards).Select(index => new Shard(index, Shards).FileOf(Output))];

    /// <summary>Every value that cannot be used, in one exception.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public ClusterJob Checked()
    {
        List<string> faults = [];
        if (Shards < 1)
            faults.Add($"--shards is {Shards}; at least 1");
        if (Cpus < 1)
            faults.Add($"--cpus is {Cpus}; at least 1");
        if (Gpus < 0)
            faults.Add($"--gpus is {Gpus}; 0 or more");
        if (string.IsNullOrWhiteSpace(Memory))
            faults.Add("--memory is empty; for instance 16G");
        if (
            Name.Length is 0 or > 50
            || !Name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            || Name.StartsWith('-')
            || Name.EndsWith('-')
        )
        {
            faults.Add($"--name is '{Name}'; up to 50 small letters, digits and '-' between them");
        }

        return faults.Count == 0 ? this : throw new ArgumentException(string.Join("; ", faults) + ".");
    }

    /// <summary>What one shard runs.</summary>
    /// <param name="index">The shard's number as the scheduler's variable.</param>
    /// <param name="output">The shard's file.</param>
    public IReadOnlyList<string> PredictCommand(string index, string output) =>
        [
            "sleap",
            "predict",
            Source,
            .. Models.SelectMany(model => (string[])["--model", model]),
            .. PredictArguments,
            "--shard",
            $"{index}/{Shards}",
            "--out",
            output,
        ];

    public IReadOnlyList<string> MergeCommand => ["sleap", "merge", .. ShardFiles, "--out", Output];

    /// <summary>A word as a POSIX shell reads it.</summary>
    public static string Quoted(string word) =>
        word.Length > 0
        && word.All(letter =>
            char.IsAsciiLetterOrDigit(letter) || "-_./=:,@%+".Contains(letter, StringComparison.Ordinal)
        )
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
