#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Predicts each video that appears in a folder, until Ctrl+C: dotnet run examples/watch-folder.cs -- mouse.zip
// recordings
//
// The poses of NAME.mp4 are in NAME.mp4.predictions.slp beside it. If it cannot be predicted, NAME.mp4.error.txt tells
// why, and the frames before the fault, if any, are in the other file. A video that has either is done, so that the
// program may be started again at any time. With a third word, "once", it ends when all are done.
using System.Runtime.InteropServices;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

var (modelFile, folder, once) = (args[0], args[1], args is [_, _, "once"]);
string[] extensions = [".mp4", ".avi", ".mov", ".mkv"];

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var ml = new MLContext(seed: 1);
ITransformer model = ml.Model.Load(modelFile, out _); // a model, or a chain of a model and what follows it

// Sizes at the last look: a file is taken when it has stopped growing. Folders are looked at again and again, because
// notifications get lost, and do not come from other machines.
var sizes = new Dictionary<string, long>();
while (!stop.IsCancellationRequested)
{
    string[] waiting =
    [
        .. Directory
            .EnumerateFiles(folder)
            .Where(file => extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Where(file => !File.Exists(Output(file)) && !File.Exists(Error(file)))
            .Order(StringComparer.Ordinal),
    ];
    if (once && waiting.Length == 0)
        break;
    foreach (var video in waiting)
    {
        var size = new FileInfo(video) is { Exists: true } file ? file.Length : 0; // it may be gone by now
        if (sizes.TryGetValue(video, out var before) && before == size && !stop.IsCancellationRequested)
            Predict(video);
        sizes[video] = size;
    }
    stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
}
(model as IDisposable)?.Dispose();

void Predict(string video)
{
    try
    {
        // Written under a hidden name and renamed at the end, so that a video is done again if the program is killed.
        // The same if it is interrupted: the poses so far are removed.
        var report = ml.Pose().Predict(model, video, Output(video), new() { CancellationToken = stop.Token });
        if (report.IsInterrupted)
            File.Delete(Output(video));
        Console.WriteLine($"{Path.GetFileName(video)}: {report}");
    }
    catch (Exception fault)
    {
        // Of whatever kind: the other videos are predicted.
        File.WriteAllText(Error(video), fault.Message + "\n");
        Console.WriteLine($"{Path.GetFileName(video)}: {fault.Message}");
    }
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // the batch that is computed is finished first
    stop.Cancel();
}

// Of the whole name: a.mp4 and a.avi are two recordings.
static string Output(string video) => video + ".predictions.slp";

static string Error(string video) => video + ".error.txt";
