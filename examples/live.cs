#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// A closed loop: a frame comes, the animal's speed is there, something is switched on. The camera here is a video:
// dotnet run examples/live.cs -- mouse.zip session.mp4 FRAMES
//
// mouse.zip is a model of one animal, see train-and-predict.cs.
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

var (modelFile, videoFile, frames) = (args[0], args[1], int.Parse(args[2]));

var ml = new MLContext(seed: 1);
var pose = ml.Pose();
using var model = (PoseModelTransformer)ml.Model.Load(modelFile, out _);
using IFrameSource camera = Video.FromFile(videoFile).Open();

// What follows the network remembers the frames before. The 1€ filter needs no later ones, so that nothing is delayed.
var motion = pose.Smooth("PredictedKeypoints", new SmoothOptions { Method = SmoothMethod.OneEuro })
    .Append(pose.Kinematics())
    .Append(pose.Rolling("Speed", new() { Window = 5, Trailing = true }));
var chain = model.Append(motion.Fit(model.Transform(pose.LoadVideo(videoFile, [0]))));

// Warmed up for the camera's frames when it is made, so that the first real one is not late.
using var live = pose.CreateLivePipeline(
    chain,
    new()
    {
        Height = camera.Height,
        Width = camera.Width,
        MaxDelay = 0,
    }
);

var isOn = false;
foreach (var index in Enumerable.Range(0, frames))
{
    // One row a frame. The stimulus is on while the animal moves more than 2 pixels a frame; NaN, where it was not
    // found, is not more.
    LiveRow row = live.Push(camera.Read(index))[0];
    var isFast = row.Get<float>("SpeedMean") > 2;
    if (isFast != isOn)
        Console.WriteLine($"frame {index}: {(isFast ? "on" : "off")}, {row.Get<float>("Speed"):0.0} px a frame");
    isOn = isFast;
}
Console.WriteLine(live.Latency); // from the call with the frame to the row

// Poses alone, without what follows: pose.CreateLivePredictor(model).
