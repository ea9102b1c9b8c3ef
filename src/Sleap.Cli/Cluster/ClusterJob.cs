using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Tasks of the same needs, done by several machines that share a file system.</summary>
internal abstract record ClusterJob
{
    /// <summary>Schedulers take no more tasks of one job by default.</summary>
    private const int MaxTasks = 1000;
    private const int MaxName = 50;

    /// <summary>Where the results go.</summary>
    public required string Output { get; init; }

    /// <summary>What the jobs are called.</summary>
    public required string Name { get; init; }

    public int Cpus { get; init; } = 4;

    public string Memory { get; init; } = "16G";

    public int Gpus { get; init; }

    /// <summary>What is done, in one line.</summary>
    public abstract string Title { get; }

    /// <summary>How many tasks there are.</summary>
    public abstract int Tasks { get; }

    /// <summary>The words of <c>sleap cluster collect</c> for this job.</summary>
    public abstract IReadOnlyList<string> CollectWords { get; }

    /// <summary>What one task runs: lines of a POSIX shell, which do nothing if the task is done.</summary>
    /// <param name="index">The shell's variable with the task's number.</param>
    public abstract string TaskLines(string index);

    /// <summary>Every text that a script holds.</summary>
    protected abstract IEnumerable<string> Words { get; }

    /// <summary>What cannot be used.</summary>
    protected virtual IEnumerable<string> Faults()
    {
        if (Tasks is < 1 or > MaxTasks)
            yield return $"these are {Tasks} tasks; 1 to {MaxTasks}";
        if (Output.Length == 0)
            yield return "--out is empty";
        if (Cpus < 1)
            yield return $"--cpus is {Cpus}; at least 1";
        if (Gpus < 0)
            yield return $"--gpus is {Gpus}; 0 or more";
        if (Memory.Length == 0 || !Memory.All(char.IsAsciiLetterOrDigit))
            yield return $"--memory is '{Memory}'; for instance 16G";
        foreach (var word in Words.Where(word => word.Any(OneLine.IsControl)))
        {
            yield return $"'{OneLine.Of(word)}' has a line break or another control character, which a script cannot "
                + "hold";
        }
        if (
            Name.Length is 0 or > MaxName
            || !Name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            || Name.StartsWith('-')
            || Name.EndsWith('-')
        )
        {
            yield return $"--name is '{Name}'; up to {MaxName} small letters, digits and '-' between them";
        }
    }

    /// <summary>Every value that cannot be used, in one exception.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public ClusterJob Checked() =>
        Faults().Distinct().ToList() is { Count: > 0 } faults
            ? throw new ArgumentException(string.Join("; ", faults) + ".")
            : this;

    /// <summary>What puts the results together and accounts for them, as a line of a shell.</summary>
    public string CollectLine => Line([.. "sleap cluster collect".Split(' '), .. CollectWords]);

    /// <summary>The name of a job for a path: its file without ending, in the letters that names have.</summary>
    public static string NameOf(string output)
    {
        var letters = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(output))
            .ToLowerInvariant()
            .Select(sign => char.IsAsciiLetterOrDigit(sign) ? sign : '-')
            .Take(MaxName);
        var name = string.Concat(letters).Trim('-');
        return name.Length > 0 ? name : "sleap";
    }

    /// <summary>What a script's head takes as it is: a number, a time, a name.</summary>
    /// <exception cref="ArgumentException">The text is not of letters, digits and ".,:_-+".</exception>
    public static string Plain(string option, string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || ".,:_-+".Contains(letter))
            ? text
            : throw new ArgumentException(
                $"{option} is '{OneLine.Of(text)}'; letters, digits and the signs .,:_-+ were expected."
            );

    /// <summary>Words as a line of a POSIX shell.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    /// <summary>A word as a POSIX shell reads it.</summary>
    public static string Quoted(string word) =>
        word.Length > 0
        && word.All(letter =>
            char.IsAsciiLetterOrDigit(letter) || "-_./=:,@%+".Contains(letter, StringComparison.Ordinal)
        )
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A path that no program takes for an option.</summary>
    protected static string AsPath(string path) => path.StartsWith('-') ? "./" + path : path;
}
