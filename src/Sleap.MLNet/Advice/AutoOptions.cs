using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.IO;
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

    /// <summary>The proposed kind of model.</summary>
    public PoseModelKind Kind { get; }

    /// <summary>Name of the kind on the command line: <c>single-instance</c>, <c>top-down-id</c>.</summary>
    public string Type => Options.TypeName;

    /// <summary>The options, in the record of their model type: <see cref="TopDownOptions"/> for top-down.</summary>
    public PoseModelOptions Options { get; private init; }

    /// <summary>The reasons for the kind and for each option that differs from its default.</summary>
    public IReadOnlyList<OptionReason> Reasons { get; }

    internal PoseSubject Subject { get; }

    internal (int Height, int Width) Frame { get; }

    internal LabelStatistics Labels { get; }

    /// <summary>
    /// Returns the proposal with other settings in each of its networks, for example device, run folder or a longer
    /// training.
    /// </summary>
    /// <param name="change">Returns changed options of the same type from the options of a network.</param>
    public AutoOptions With(Func<NetworkOptions, NetworkOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Options = Options.WithNetworks([.. Options.Networks.Select(change)]) };
    }

    /// <summary>Creates the estimator that trains the proposed model.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    public IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose)
    {
        ArgumentNullException.ThrowIfNull(pose);
        return Options.CreateEstimator(pose);
    }

    /// <summary>
    /// Writes the proposal as configurations of sleap-nn, with the reasons as comments: one file, or for top-down one
    /// file per network, <c>config.centroid.yaml</c> and <c>config.centered_instance.yaml</c> for <c>config.yaml</c>.
    /// Options that sleap-nn does not have, such as the foreground weight of the loss and the tiles of bottom-up models,
    /// are left out.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>The files that were written.</returns>
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
                    // A batch of tiles is left out with them.
                    .Where(reason =>
                        network.Training.Tiles is null
                        || reason.Option is not ("Training.Tiles.Size" or "Training.BatchSize")
                    )
                    .Select(reason => $"# {OneLine.Of(reason.ToString())}\n");
                var text = string.Concat(comments) + SleapConfigWriter.Write(network, Subject, Frame);
                AtomicFile.WriteText(file, text);
                return file;
            }),
        ];
    }
}

/// <summary>A proposed option and its reason.</summary>
/// <param name="Network">The network, by its name in progress messages; empty for the whole model.</param>
/// <param name="Option">Path of the option: <c>Training.Epochs</c>. <c>Type</c> is the type of the model.</param>
/// <param name="Value">The proposed value.</param>
/// <param name="Reason">The reason, with the numbers it is based on.</param>
public sealed record OptionReason(string Network, string Option, string Value, string Reason)
{
    /// <summary>Returns one line.</summary>
    public override string ToString() => $"{(Network.Length == 0 ? "" : Network + ": ")}{Option} = {Value}: {Reason}";
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Proposes a kind of model and its options from labels, each with its reason, like sleap-nn's
    /// <c>config_generator</c>. <c>pose.AutoOptions(labels).Estimator(pose).Fit(labels)</c> trains it.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="labels">Rows of frames and labels; one image is read, for its size.</param>
    /// <param name="kind">
    /// The kind of model; null: chosen from the labels. A kind with classes is never chosen, since labels do not show
    /// whether instances look different.
    /// </param>
    /// <param name="columns">Names of the columns; null: the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or has another type, or the labels cannot train that kind because they have several
    /// instances in a frame, no edges or no tracks.
    /// </exception>
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
            new(SingleInstance: false, EmptyRows: true, Tracks: hasTracks),
            null,
            new("AutoOptions", "training", channel)
        );
        return new OptionProposal(rows, names).Make(kind);
    }
}
