using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>Loads the models that verbs work with.</summary>
internal static class ModelLoader
{
    /// <summary>
    /// One model, ours or sleap-nn's; or a centroid and a centered-instance model, which together are a top-down model.
    /// </summary>
    public static PoseModelTransformer Load(MLContext ml, IReadOnlyList<string> paths)
    {
        if (paths is [var only] && IsOnnxFolder(only))
            return ml.Pose().FromOnnx(only);
        if (paths.All(Directory.Exists))
            return ml.Pose().FromSleap([.. paths]);
        PoseModelTransformer[] models = [.. paths.Select(path => Load(ml, path))];
        if (models is [var one])
            return one;
        if (
            models.OfType<CentroidTransformer>().SingleOrDefault() is not { } centroid
            || models.OfType<CenteredInstanceTransformer>().SingleOrDefault() is not { } centered
            || models.Length != 2
        )
        {
            throw new ArgumentException(
                "Two models go together when one is a centroid and the other a centered-instance model; given were "
                    + $"{string.Join(", ", paths.Zip(models, (path, model) => $"'{path}' ({TypeOf(model)})"))}."
            );
        }

        using (centroid)
        using (centered)
            return ml.Pose().TopDown(centroid, centered);
    }

    /// <summary>The model of a file, or of a folder of sleap-nn.</summary>
    public static PoseModelTransformer Load(MLContext ml, string path)
    {
        if (IsOnnxFolder(path))
            return ml.Pose().FromOnnx(path);
        if (Directory.Exists(path))
            return ml.Pose().FromSleap(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no model '{path}'.", path);
        ITransformer model;
        try
        {
            ModelArchive.Check(path);
            model = ml.Model.Load(path, out _);
        }
        catch (System.Reflection.TargetInvocationException failure) when (failure.InnerException is { } cause)
        {
            // ML.NET calls loaders by reflection and passes on what that throws.
            throw NoModel(path, cause);
        }
        catch (Exception problem) when (problem is FormatException or InvalidDataException or InvalidOperationException)
        {
            throw NoModel(path, problem);
        }
        return model as PoseModelTransformer
            ?? throw new InvalidDataException(
                $"'{path}' holds another transformer than a pose model alone. Load it in a program with "
                    + "mlContext.Model.Load."
            );
    }

    private static InvalidDataException NoModel(string path, Exception cause) =>
        new(
            Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && IsSleapFolder(folder)
                ? $"'{path}' is part of a model of SLEAP: give its folder, '{folder}'."
                : $"'{path}' cannot be loaded as a model ({cause.Message.TrimEnd('.')}). A model is the model.zip of a "
                    + "training here, or a model folder of SLEAP.",
            cause
        );

    /// <summary>Whether a path is a folder in which SLEAP keeps a model.</summary>
    public static bool IsSleapFolder(string path) =>
        File.Exists(Path.Combine(path, "training_config.yaml"))
        || File.Exists(Path.Combine(path, "training_config.json"));

    private static bool IsOnnxFolder(string path) =>
        File.Exists(Path.Combine(path, "model.onnx")) || File.Exists(Path.Combine(path, "export_metadata.json"));

    /// <summary>What the command line calls a model's type.</summary>
    public static string TypeOf(PoseModelTransformer model) => model.ModelOptions.TypeName;
}
