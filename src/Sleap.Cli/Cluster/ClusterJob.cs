using Sleap.IO;

namespace Sleap.Cli;

/// <summary>A recording predicted in shards on several machines that share a file system.</summary>
internal sealed record ClusterJob
{
    /// <summary>Schedulers take no more tasks of one job by default.</summary>
    private const int MaxShards = 1000;

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
        if (Shards is < 1 or > MaxShards)
            faults.Add($"--shards is {Shards}; 1 to {MaxShards}");
        if (Cpus < 1)
            faults.Add($"--cpus is {Cpus}; at least 1");
        if (Gpus < 0)
            faults.Add($"--gpus is {Gpus}; 0 or more");
        if (Memory.Length == 0 || !Memory.All(char.IsAsciiLetterOrDigit))
            faults.Add($"--memory is '{Memory}'; for instance 16G");
        if (!Path.GetExtension(Output).All(IsPlain))
            faults.Add($"--out ends in '{Path.GetExtension(Output)}'; for instance .slp");
        foreach (var word in (string[])[Source, Output, .. Models, .. PredictArguments])
        {
            if (word.Any(OneLine.IsControl))
                faults.Add($"'{word}' has a line break or another control character, which a script cannot hold");
        }
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

    /// <summary>What one shard runs, as a line of a shell.</summary>
    /// <param name="index">The shell's variable with the shard's number.</param>
    public string PredictLine(string index) =>
        string.Join(
            ' ',
            [
                "sleap",
                "predict",
                Quoted(Source),
                .. Models.SelectMany(model => (string[])["--model", Quoted(model)]),
                .. PredictArguments.Select(Quoted),
                "--shard",
                $"\"${index}\"/{Shards}",
                "--out",
                ShardFile(index),
            ]
        );

    /// <summary>The file of one shard as a word of a shell.</summary>
    /// <param name="index">The shell's variable with the shard's number.</param>
    public string ShardFile(string index)
    {
        var ending = Path.GetExtension(Output);
        return $"{Quoted(Output[..^ending.Length])}.shard-\"${index}\"-of-{Shards}{ending}";
    }

    /// <summary>What puts the shards together, as a line of a shell.</summary>
    public string MergeLine =>
        string.Join(' ', ["sleap", "merge", .. ShardFiles.Select(Quoted), "--out", Quoted(Output)]);

    /// <summary>What a script's head takes as it is: a number, a time, a name.</summary>
    /// <exception cref="ArgumentException">The text is not of letters, digits and ".,:_-+".</exception>
    public static string Plain(string option, string text) =>
        text.Length > 0 && text.All(IsPlain)
            ? text
            : throw new ArgumentException(
                $"{option} is '{OneLine.Of(text)}'; letters, digits and the signs .,:_-+ were expected."
            );

    /// <summary>A word as a POSIX shell reads it.</summary>
    public static string Quoted(string word) =>
        word.Length > 0
        && word.All(letter =>
            char.IsAsciiLetterOrDigit(letter) || "-_./=:,@%+".Contains(letter, StringComparison.Ordinal)
        )
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || ".,:_-+".Contains(letter, StringComparison.Ordinal);
}
