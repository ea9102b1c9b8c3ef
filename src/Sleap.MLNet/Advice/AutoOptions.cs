using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A configuration that labels suggest: a kind of model and its options, each with its reason. Made by
/// <see cref="ModelCatalog.AutoOptions"/>.
/// </summary>
public sealed record AutoOptions
{
    internal AutoOptions(
        PoseModelKind kind,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        LabelStatistics labels,
        IReadOnlyList<OptionReason> reasons
    ) => (Kind, Options, Subject, Frame, Labels, Reasons) = (kind, options, subject, frame, labels, reasons);

    /// <summary>What is proposed.</summary>
    public PoseModelKind Kind { get; }

    /// <summary>The kind as the command line calls it: <c>single-instance</c>, <c>top-down-id</c>.</summary>
    public string Type => Options.TypeName;

    /// <summary>The options, in the record of their model type: <see cref="TopDownOptions"/> for top-down.</summary>
    public PoseModelOptions Options { get; private init; }

    /// <summary>Why the kind is what it is, and each option that is not its default.</summary>
    public IReadOnlyList<OptionReason> Reasons { get; }

    internal PoseSubject Subject { get; }

    internal (int Height, int Width) Frame { get; }

    internal LabelStatistics Labels { get; }

    /// <summary>
    /// The same with other settings of each of its networks: to train on a device, in a run folder, with a longer
    /// training.
    /// </summary>
    /// <param name="change">From the options of a network to others of the same type.</param>
    public AutoOptions With(Func<NetworkOptions, NetworkOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Options = Options.WithNetworks([.. Options.Networks.Select(change)]) };
    }

    /// <summary>The estimator that trains it.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    public IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose)
    {
        ArgumentNullException.ThrowIfNull(pose);
        return Options.CreateEstimator(pose);
    }

    /// <summary>
    /// Writes it as configurations of sleap-nn, with the reasons as comments: one file, or for top-down one for each
    /// network, <c>config.centroid.yaml</c> and <c>config.centered_instance.yaml</c> for <c>config.yaml</c>. What
    /// sleap-nn has no word for, as the weight of the foreground in the loss, is not in them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The files written.</returns>
    public IReadOnlyList<string> Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var networks = Options.Networks;
        return
        [
            .. networks.Select(network =>
            {
                var name = network.NetworkName;
                var file = networks.Count == 1 ? path : Path.ChangeExtension(path, $".{name}{Path.GetExtension(path)}");
                var comments = Reasons
                    .Where(reason => reason.Network.Length == 0 || reason.Network == name)
                    .Select(reason => $"# {reason}\n");
                var text = string.Concat(comments) + SleapConfigWriter.Write(network, Subject, Frame);
                IO.AtomicFile.Write(file, to => File.WriteAllText(to, text));
                return file;
            }),
        ];
    }
}

/// <summary>One proposed option, and why.</summary>
/// <param name="Network">The network it is of, by the name that progress calls it; empty for the whole model.</param>
/// <param name="Option">Its name, behind the options that it is in: <c>Training.Epochs</c>. <c>Type</c> is the type of
/// the model.</param>
/// <param name="Value">What is proposed.</param>
/// <param name="Reason">Why, with the numbers it follows from.</param>
public sealed record OptionReason(string Network, string Option, string Value, string Reason)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{(Network.Length == 0 ? "" : Network + ": ")}{Option} = {Value}: {Reason}";
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Proposes a kind of model and its options from labels, as sleap-nn's <c>config_generator</c> does, each with its
    /// reason. <c>pose.AutoOptions(labels).Estimator(pose).Fit(labels)</c> trains it.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="labels">Rows of frames and labels; one image is read, for its size.</param>
    /// <param name="kind">The kind of model; null: what the labels want. That is never one that tells who is who, since
    /// labels do not say whether animals look different.</param>
    /// <param name="columns">Names of the columns; null: the usual ones.</param>
    /// <exception cref="ArgumentException">A column is missing or has another type, or the labels cannot train that
    /// kind: they have several animals, no edges or no tracks.</exception>
    /// <exception cref="InvalidOperationException">No row is labeled.</exception>
    public static AutoOptions AutoOptions(
        this PoseCatalog catalog,
        IDataView labels,
        PoseModelKind? kind = null,
        PoseColumnOptions? columns = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(labels);
        var names = columns ?? new();
        using var channel = ((IHostEnvironment)catalog.Context).Register("AutoOptions").Start("Reading labels");
        var hasTracks =
            labels.Schema.GetColumnOrNull(names.Track) is { } track
            && (track.Type is VectorDataViewType vector ? vector.ItemType : track.Type) is KeyDataViewType key
            && key.RawType == typeof(uint)
            && track.HasKeyValues();
        var rows = LabeledRows.Read(
            labels,
            names,
            new(OneAnimal: false, EmptyRows: true, Tracks: hasTracks),
            null,
            new("AutoOptions", "training", channel)
        );
        return new OptionProposal(rows, names).Make(kind);
    }
}
