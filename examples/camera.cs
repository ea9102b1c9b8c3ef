#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Poses of a camera as lines of CSV, and how fast they come: dotnet run examples/camera.cs -- mouse.zip 640x480 CAMERA
//
// CAMERA is an input of ffmpeg, in ffmpeg's own words:
//
//   -f v4l2 -framerate 30 -i /dev/video0            Linux
//   -f avfoundation -framerate 30 -i 0              macOS
//   -f dshow -i "video=Integrated Camera"           Windows
//   -re -i session.mp4                              a video at its own speed
//   -                                               frames on standard input: rgb24 of 640 x 480, one after the other
//
// A camera does not wait: of the frames that come while one is computed, only the newest is kept. "frame" counts all
// frames of the camera, from 0.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

var (modelFile, size, source) = (args[0], args[1].Split('x'), args[2..]);
int width = int.Parse(size[0]),
    height = int.Parse(size[1]);

var ml = new MLContext(seed: 1);
ITransformer model = ml.Model.Load(modelFile, out _); // a model, or a chain of a model and what follows it
using var live = ml.Pose().CreateLivePipeline(model, new() { Height = height, Width = width });
string[] nodes =
[
    .. SkeletonAnnotations
        .Read(live.OutputSchema["PredictedKeypoints"])!
        .Nodes.Select(name => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""),
];

string[] toFrames =
[
    "-vf",
    $"scale={width}:{height}",
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
];
using var ffmpeg = source is ["-"]
    ? null
    : Process.Start(
        new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", .. source, .. toFrames, "pipe:1"])
        {
            RedirectStandardOutput = true,
        }
    );
using var camera = ffmpeg?.StandardOutput.BaseStream ?? Console.OpenStandardInput();
var isStopped = false;
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var leftOut = 0;
var newest = Channel.CreateBounded<Frame>(
    new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest },
    _ => leftOut++
);
var reading = Task.Run(Read);

Console.WriteLine("frame,instance,node,x,y,score");
var (computed, clock, lastReport) = (0, Stopwatch.StartNew(), TimeSpan.Zero);
await foreach (var frame in newest.Reader.ReadAllAsync())
{
    computed++;
    Write(live.Push(frame));
    if (clock.Elapsed - lastReport > TimeSpan.FromSeconds(1))
    {
        lastReport = clock.Elapsed;
        Report();
    }
}
Write(live.Flush());
Report();
await reading; // throws what ended it
ffmpeg?.WaitForExit();
return isStopped ? 0 : ffmpeg?.ExitCode ?? 0;

async Task Read()
{
    try
    {
        for (var index = 0; ; index++)
        {
            var pixels = new byte[height * width * 3];
            if (await camera.ReadAtLeastAsync(pixels, pixels.Length, throwOnEndOfStream: false) < pixels.Length)
                break;
            newest.Writer.TryWrite(new Frame(index, height, width, channels: 3, pixels));
        }
    }
    finally
    {
        newest.Writer.Complete();
    }
}

// A line for each node of each instance; x and y in pixels of the frame, empty where the node was not found.
void Write(IEnumerable<LiveRow> rows)
{
    foreach (var row in rows)
    {
        var (points, scores) = (row.Get<float[]>("PredictedKeypoints"), row.Get<float[]>("KeypointScore"));
        for (var i = 0; i < scores.Length; i++)
        {
            var (x, y) = (points[2 * i], points[2 * i + 1]);
            var place = float.IsNaN(x) ? "," : FormattableString.Invariant($"{x:0.00},{y:0.00}");
            var (instance, node) = (i / nodes.Length, nodes[i % nodes.Length]);
            Console.WriteLine(
                FormattableString.Invariant($"{row.Get<int>("FrameIndex")},{instance},{node},{place},{scores[i]:0.000}")
            );
        }
    }
}

void Report()
{
    var (speed, latency) = (computed / clock.Elapsed.TotalSeconds, live.Latency.P95.TotalMilliseconds);
    Console.Error.WriteLine(
        FormattableString.Invariant(
            $"{computed} frames, {speed:0.0} frames/s, p95 {latency:0.0} ms, {leftOut} frames left out"
        )
    );
}

void Stop(PosixSignalContext signal)
{
    // The frame that is computed is finished first; standard input ends when its program ends it.
    signal.Cancel = ffmpeg is not null;
    isStopped = true;
    ffmpeg?.Kill();
}
