using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The test assembly as a program. "apply MODEL VIDEO FRAMES COLUMN …": loads a saved model, applies it to the first frames of a video, and
/// prints the columns of each row. Nothing here names a type of Sleap.MLNet: what the model needs, it finds by itself.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        ["apply", var model, var video, var frames, .. var columns] => Apply(model, video, int.Parse(frames), columns),
        _ => 0,
    };

    private static int Apply(string model, string video, int frames, string[] columns)
    {
        var ml = new MLContext();
        var rows = ml.Model.Load(model, out _).Transform(ml.Pose().LoadVideo(video, Enumerable.Range(0, frames)));
        foreach (var row in ColumnText.Of(rows, columns)) Console.WriteLine(row);
        return 0;
    }
}
