#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// A closed loop: a frame comes, the poses are there, something is switched on. The camera here is a video: dotnet run
// examples/live.cs -- mouse.zip session.mp4 FRAMES
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

var (modelFile, videoFile, frames) = (args[0], args[1], int.Parse(args[2]));

var ml = new MLContext(seed: 1);
using var model = (PoseModelTransformer)ml.Model.Load(modelFile, out _);
using IFrameSource camera = Video.FromFile(videoFile).Open();

// Warmed up for the camera's frames when it is made, so that the first real one is not late.
LivePredictor live = ml.Pose().CreateLivePredictor(model, new() { Height = camera.Height, Width = camera.Width });

var isOn = false;
foreach (var index in Enumerable.Range(0, frames))
{
    Frame frame = camera.Read(index);
    IReadOnlyList<Instance> animals = live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels);

    // The stimulus is on while the first node of an animal is in the left half. A node that was not found is in
    // neither.
    var isLeft = animals.Any(animal => !animal.Points[0].IsMissing && animal.Points[0].X < frame.Width / 2.0);
    if (isLeft != isOn)
        Console.WriteLine($"frame {index}: {(isLeft ? "on" : "off")}");
    isOn = isLeft;
}
Console.WriteLine(live.Latency); // from the call with the pixels to the poses
