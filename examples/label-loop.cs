#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Train, let the model choose which frames to label, label them, train on from the model. Here the labels are there already,
// and are looked at only when their frame was chosen:
// dotnet run examples/label-loop.cs -- examples/data/openfield 300
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

var (all, steps) = (Labels.Load(args[0]), int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
const int Start = 16;
const int Round = 8;
var ml = new MLContext(seed: 1);
PoseCatalog pose = ml.Pose();

// Every fifth frame is for the test.
List<LabeledFrame> test = [.. all.FramesInOrder.Where((_, i) => i % 5 == 4)];
List<LabeledFrame> open = [.. all.FramesInOrder.Except(test)];
List<LabeledFrame> labeled = [.. open.Where((_, i) => i % (open.Count / Start) == 0).Take(Start)];
string? last = null;
for (var round = 1; round <= 3; round++)
{
    IDataView labels = pose.FromLabels(new Labels(labeled));
    var options = pose.AutoOptions(labels)
        .With(network =>
            network with
            {
                Training = network.Training with
                {
                    StepsPerEpoch = 20,
                    Epochs = Math.Max(1, steps / 20),
                    Start = last is null ? null : new StartOptions(last),
                    Progress = new ConsoleProgress(),
                },
            }
        );
    using var model = options.Estimator(pose).Fit(labels);
    var metrics = pose.Evaluate(model.Transform(pose.FromLabels(new Labels(test))));
    Console.WriteLine($"round {round}: {labeled.Count} labeled frames, mean error {metrics.MeanError:0.00} px");
    ml.Model.Save(model, labels.Schema, last = "round.zip");

    // Only frames that are open may be chosen; with a video it would be all of its frames.
    var isOpen = open.Except(labeled).Select(frame => (frame.Video, frame.FrameIndex)).ToHashSet();
    var next = pose.Suggest(model, all.Videos, all.Frames.Count, new() { Labels = new Labels(labeled) })
        .Where(one => isOpen.Contains((one.Video, one.FrameIndex)))
        .Take(Round)
        .ToList();
    foreach (var one in next)
        Console.WriteLine($"  label frame {one.FrameIndex} of {Path.GetFileName(one.Video.Path)}: {one.Reason}");
    if (round == 1)
        Console.WriteLine($"  {pose.SuggestionReport(next, "next")} has pictures");
    labeled.AddRange(
        open.Where(frame => next.Exists(one => one.Video == frame.Video && one.FrameIndex == frame.FrameIndex))
    );
}
