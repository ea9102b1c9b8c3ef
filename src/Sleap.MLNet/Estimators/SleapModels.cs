using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Models that SLEAP trained, on <see cref="PoseCatalog"/>.</summary>
public static class SleapModels
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
        var loading = new Loading(catalog.Context);
        return models switch
        {
            [{ Config.Type: not ModelType.TopDownId } one] => loading.Alone(one),
            [_, _]
                when Pick(models, ModelType.Centroid) is { } centroid
                    && Pick(models, ModelType.CenteredInstance) is { } centered => loading.TopDown(centroid, centered),
            [_, _]
                when Pick(models, ModelType.Centroid) is { } centroid
                    && Pick(models, ModelType.TopDownId) is { } centered => loading.TopDownId(centroid, centered),
            _ => throw new ArgumentException(
                $"Given were "
                    + $"{string.Join(", ", models.Select(model => $"'{model.Path}' ({model.Config.Type})"))}. "
                    + $"A model is "
                    + $"one folder; or a centroid folder and a centered_instance or multi_class_topdown folder.",
                nameof(folders)
            ),
        };
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
            model.Stages.Any(stage =>
                stage.Options.Backbone is UNetOptions { KerasUpsampling: true, UpInterpolate: false }
            )
        )
        {
            throw new NotSupportedException(
                "sleap-nn's transposed convolutions lie one pixel off those of SLEAP "
                    + "before 1.5: it would predict other places with these weights."
            );
        }

        List<string> written = [];
        foreach (var (type, options, part) in model.Stages)
        {
            var path = model.Stages.Count == 1 ? folder : Path.Combine(folder, SleapConfigWriter.NameOf(type));
            var vectors = type == ModelType.TopDownId ? ((TopDownIdTransformer)model).Options.ClassVectors : null;
            ModelFolder.Write(
                path,
                part.Network,
                SleapConfigWriter.Write(type, options, vectors, model.Subject, model.Frame)
            );
            written.Add(path);
        }
        return written;
    }

    private static ModelFolder? Pick(ModelFolder[] models, ModelType type) =>
        Array.Find(models, model => model.Config.Type == type);

    private sealed class Loading(MLContext context)
    {
        public PoseModelTransformer Alone(ModelFolder folder) =>
            folder.Config.Options switch
            {
                CentroidOptions o => Load<CentroidTransformer, CentroidOptions>(o, folder),
                CenteredInstanceOptions o => Load<CenteredInstanceTransformer, CenteredInstanceOptions>(o, folder),
                BottomUpOptions o => Load<BottomUpTransformer, BottomUpOptions>(o, folder),
                BottomUpIdOptions o => Load<BottomUpIdTransformer, BottomUpIdOptions>(o, folder),
                var o => Load<SingleInstanceTransformer, SingleInstanceOptions>((SingleInstanceOptions)o, folder),
            };

        public TopDownTransformer TopDown(ModelFolder first, ModelFolder second)
        {
            var options = new TopDownOptions
            {
                Centroid = (CentroidOptions)first.Config.Options,
                CenteredInstance = (CenteredInstanceOptions)second.Config.Options,
            };
            return Load<TopDownTransformer, TopDownOptions>(options, first, second);
        }

        public TopDownIdTransformer TopDownId(ModelFolder first, ModelFolder second)
        {
            var options = new TopDownIdOptions
            {
                Centroid = (CentroidOptions)first.Config.Options,
                CenteredInstance = (CenteredInstanceOptions)second.Config.Options,
                ClassVectors = second.Config.ClassVectors!,
                LeastProbability = 0,
            };
            return Load<TopDownIdTransformer, TopDownIdOptions>(options, first, second);
        }

        // The last folder's skeleton and classes are the model's.
        private TModel Load<TModel, TOptions>(TOptions options, params ModelFolder[] folders)
            where TModel : PoseModelTransformer, ITrainedModel<TModel, TOptions> =>
            TrainedModel.Of<TModel, TOptions>(
                context,
                options,
                SubjectOf(folders[^1]),
                FrameOf(folders),
                (network, i) => Fill(network, folders[i])
            );

        private void Fill(PoseModel model, ModelFolder folder)
        {
            string[] remarks = [.. folder.Config.Remarks, .. folder.Load(model.Network)];
            using var channel = ((IHostEnvironment)context).Register("FromSleap").Start("Loading");
            if (remarks.Length > 0)
                channel.Warning(MessageSensitivity.None, "{0}: {1}.", folder.Path, string.Join("; ", remarks));
        }

        private static PoseSubject SubjectOf(ModelFolder folder) => new(folder.Config.Skeleton!, folder.Config.Classes);

        private static (int Height, int Width) FrameOf(params ModelFolder[] folders)
        {
            var sizes = folders.Select(folder => folder.Config.FrameSize).Distinct().ToList();
            return sizes is [var one]
                ? one ?? PoseModelTransformer.AnySize
                : throw new ArgumentException(
                    $"The two models were trained on frames of other sizes: "
                        + $"{string.Join(" and ", sizes.Select(size => size is { } s ? $"{s.Width} x {s.Height}" : "any number of"))} "
                        + $"pixels."
                );
        }
    }
}
