using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap suggest SOURCE... --model PATH --out FILE</c>: the frames to label next.</summary>
internal static class SuggestVerb
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("sources")
        {
            Description = "Labels, whose videos are searched and whose frames are known; or videos.",
            Arity = ArgumentArity.OneOrMore,
        };
        var models = new Option<string[]>("--model")
        {
            Description = "A model.zip, or a model folder of sleap-nn. Twice for the two stages of top-down.",
            Required = true,
        };
        var output = new Option<string>("--out")
        {
            Description =
                "Where to write the labels with the suggestions, and with the model's predictions in these frames as a "
                + "start: a .slp.",
            Required = true,
        };
        var count = new Option<int>("--count")
        {
            Description = "Number of frames to suggest.",
            DefaultValueFactory = _ => 20,
        };
        var candidates = new Option<int>("--candidates")
        {
            Description = "Number of frames to look at, evenly spaced; each takes the time of three predictions.",
            DefaultValueFactory = _ => new SuggestionOptions().Candidates,
        };
        var folder = new Option<string?>("--report")
        {
            Description = "Also write report.html with pictures and reasons into this folder.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "suggest",
            "Frames to label next, chosen by a model and written as SLEAP's suggestions.\n"
                + "Example: sleap suggest labels.slp --model mouse/model.zip --count 20 --out next.slp --report next"
        )
        {
            sources,
            models,
            output,
            count,
            candidates,
            folder,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var file = parsed.GetRequiredValue(output);
            if (!file.EndsWith(".slp", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException(
                    $"{output.Name}: '{file}' is no .slp, and other formats hold no suggestions."
                );
            }

            if (parsed.GetValue(count) < 1)
                throw new ArgumentException($"{count.Name} is {parsed.GetValue(count)}, expected at least 1.");
            AtomicFile.Begin(file).Dispose(); // what cannot be written is said before the search
            var ml = VerbOutput.Context();
            var known = Known(parsed.GetRequiredValue(sources), parsed);
            using var model = ModelLoader.Load(ml, parsed.GetRequiredValue(models));
            IReadOnlyList<FrameSuggestion> chosen;
            using (var interruption = new Interruption("ending"))
            using (var progress = new ProgressDisplay())
            {
                chosen = ml.Pose()
                    .Suggest(
                        model,
                        Found(known.Videos),
                        parsed.GetValue(count),
                        new()
                        {
                            Labels = known,
                            Candidates = parsed.GetValue(candidates),
                            Progress = progress,
                            CancellationToken = interruption.Token,
                        }
                    );
            }
            if (chosen.Count == 0)
                throw new InvalidDataException("There is no frame to suggest: all that could be read are labeled.");
            foreach (var loss in WithStart(known, chosen).Save(file))
                Terminal.Say(loss);
            List<string> lines = [.. Lines(chosen), $"{chosen.Count} frames → {file}"];
            if (parsed.GetValue(folder) is { } into)
                lines.Add($"→ {ml.Pose().SuggestionReport(chosen, into)}");
            var report = new JsonObject
            {
                ["out"] = file,
                ["suggestions"] = new JsonArray([
                    .. chosen.Select(one => new JsonObject
                    {
                        ["video"] = one.Video.Path,
                        ["frame"] = one.FrameIndex,
                        ["value"] = VerbOutput.Number(one.Value),
                        ["reason"] = one.Reason,
                    }),
                ]),
            };
            VerbOutput.Write(parsed.GetValue(json), report, lines);
            return 0;
        });
        return verb;
    }

    /// <summary>The videos that are there; the others are told, and an error if there is no other.</summary>
    private static List<Video> Found(IReadOnlyList<Video> videos)
    {
        var missing = videos.Where(video => video.FoundPath is null).Select(video => video.Path).ToList();
        if (missing.Count > 0 && missing.Count == videos.Count)
        {
            throw new FileNotFoundException(
                $"No video of the labels was found: {OneLine.Some(missing)}. {PrefixMap.Option.Name} says where they lie."
            );
        }
        if (missing.Count > 0)
            Terminal.Say($"not found, and not searched: {OneLine.Some(missing)}");
        return [.. videos.Where(video => video.FoundPath is not null)];
    }

    private static Labels Known(string[] sources, ParseResult parsed)
    {
        string[] videos = [.. sources.Where(source => !LabelFormats.AreLabels(source))];
        if (videos.Length == 0)
            return Labels.LoadMany(sources, parsed.Reading());
        if (videos.FirstOrDefault(video => !File.Exists(video) && !Directory.Exists(video)) is { } missing)
            throw new FileNotFoundException($"There is no video '{missing}'.", missing);
        return videos.Length == sources.Length
            ? new Labels([], videos.Select(Video.FromFile))
            : throw new ArgumentException(
                $"'{videos[0]}' is a video and '{sources.First(LabelFormats.AreLabels)}' labels: give labels, whose videos "
                    + "are searched, or videos."
            );
    }

    /// <summary>The labels with the suggestions, and with predictions in suggested frames that have no instance.</summary>
    private static Labels WithStart(Labels known, IReadOnlyList<FrameSuggestion> chosen)
    {
        var skeleton = known.Skeletons.Count > 0 ? known.Skeletons[0] : null;
        var there = known.Frames.Select(frame => (frame.Video, frame.FrameIndex)).ToHashSet();
        var added = chosen
            .Where(one => one.Predicted.Count > 0 && !there.Contains((one.Video, one.FrameIndex)))
            .Select(one => new LabeledFrame
            {
                Video = one.Video,
                FrameIndex = one.FrameIndex,
                Instances = [.. one.Predicted.Select(instance => Onto(skeleton, instance))],
            });
        return known
            .With([.. known.Frames, .. added], known.Tracks)
            .WithSuggestions(chosen.Select(one => new SuggestedFrame(one.Video, one.FrameIndex)));
    }

    // The nodes of the labels, so that a person goes on with their skeleton.
    private static Instance Onto(Skeleton? skeleton, Instance predicted) =>
        skeleton is null || predicted.Skeleton.Equals(skeleton)
            ? predicted
            : new Instance
            {
                Skeleton = skeleton,
                Points =
                [
                    .. skeleton.Nodes.Select(node =>
                        predicted.Skeleton.IndexOf(node) is >= 0 and var at ? predicted.Points[at] : Point.Missing
                    ),
                ],
                IsPredicted = true,
                Score = predicted.Score,
            };

    private static IEnumerable<string> Lines(IReadOnlyList<FrameSuggestion> chosen)
    {
        var table = new OutputTable("video", ">frame", ">doubt", "why");
        foreach (var one in chosen)
        {
            table.Row(
                Path.GetFileName(one.Video.Path),
                one.FrameIndex.ToString(System.Globalization.CultureInfo.InvariantCulture),
                one.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
                one.Reason
            );
        }

        return table.Lines();
    }
}
