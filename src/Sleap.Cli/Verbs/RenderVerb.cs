using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap render SOURCE PREDICTIONS --out FILE</c>: a video with the poses drawn on it.</summary>
internal static class RenderVerb
{
    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "The video, or a folder of images." };
        var predictions = new Argument<string>("predictions")
        {
            Description = "Poses of it, in any format that is read.",
        };
        var output = new Option<string>("--out")
        {
            Description = "Where to write: .mp4, .mov or .mkv.",
            Required = true,
        };
        var frames = new Option<string?>("--frames")
        {
            Description = "Frames of the video: 0-99,200. Else from the first to the last with poses.",
        };
        var fps = new Option<double?>("--fps") { Description = "Frames a second of the new video; else the source's." };
        var shrink = new Option<int>("--shrink")
        {
            Description = "How many times smaller.",
            DefaultValueFactory = _ => 1,
        };
        var trail = new Option<int>("--trail")
        {
            Description = "How many frames back paths are drawn.",
            DefaultValueFactory = _ => 30,
        };
        var names = new Option<bool>("--no-names") { Description = "Leave out the names of tracks." };
        var video = new Option<string?>("--video")
        {
            Description = "Which video of the predictions, by file name, where they have several.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "render",
            "A video with the poses drawn on it.\nExample: sleap render session.mp4 session.slp --out session.poses.mp4"
        )
        {
            source,
            predictions,
            output,
            frames,
            fps,
            shrink,
            trail,
            names,
            video,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(
            (parsed, cancellation) =>
            {
                var options = new RenderOptions
                {
                    Drawing = new DrawingOptions
                    {
                        ShowNames = !parsed.GetValue(names),
                        TrailLength = parsed.GetValue(trail),
                    },
                    VideoPath = parsed.GetRequiredValue(source),
                    Video = parsed.GetValue(video),
                    Frames = parsed.GetValue(frames) is { } list
                        ? [.. FrameList.Of(list, IO.Video.FromFile(parsed.GetRequiredValue(source))).Distinct().Order()]
                        : null,
                    FramesPerSecond = parsed.GetValue(fps),
                    Shrink = parsed.GetValue(shrink),
                };
                var path = parsed.GetRequiredValue(output);
                // Frames that cannot be read are told below.
                var ml = VerbOutput.Context(except: "Rendering");
                var done = ml.Pose()
                    .RenderVideo(
                        Labels.Load(parsed.GetRequiredValue(predictions), parsed.Reading()),
                        path,
                        options,
                        cancellation
                    );
                foreach (var frame in done.Unreadable.Take(5))
                    Terminal.Say($"frame {frame.FrameIndex} could not be read: {frame.Reason}");
                var report = new JsonObject
                {
                    ["out"] = path,
                    ["requested"] = done.Requested,
                    ["failed"] = done.Failed,
                    ["written"] = done.Requested - done.Failed,
                };
                VerbOutput.Write(
                    parsed.GetValue(json),
                    report,
                    [$"{done.Requested - done.Failed} of {done.Requested} frames → {path}"]
                );
                return Task.FromResult(0);
            }
        );
        return verb;
    }
}
