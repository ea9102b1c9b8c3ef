using System.CommandLine;
using System.CommandLine.Parsing;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Recordings predicted in shards.</summary>
internal sealed record PredictionJob : ClusterJob
{
    private const string Ending = ".slp";

    /// <summary>The recordings, in order.</summary>
    public required IReadOnlyList<string> Recordings { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The parts of each recording, each a task.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>More arguments of <c>sleap predict</c>, as they were typed.</summary>
    public IReadOnlyList<string> PredictArguments { get; init; } = [];

    public override string Title =>
        (Recordings.Count == 1 ? $"Predicts {Recordings[0]}" : $"Predicts {Recordings.Count} recordings")
        + (Shards == 1 ? "" : $" in {Shards} shards{(Recordings.Count == 1 ? "" : " each")}");

    public override int Tasks => Recordings.Count * Shards;

    /// <summary>The file of each recording's poses: the output itself, or one in that folder.</summary>
    public IReadOnlyList<string> Outputs => [.. Stems.Select(stem => stem + Ending)];

    public override IReadOnlyList<string> CollectWords =>
        [
            .. Recordings.Select(AsPath),
            "--shards",
            $"{Shards}",
            "--out",
            AsPath(Output),
            .. PredictArguments.Count == 0
                ? []
                : (string[])[$"--predict={string.Join(' ', PredictArguments.Select(Joined))}"],
        ];

    /// <summary>Lines of a POSIX shell that wait until all tasks are done.</summary>
    public string WaitLines =>
        $"""
            set -- {string.Join(" \\\n  ", Stems.Select(Quoted))}
            for stem; do for shard in $(seq 0 {Shards - 1}); do until {IsDone}; do sleep 10; done; done; done
            """;

    protected override IEnumerable<string> Words => [.. Recordings, Output, .. Models, .. PredictArguments];

    private IEnumerable<string> ModelWords => Models.SelectMany(model => (string[])["--model", AsPath(model)]);

    private bool IsFile => Output.EndsWith(Ending, StringComparison.Ordinal);

    // The file of a shard in a shell with the variables stem and shard.
    private string ShardFile => Shards == 1 ? $"\"$stem\"{Ending}" : $"\"$stem.shard-$shard-of-{Shards}\"{Ending}";

    // Shards may be removed once they are merged.
    private string IsDone =>
        $"[ -s {ShardFile} ]"
        + (
            Shards == 1
                ? ""
                : $" || {{ [ -s \"$stem\"{Ending} ] && ! ls \"$stem\".shard-*-of-{Shards}{Ending} >/dev/null 2>&1; }}"
        );

    // The outputs without their ending.
    private IEnumerable<string> Stems =>
        IsFile
            ? [AsPath(Output[..^Ending.Length])]
            : RecordingList.Names(Recordings).Select(name => $"{AsPath(Output.TrimEnd('/'))}/{name}.predictions");

    /// <summary>The files of a recording's shards, in order; the output itself if there is only one.</summary>
    public IReadOnlyList<string> ShardFiles(string output) =>
        Shards == 1
            ? [output]
            : [.. Enumerable.Range(0, Shards).Select(index => new Shard(index, Shards).FileOf(output))];

    /// <summary>The prediction of a recording as a command line; which model it names is all the same.</summary>
    public ParseResult Parse(string recording) =>
        SleapCommand.Parse([
            .. (string[])["predict", AsPath(recording), "--model", "m", "--shard", "0/1", "--out", "o.slp"],
            .. PredictArguments,
        ]);

    public override string TaskLines(string index) =>
        $"""
            # The video and the poses of each recording; a file appears when it is complete.
            set -- {string.Join(" \\\n  ", Recordings.Select(AsPath).Zip(Stems, (video, stem) => Line([video, stem])))}
            shift $((2 * ({index} / {Shards})))
            video=$1 stem=$2 shard=$(({index} % {Shards}))
            if {IsDone}; then echo "shard $shard of $video is done"; exit 0; fi
            mkdir -p -- "$(dirname -- "$stem")"
            sleap predict "$video" {Line([
                .. ModelWords,
                .. PredictArguments,
            ])} --shard "$shard"/{Shards} --out {ShardFile}
            """;

    protected override IEnumerable<string> Faults()
    {
        if (Shards < 1)
            yield return $"--shards is {Shards}; at least 1";
        if (IsFile && Recordings.Count != 1)
            yield return $"--out is one file, '{Output}', and there are {Recordings.Count} recordings: name a folder";
        else if (!IsFile && Path.GetExtension(Output) is { Length: > 0 } ending && LabelFormats.AreLabels(Output))
            yield return $"--out ends in '{ending}': write .slp, which accounts for each frame, and 'sleap convert' it";
        foreach (var fault in base.Faults())
            yield return fault;
        if (Recordings.Count == 0)
            yield break;
        foreach (var fault in CommandLineErrors.Of(Parse(Recordings[0])))
            yield return $"--predict: {fault.TrimEnd('.')}";
        var passed = CommandLineParser.SplitCommandLine(string.Join(' ', PredictArguments.Select(Joined)));
        if (!passed.SequenceEqual(PredictArguments))
            yield return "--predict has an empty word, or one with double quotes, which cannot be passed on";
    }

    // A word of --predict, which is parted at spaces outside of double quotes.
    private static string Joined(string word) => word.Any(char.IsWhiteSpace) ? $"\"{word}\"" : word;
}
