using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Estimators that train models, and models that SLEAP trained, on <see cref="PoseCatalog"/>. Each model type adds its
/// own method.
/// </summary>
public static partial class ModelCatalog
{
    /// <summary>
    /// A model from folders of sleap-nn (<c>training_config.yaml</c> and <c>best.ckpt</c>) or of SLEAP before 1.5
    /// (<c>training_config.json</c> and <c>best_model.h5</c>), ready to predict and to be saved by
    /// <c>mlContext.Model</c>. It gives what sleap-nn gives: refinement, crops and the naming of animals are as they
    /// are there, and can be changed with <c>With</c>. What of the files has no counterpart here is one warning in
    /// <see cref="MLContext.Log"/>.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="folders"> One folder; or two, a <c>centroid</c> model and a <c>centered_instance</c> or
    /// <c>multi_class_topdown</c> model, which together are a <see cref="TopDownTransformer"/> or
    /// <see cref="TopDownIdTransformer"/>.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A folder lacks one of the files.</exception>
    /// <exception cref="PoseFormatException">A file is damaged, or says what cannot be; the message names the file, the
    /// key and the cause.</exception>
    /// <exception cref="ArgumentException">The folders do not make one model.</exception>
    public static PoseModelTransformer FromSleap(this PoseCatalog catalog, params string[] folders)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(folders);
        ModelFolder[] models = [.. folders.Select(ModelFolder.Read)];
        // The crop network comes last, in whatever order the folders are given.
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
        var subject = new PoseSubject(stages[^1].Config.Skeleton!, stages[^1].Config.Classes);
        return TrainedModel.Build(
            catalog.Context,
            options,
            subject,
            FrameOf(stages),
            (network, i) => Fill(catalog.Context, network, stages[i])
        );
    }

    /// <summary>
    /// Writes a model as folders that sleap-nn's layout has, so that one can go back: <c>training_config.yaml</c>,
    /// <c>best.ckpt</c> (which <c>torch.load</c> takes) and <c>best.safetensors</c>.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="folder">Made where it is missing. A model of two stages gets a folder for each in it, named as its
    /// model type.</param>
    /// <returns>The folders written, in the order that <see cref="FromSleap"/> takes them.</returns>
    /// <exception cref="NotSupportedException">sleap-nn has no such network: Keras' up-sampling of older SLEAP
    /// models.</exception>
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
