using Microsoft.ML;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>Loads the models that the verbs work with.</summary>
internal static class PoseModel
{
    public static SingleInstanceTransformer Load(MLContext ml, string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no model '{path}'.", path);
        ITransformer model;
        try
        {
            model = ml.Model.Load(path, out _);
        }
        catch (Exception problem) when (problem is FormatException or InvalidDataException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' cannot be loaded as a model: {problem.Message}", problem);
        }
        return model as SingleInstanceTransformer
            ?? throw new InvalidDataException($"'{path}' holds another transformer than a pose model alone. Load it in a program with mlContext.Model.Load.");
    }
}
