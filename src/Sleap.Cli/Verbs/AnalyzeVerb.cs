using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap analyze PREDICTIONS --out TABLE.csv</c>: speeds, distances, contacts and regions of each animal in each
/// frame.
/// </summary>
internal static class AnalyzeVerb
{
    private static readonly Argument<string> Predictions = new("predictions")
    {
        Description = "Poses of one video, in any format that is read; tracked, when there are several animals.",
    };
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The CSV table: one row an animal and frame.",
        Required = true,
    };
    private static readonly Option<double?> Fps = new("--fps")
    {
        Description = "Frames a second; else the video's, and frames when that is not known.",
    };
    private static readonly Option<double> Pixels = new("--pixels-per-unit")
    {
        Description = "Pixels of one unit of length.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<string?> Node = new("--node")
    {
        Description = "The node that stands for an animal's place; else the mean of the visible ones.",
    };
    private static readonly Option<string?> Heading = new("--heading")
    {
        Description = "The nodes that the heading goes from and to: tailbase,snout. Else the direction of motion.",
    };
    private static readonly Option<double> Contact = new("--contact")
    {
        Description = "Nodes of two animals this near touch; in units.",
        DefaultValueFactory = _ => new SocialOptions().ContactDistance,
    };
    private static readonly Option<string?> Regions = new("--regions")
    {
        Description = "A JSON file of regions, in pixels (docs/analysis.md).",
    };
    private static readonly Option<double?> MaxJump = new("--max-jump")
    {
        Description =
            "Nodes that leap further than this many pixels from one frame to the next are put aside; else none.",
    };
    private static readonly Option<int> MaxGap = new("--max-gap")
    {
        Description = "Gaps of at most this many frames are filled; 0 for none.",
        DefaultValueFactory = _ => 5,
    };
    private static readonly Option<int> Smooth = new("--smooth")
    {
        Description = "Frames of the median filter, an odd number; 1 for none.",
        DefaultValueFactory = _ => 5,
    };

    private const string Column = "PredictedKeypoints";

    public static Command Create()
    {
        var json = Report.Json();
        var verb = new Command(
            "analyze",
            """
            Speeds, distances, contacts and regions of each animal in each frame as a CSV table, and the means in short.
            Example: sleap analyze session.slp --fps 30 --out session.behaviour.csv
            """
        )
        {
            Predictions,
            Out,
            Fps,
            Pixels,
            Node,
            Heading,
            Contact,
            Regions,
            MaxJump,
            MaxGap,
            Smooth,
            json,
        };
        verb.SetAction(words =>
        {
            var (file, target) = (words.GetRequiredValue(Predictions), words.GetRequiredValue(Out));
            if (!target.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                throw new ArgumentException($"--out is '{target}'; the table is a .csv file.");
            var labels = Labels.Load(file);
            var videos = labels.Frames.Select(frame => frame.Video).Distinct().ToList();
            if (videos.Count > 1)
            {
                throw new InvalidDataException(
                    $"'{file}' has poses of {videos.Count} videos: {string.Join(", ", videos)}. Analyze one at a time."
                );
            }
            // An animal alone in its frame needs no track to be followed.
            var untracked = labels.Frames.Sum(frame =>
                frame.Instances.Count > 1 ? frame.Instances.Count(animal => animal.Track is null) : 0
            );
            if (untracked > 0)
            {
                Console.Error.WriteLine(
                    $"sleap: {untracked} animals have no track beside others in their frames, and are not followed: "
                        + $"run 'sleap track {file} --out TRACKED.slp' first."
                );
            }

            var fps = words.GetValue(Fps) ?? RateOf(videos);
            var pose = new MLContext(seed: 0).Pose();
            var (behaviour, extra) = Behaviour(words, pose, pose.FromPredictions(labels), fps);
            pose.SaveCsv(
                behaviour,
                target,
                new TableOptions
                {
                    Layout = TableLayout.Wide,
                    FramesPerSecond = fps,
                    Extra = [.. extra],
                }
            );
            var animals = BehaviourSummary.Of(
                pose.ToDataFrame(behaviour, new TableOptions { Layout = TableLayout.Wide, Extra = [.. extra] }),
                extra
            );
            var report = new JsonObject
            {
                ["out"] = target,
                ["fps"] = fps is { } rate ? Report.Number(rate) : null,
                ["columns"] = new JsonArray([.. extra.Select(name => (JsonNode)name)]),
                ["animals"] = new JsonArray([.. animals.Select(animal => animal.Json())]),
            };
            Report.Write(
                words.GetValue(json),
                report,
                [
                    .. animals.Select(animal => animal.ToString()),
                    $"lengths in {(words.GetValue(Pixels) == 1 ? "pixels" : "units")}, times in "
                        + $"{(fps is null ? "frames: say --fps for seconds" : "seconds")} → {target}",
                ]
            );
            return 0;
        });
        return verb;
    }

    private static (IDataView View, List<string> Columns) Behaviour(
        ParseResult words,
        PoseCatalog pose,
        IDataView poses,
        double? fps
    )
    {
        var (pixels, rate, several) = (
            words.GetValue(Pixels),
            fps ?? 1,
            poses.Schema[Column].Type is Microsoft.ML.Data.VectorDataViewType { Dimensions.Length: 3 }
        );
        var (from, to) = words.GetValue(Heading)?.Split(',') switch
        {
            null => (null, null),
            [var a, var b] => ((string?)a.Trim(), (string?)b.Trim()),
            _ => throw new ArgumentException(
                $"--heading is '{words.GetValue(Heading)}'; write two nodes: tailbase,snout."
            ),
        };
        List<string> columns = ["Speed", "Heading", "TurnRate", "PathLength"];
        // Steps are over the same column, one after the other.
        List<Func<IDataView, IDataView>> steps = [];
        void Then<T>(IEstimator<T> step)
            where T : class, ITransformer => steps.Add(view => step.Fit(view).Transform(view));
        if (words.GetValue(MaxJump) is { } jump)
            Then(pose.RemoveJumps(Column, new() { MaxJump = jump }));
        if (words.GetValue(MaxGap) > 0)
            Then(pose.Interpolate(Column, new() { MaxGap = words.GetValue(MaxGap) }));
        if (words.GetValue(Smooth) != 1)
            Then(pose.Smooth(Column, new SmoothOptions { Window = words.GetValue(Smooth) }));
        Then(
            pose.Kinematics(
                Column,
                new()
                {
                    FramesPerSecond = rate,
                    PixelsPerUnit = pixels,
                    Node = words.GetValue(Node),
                    HeadingFrom = from,
                    HeadingTo = to,
                }
            )
        );
        if (several)
        {
            Then(
                pose.Social(
                    Column,
                    new()
                    {
                        ContactDistance = words.GetValue(Contact),
                        PixelsPerUnit = pixels,
                        HeadingFrom = from,
                        HeadingTo = to,
                    }
                )
            );
            columns.AddRange([
                "AnimalDistance",
                "NodeDistance",
                "Contact",
                .. from is null ? Array.Empty<string>() : ["FacingAngle"],
            ]);
        }
        foreach (var region in words.GetValue(Regions) is { } file ? Region.Load(file) : [])
        {
            // A transform a region: its columns then have one value an animal, which a table can hold.
            string Named(string column) => $"{column} {region.Name}";
            Then(
                pose.InRegions(
                    Column,
                    new()
                    {
                        Regions = [region],
                        Node = words.GetValue(Node),
                        FramesPerSecond = rate,
                        Inside = Named("InRegion"),
                        Entries = Named("RegionEntries"),
                        Dwell = Named("RegionDwell"),
                        Latency = Named("RegionLatency"),
                        Occupants = Named("RegionOccupants"),
                    }
                )
            );
            columns.AddRange([Named("InRegion"), Named("RegionEntries"), Named("RegionDwell"), Named("RegionLatency")]);
        }
        return (steps.Aggregate(poses, (view, step) => step(view)), columns);
    }

    private static double? RateOf(List<Video> videos)
    {
        if (videos is not [{ } video])
            return null;
        if (video.FramesPerSecond is { } known)
            return known;
        if (video.FoundPath is null)
            return null;
        using var source = video.Open();
        return source.FramesPerSecond is > 0 and var rate ? rate : null;
    }
}
