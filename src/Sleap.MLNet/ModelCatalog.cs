using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Methods of <see cref="PoseCatalog"/> that create estimators, and that load and save models in SLEAP's formats. The
/// method of each model type is in the file of that type.
/// </summary>
public static partial class ModelCatalog
{
    /// <summary>
    /// Loads a model from folders of sleap-nn (<c>training_config.yaml</c> and <c>best.ckpt</c>) or of SLEAP before 1.5
    /// (<c>training_config.json</c> and <c>best_model.h5</c>). The model can predict and can be saved by
    /// <c>mlContext.Model</c>.
    /// </summary>
    /// <remarks>
    /// Predictions are those of sleap-nn: peak refinement, crops and the assignment of classes work as there, and can
    /// be changed with <c>With</c>. Each setting in the files that has no equivalent here gives a warning in
    /// <see cref="MLContext.Log"/>.
    /// </remarks>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="folders">
    /// One folder; or two, a <c>centroid</c> model and a <c>centered_instance</c> or <c>multi_class_topdown</c> model,
    /// which together become a <see cref="TopDownTransformer"/> or <see cref="TopDownIdTransformer"/>.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">A folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">A folder lacks one of the files.</exception>
    /// <exception cref="PoseFormatException">
    /// A file is damaged or has an invalid value; the message gives the file, the key and the cause.
    /// </exception>
    /// <exception cref="ArgumentException">The folders do not make one model.</exception>
    public static PoseModelTransformer FromSleap(this PoseCatalog catalog, params string[] folders)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(folders);
        ModelFolder[] models = [.. folders.Select(ModelFolder.Read)];
        // The crop network comes last, whatever the order of the folders is.
        ModelFolder[] stages = [.. models.OrderBy(model => model.Config.Options is not CentroidOptions)];
        if (ModelTypes.Join([.. stages.Select(model => model.Config.Options)]) is not { } options)
        {
            var given = string.Join(", ", models.Select(model => $"'{model.Path}' ({model.Config.Type})"));
            throw new ArgumentException(
                $"Given were {given}. A model is one folder; or a centroid folder and a centered_instance or "
                    + $"{TopDownIdOptions.CropNetworkName} folder.",
                nameof(folders)
            );
        }
        if (options is TopDownIdOptions named)
            options = named with { MinClassProbability = 0 };
        PoseLog.Warn(
            catalog.Context,
            "FromSleap",
            [.. TopDownOptions.CenterDifferences(options.Networks).Select(text => $"{text}.")]
        );
        var subject = new PoseSubject(stages[^1].Config.Skeleton!, stages[^1].Config.Classes);
        return TrainedModel.Build(
            catalog.Context,
            options,
            subject,
            FrameOf(stages),
            (network, i) => Fill(catalog.Context, network, stages[i]),
            stages.Sum(stage => stage.WeightBytes)
        );
    }

    /// <summary>
    /// Writes a model as folders in sleap-nn's layout, so that sleap-nn can load it: <c>training_config.yaml</c>,
    /// <c>best.ckpt</c> (readable by <c>torch.load</c>) and <c>best.safetensors</c>.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="folder">
    /// The folder; created if it is missing. A model with two stages gets one subfolder for each stage, named after its
    /// model type.
    /// </param>
    /// <returns>The folders written, in the order that <see cref="FromSleap"/> takes them.</returns>
    /// <exception cref="NotSupportedException">
    /// sleap-nn has no equivalent network, as for the Keras up-sampling of older SLEAP models.
    /// </exception>
    public static IReadOnlyList<string> SaveSleap(this PoseCatalog catalog, PoseModelTransformer model, string folder)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (
            model.Networks.Any(network =>
                network.Options.Backbone is UNetOptions { KerasUpsampling: true, UpInterpolate: false }
            )
        )
        {
            throw new NotSupportedException(
                "sleap-nn's transposed convolutions lie one pixel off those of SLEAP "
                    + "before 1.5: it would predict other places with these weights."
            );
        }

        List<string> written = [];
        foreach (var network in model.Networks)
        {
            var path = model.Networks.Count == 1 ? folder : Path.Combine(folder, network.Options.NetworkName);
            ModelFolder.Write(
                path,
                network.Network,
                SleapConfigWriter.Write(network.Options, model.Subject, model.Frame)
            );
            written.Add(path);
        }
        return written;
    }

    private static void Fill(IHostEnvironment environment, PoseModel model, ModelFolder folder)
    {
        string[] remarks = [.. folder.Config.Remarks, .. folder.Load(model.Network)];
        using var channel = environment.Register("FromSleap").Start("Loading");
        if (remarks.Length > 0)
            channel.Warning(MessageSensitivity.None, "{0}: {1}.", folder.Path, string.Join("; ", remarks));
    }

    private static (int Height, int Width) FrameOf(IEnumerable<ModelFolder> folders)
    {
        var sizes = folders.Select(folder => folder.Config.FrameSize).Distinct().ToList();
        if (sizes is [var one])
            return one ?? PoseModelTransformer.AnySize;
        var texts = sizes.Select(size => size is { } s ? $"{s.Width} x {s.Height}" : "any number of");
        throw new ArgumentException(
            $"The two models were trained on frames of other sizes: {string.Join(" and ", texts)} pixels."
        );
    }
}
