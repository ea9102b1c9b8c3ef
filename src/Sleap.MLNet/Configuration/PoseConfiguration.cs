using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Proposals of options, on <see cref="PoseCatalog"/>.</summary>
public static class PoseConfiguration
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
    /// <exception cref="InvalidOperationException">No row is labelled.</exception>
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
        var rows = LabelledRows.Read(
            labels,
            names,
            new(OneAnimal: false, EmptyRows: true, Tracks: hasTracks),
            null,
            new("AutoOptions", "training", channel)
        );
        return new OptionProposal(rows, names).Make(kind);
    }
}
