using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Analysis;
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
        Description = "The table, .csv or .parquet: one row for each instance and frame.",
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
        Description = "The node used as the position of an animal; default the mean of the visible nodes.",
    };
    private static readonly Option<string?> Heading = new("--heading")
    {
        Description = "The nodes that the heading goes from and to: tailbase,snout. Else the direction of motion.",
    };
    private static readonly Option<double> Contact = new("--contact")
    {
        Description = "Distance between nodes of two instances that counts as contact; in units.",
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
        var json = VerbOutput.Json();
        var verb = new Command(
            "analyze",
            """
            Speeds, distances, contacts and regions of each animal in each frame as a CSV or Parquet table, and the means in short.
            Example: sleap analyze session.slp --fps 30 --out session.measures.csv
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
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var (file, target) = (parsed.GetRequiredValue(Predictions), parsed.GetRequiredValue(Out));
            if (Path.GetExtension(target).ToLowerInvariant() is not (".csv" or ".parquet"))
                throw new ArgumentException($"--out is '{target}'; the table is a .csv or .parquet file.");
            var labels = Labels.Load(file, parsed.Reading());
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
                Terminal.Say(
                    $"{untracked} animals have no track beside others in their frames, and are not followed: "
                        + $"run 'sleap track {file} --out TRACKED.slp' first."
                );
            }

            var fps = parsed.GetValue(Fps) ?? RateOf(videos);
            var pose = new MLContext(seed: 0).Pose();
            var (measures, columns) = Measures(parsed, pose, pose.FromPredictions(labels), fps);
            pose.SaveTable(
                measures,
                target,
                new TableOptions
                {
                    Layout = TableLayout.Wide,
                    FramesPerSecond = fps,
                    Extra = [.. columns],
                }
            );
            var animals = TrackSummary.Of(
                pose.ToDataFrame(measures, new TableOptions { Layout = TableLayout.Wide, Extra = [.. columns] }),
                columns
            );
            var report = new JsonObject
            {
                ["out"] = target,
                ["fps"] = fps is { } rate ? VerbOutput.Number(rate) : null,
                ["columns"] = new JsonArray([.. columns.Select(name => (JsonNode)name)]),
                ["animals"] = new JsonArray([.. animals.Select(animal => animal.Json())]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. animals
                        .Aggregate(
                            new OutputTable([
                                "animal",
                                ">frames",
                                .. animals.FirstOrDefault()?.Values.Select(value => ">" + value.Name) ?? [],
                            ]),
                            (table, animal) => table.Row(animal.Cells())
                        )
                        .Lines(),
                    $"lengths in {(parsed.GetValue(Pixels) == 1 ? "pixels" : "units")}, times in "
                        + $"{(fps is null ? "frames: say --fps for seconds" : "seconds")} → {target}",
                ]
            );
            return 0;
        });
        return verb;
    }

    private static (IDataView View, List<string> Columns) Measures(
        ParseResult parsed,
        PoseCatalog pose,
        IDataView poses,
        double? fps
    )
    {
        var (pixels, rate, several) = (
            parsed.GetValue(Pixels),
            fps ?? 1,
            poses.Schema[Column].Type is Microsoft.ML.Data.VectorDataViewType { Dimensions.Length: 3 }
        );
        var (from, to) = parsed.GetValue(Heading)?.Split(',') switch
        {
            null => (null, null),
            [var a, var b] => ((string?)a.Trim(), (string?)b.Trim()),
            _ => throw new ArgumentException(
                $"--heading is '{parsed.GetValue(Heading)}'; write two nodes: tailbase,snout."
            ),
        };
        List<string> columns = ["Speed", "Heading", "TurnRate", "PathLength"];
        // Steps are over the same column, one after the other.
        List<Func<IDataView, IDataView>> steps = [];
        void Then<T>(IEstimator<T> step)
            where T : class, ITransformer => steps.Add(view => step.Fit(view).Transform(view));
        if (parsed.GetValue(MaxJump) is { } jump)
            Then(pose.RemoveJumps(Column, new() { MaxJump = jump }));
        if (parsed.GetValue(MaxGap) != 0)
            Then(pose.Interpolate(Column, new() { MaxGap = parsed.GetValue(MaxGap) }));
        if (parsed.GetValue(Smooth) != 1)
            Then(pose.Smooth(Column, new SmoothOptions { Window = parsed.GetValue(Smooth) }));
        Then(
            pose.Kinematics(
                Column,
                new()
                {
                    FramesPerSecond = rate,
                    PixelsPerUnit = pixels,
                    Node = parsed.GetValue(Node),
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
                        ContactDistance = parsed.GetValue(Contact),
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
        foreach (var region in parsed.GetValue(Regions) is { } file ? Region.Load(file) : [])
        {
            // A transform a region: its columns then have one value an animal, which a table can hold.
            string Named(string column) => $"{column} {region.Name}";
            Then(
                pose.InRegions(
                    Column,
                    new()
                    {
                        Regions = [region],
                        Node = parsed.GetValue(Node),
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

/// <summary>Means and totals of one track over all frames.</summary>
/// <param name="Name">The track's name.</param>
/// <param name="Frames">Frames with an instance of the track.</param>
/// <param name="Values">Means of the columns that are flags or rates, and last values of those that add up; NaN where
/// there is none.</param>
internal sealed record TrackSummary(string Name, int Frames, IReadOnlyList<(string Name, double Value)> Values)
{
    /// <summary>One summary a track, from a wide table.</summary>
    public static IReadOnlyList<TrackSummary> Of(DataFrame table, IReadOnlyList<string> columns)
    {
        var track = table.Columns["track"];
        return
        [
            .. Enumerable
                .Range(0, (int)table.Rows.Count)
                .GroupBy(row => (string?)track[row] ?? "no track")
                .OrderBy(rows => rows.Key, StringComparer.Ordinal)
                .Select(rows => new TrackSummary(
                    rows.Key,
                    rows.Count(),
                    [
                        .. columns
                            .Select(name =>
                                Summarize(
                                    name,
                                    [
                                        .. rows.Select(row => table.Columns[name][row])
                                            .Where(value => value is not null)
                                            .Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture)),
                                    ]
                                )
                            )
                            .Where(value => value.Name != ""),
                    ]
                )),
        ];
    }

    public JsonObject Json()
    {
        var json = new JsonObject { ["name"] = Name, ["frames"] = Frames };
        foreach (var (name, value) in Values)
            json[name] = VerbOutput.Number(value);
        return json;
    }

    public string[] Cells() =>
        [
            Name,
            Frames.ToString(CultureInfo.InvariantCulture),
            .. Values.Select(value => value.Value.ToString("0.###", CultureInfo.InvariantCulture)),
        ];

    private static (string Name, double Value) Summarize(string column, List<double> values)
    {
        double Mean() => values.Count > 0 ? values.Average() : double.NaN;
        return column.Split(' ')[0] switch
        {
            "Speed" or "AnimalDistance" or "NodeDistance" => ($"mean {column}", Mean()),
            "Contact" or "InRegion" => ($"share {column}", Mean()),
            "PathLength" or "RegionEntries" or "RegionDwell" => (column, values.Count > 0 ? values.Max() : double.NaN),
            _ => ("", double.NaN), // directions have no mean that says much
        };
    }
}
