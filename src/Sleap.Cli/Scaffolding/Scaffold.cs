using System.Globalization;
using System.Text;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// A folder of programs of one file each, for a model of some labels: training, consumption, evaluation, configuration
/// and a README.
/// </summary>
internal sealed class Scaffold
{
    private const string TypeOption = "Type";

    /// <summary>
    /// Files that end MSBuild's search in the folders above, which may be somebody else's data set: what it found there
    /// would run with every <c>dotnet run</c>.
    /// </summary>
    private static readonly (string Name, string Text)[] BuildFiles =
    [
        ("Directory.Build.props", "<Project />\n"),
        ("Directory.Build.targets", "<Project />\n"),
        ("Directory.Packages.props", "<Project />\n"),
        ("Directory.Build.rsp", "# No arguments of MSBuild.\n"),
    ];

    /// <summary>Files above the folder that no file in it can replace, with what .NET takes from them.</summary>
    private static readonly (string Name, string Use)[] OutsideFiles =
    [
        ("nuget.config", "where packages come from"),
        ("global.json", "which SDK builds"),
    ];

    private readonly ScaffoldCode _code;

    /// <summary>Looks at the labels and chooses the options.</summary>
    /// <param name="name">What the model is called; letters, digits, and signs that divide words.</param>
    /// <param name="labels">The labels' path.</param>
    /// <param name="type">A model type, or null to choose one.</param>
    /// <param name="usePredictions">Whether frames that nobody labeled count too.</param>
    /// <exception cref="ArgumentException">The name has no letter to begin with, or the labels cannot train the
    /// type.</exception>
    public Scaffold(string name, string labels, string? type, bool usePredictions = false)
    {
        LabelsPath = Path.GetFullPath(labels);
        Name = Identifier(name);
        FileName = name.ToLowerInvariant();
        var pose = VerbOutput.Context().Pose();
        Proposal = ProposedOptions.Of(pose, pose.LoadLabels(labels, VerbOutput.LabelsOf(usePredictions)), type);
        UsesPredictions = usePredictions;
        _code = new(this);
    }

    /// <summary>Whether the programs take predictions of frames that nobody labeled.</summary>
    public bool UsesPredictions { get; }

    /// <summary>The name as an identifier: <c>my mouse</c> is <c>MyMouse</c>.</summary>
    public string Name { get; }

    /// <summary>The name as the model's file has it.</summary>
    public string FileName { get; }

    /// <summary>The model type and its options.</summary>
    public AutoOptions Proposal { get; }

    /// <summary>The networks of the model, first stage first.</summary>
    public IReadOnlyList<NetworkOptions> Networks => Proposal.Options.Networks;

    /// <summary>Why the type is what it is.</summary>
    public string TypeReason => Proposal.Reasons.First(reason => reason.Option == TypeOption).Reason;

    /// <summary>
    /// Why each option is what it is, and what those of the run are for, under the path that it has from the model's
    /// options on: <c>Centroid.Training.Epochs</c>.
    /// </summary>
    public IReadOnlyList<(string Option, string Reason)> Reasons
    {
        get
        {
            string[] networks = ["", .. Networks.Select(network => network.NetworkName)];
            // The stages of a top-down model are options inside its own; of any other model the network's options are
            // the model's.
            string[] prefixes = networks.Length == 2 ? ["", ""] : ["", "Centroid.", "CenteredInstance."];
            return
            [
                .. networks
                    .Zip(prefixes)
                    .SelectMany(network =>
                        Proposal
                            .Reasons.Where(reason => reason.Network == network.First && reason.Option != TypeOption)
                            .Select(reason => (network.Second + reason.Option, reason.Reason))
                            .Concat(
                                network.First.Length == 0
                                    ? []
                                    : ScaffoldCode.RunOptions.Select(option =>
                                        ($"{network.Second}Training.{option.Name}", option.Reason)
                                    )
                            )
                    ),
            ];
        }
    }

    /// <summary>The labels' whole path: the programs may be run from any folder.</summary>
    public string LabelsPath { get; }

    /// <summary>Writes the folder.</summary>
    /// <returns>The files, in the order that a person reads them in.</returns>
    /// <exception cref="IOException">One of the files is there already; nothing is written then.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        var head = SourceReference.For(folder);
        List<(string Name, string Text)> files =
        [
            ("README.md", _code.Readme(head)),
            ($"{Name}.training.cs", _code.Training(head)),
            ($"{Name}.consumption.cs", _code.Consumption(head)),
            ($"{Name}.evaluate.cs", _code.Evaluate(head)),
            .. Configurations(),
            .. head.IsInClone ? [] : BuildFiles,
        ];
        foreach (var (name, _) in files)
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                throw new IOException(
                    $"'{Path.Combine(folder, name)}' is there already, and may have been changed by hand. Choose "
                        + "another --out, or move it away."
                );
            }
        }
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in files)
        {
            File.WriteAllText(
                Path.Combine(folder, name),
                text.ReplaceLineEndings("\n"),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
            );
        }

        return [.. files.Select(file => Path.Combine(folder, file.Name))];
    }

    /// <summary>A sentence for each file above a folder that changes how programs in it are built.</summary>
    public static IEnumerable<string> Remarks(string folder) =>
        SourceReference.For(folder).IsInClone
            ? []
            : from above in FoldersAbove(Path.GetFullPath(folder))
            from file in OutsideFiles
            from found in above.EnumerateFiles(file.Name, CaseInsensitive)
            select $"'{found.FullName}' says {file.Use} for these programs. If it is not yours, look at it before "
                + "you run them, or choose an --out elsewhere.";

    /// <summary>One configuration a network, as sleap-nn has them.</summary>
    public IEnumerable<(string Name, string Text)> Configurations()
    {
        foreach (var network in Networks)
        {
            var name =
                Networks.Count == 1 ? $"{FileName}.config.yaml" : $"{FileName}.{network.NetworkName}.config.yaml";
            yield return (name, SleapConfigWriter.Write(network, Proposal.Subject, PoseModelTransformer.AnySize));
        }
    }

    private static EnumerationOptions CaseInsensitive { get; } =
        new() { MatchCasing = MatchCasing.CaseInsensitive, IgnoreInaccessible = true };

    private static IEnumerable<DirectoryInfo> FoldersAbove(string folder)
    {
        for (var above = Directory.GetParent(folder); above is not null; above = above.Parent)
        {
            if (above.Exists)
                yield return above;
        }
    }

    private static string Identifier(string name)
    {
        var words = new string([.. name.Select(sign => char.IsAsciiLetterOrDigit(sign) ? sign : ' ')]).Split(
            ' ',
            StringSplitOptions.RemoveEmptyEntries
        );
        var identifier = string.Concat(
            words.Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..])
        );
        var isFileName = name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && name.Trim() == name;
        return identifier.Length > 0 && char.IsAsciiLetter(identifier[0]) && isFileName
            ? identifier
            : throw new ArgumentException(
                $"'{name}' cannot name a model: begin with a letter A to Z, and use letters, digits, '-', '_', '.' and "
                    + "spaces."
            );
    }
}
