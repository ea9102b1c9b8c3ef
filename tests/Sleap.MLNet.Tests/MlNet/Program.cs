using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The test assembly as a program. "apply", then four words for each saved model, MODEL VIDEO FRAMES COLUMN,COLUMN…:
/// loads it, applies it to the first frames of a video, and prints the columns of each row. Nothing in that names a
/// type of Sleap.MLNet: what a model needs, it finds by itself. "saved-models FOLDER" writes the files of SavedModels.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["saved-models", var folder])
            SavedModelFiles.Write(folder);
        if (arguments is not ["apply", .. var words])
            return 0;
        foreach (var run in words.Chunk(4))
            Apply(run[0], run[1], int.Parse(run[2]), run[3].Split(','));
        return 0;
    }

    private static void Apply(string model, string video, int frames, string[] columns)
    {
        var ml = new MLContext();
        var rows = ml.Model.Load(model, out _).Transform(ml.Pose().LoadVideo(video, Enumerable.Range(0, frames)));
        foreach (var row in ColumnText.Of(rows, columns))
            Console.WriteLine(row);
    }
}
