using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>The files of a prediction: each frame is written to all of them.</summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly List<(string Path, LabelsWriter Writer)> _files = [];

    private OutputFiles() { }

    /// <summary>Begins the files; an error is thrown before any frame is predicted.</summary>
    /// <param name="paths">Where to write; may be empty.</param>
    /// <param name="skeleton">The skeleton of the instances.</param>
    /// <exception cref="ArgumentException">A path is given twice.</exception>
    /// <exception cref="PoseFormatException">An ending is of no known format.</exception>
    /// <exception cref="IOException">A place cannot be written to.</exception>
    public static OutputFiles Create(IReadOnlyList<string> paths, Skeleton skeleton)
    {
        var twice = paths.GroupBy(Path.GetFullPath).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"Predict: the output '{twice.First()}' is given twice.");
        var files = new OutputFiles();
        try
        {
            foreach (var path in paths)
                files._files.Add((path, LabelsWriter.Create(path, skeleton)));
        }
        catch
        {
            files.Dispose();
            throw;
        }
        return files;
    }

    /// <summary>Writes a frame.</summary>
    /// <exception cref="IOException">A disk is full. All files have the frame, or keep it for the end.</exception>
    public void Add(LabeledFrame frame) => ForEach(file => file.Writer.Add(frame));

    /// <summary>Puts the files in their places.</summary>
    /// <returns>What the formats could not hold; with several files each sentence names its file.</returns>
    /// <exception cref="IOException">A file cannot be written; the others are.</exception>
    public IReadOnlyList<string> Finish(IReadOnlyDictionary<string, JsonNode?> provenance)
    {
        List<string> losses = [];
        ForEach(file =>
            losses.AddRange(
                file.Writer.Finish(provenance).Select(loss => _files.Count == 1 ? loss : $"{file.Path}: {loss}")
            )
        );
        return losses;
    }

    public void Dispose()
    {
        foreach (var (_, writer) in _files)
            writer.Dispose();
    }

    // Also for the files behind one that fails: they are complete.
    private void ForEach(Action<(string Path, LabelsWriter Writer)> action)
    {
        ExceptionDispatchInfo? fault = null;
        foreach (var file in _files)
        {
            try
            {
                action(file);
            }
            catch (Exception problem)
            {
                fault ??= ExceptionDispatchInfo.Capture(problem);
            }
        }
        fault?.Throw();
    }
}
