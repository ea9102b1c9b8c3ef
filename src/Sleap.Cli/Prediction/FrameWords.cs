using System.CommandLine;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>The options of <c>sleap predict</c> that choose the frames.</summary>
internal sealed class FrameWords
{
    private readonly Option<string?> _frames = new("--frames")
    {
        Description = "Frames of the video: 0-99,200. Else all.",
    };
    private readonly Option<string?> _shard = new("--shard")
    {
        Description =
            "I/N: only the part I of N of the frames, I from 0. The file is there only when all of the part is in "
            + "it; one that was ended early is beside it, ending in .partial.",
    };
    private readonly Option<bool> _labeled = new("--only-labeled", "--only-labeled-frames")
    {
        Description = "Of labels: the frames that a person labeled, or marked as empty.",
    };
    private readonly Option<bool> _suggested = new("--only-suggested", "--only-suggested-frames")
    {
        Description = "Of labels: the suggested frames that nobody has labeled yet.",
    };
    private readonly Option<bool> _predicted = new("--only-predicted", "--only-predicted-frames")
    {
        Description = "Of labels: the frames that have predictions.",
    };
    private readonly Option<bool> _unlabeled = new("--only-unlabeled", "--only-unlabeled-frames")
    {
        Description = "Of labels: all frames of their videos that nobody has labeled.",
    };
    private readonly Option<bool> _exclude = new("--exclude-user-labeled")
    {
        Description = "Of labels: leave out the frames that a person labeled, or marked as empty.",
    };
    private readonly Option<int?> _video = new("--video-index")
    {
        Description = "Of labels: only this video, from 0; all of its frames, unless other options choose.",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_frames, _shard, .. OfLabels, PrefixMap.Option];

    private IReadOnlyList<Option> OfLabels => [.. Only, _exclude, _video];

    private IReadOnlyList<Option> Only => [_labeled, _suggested, _predicted, _unlabeled];

    /// <summary>Whether only a part of the frames is predicted.</summary>
    public bool IsShard(ParseResult parsed) => parsed.GetValue(_shard) is not null;

    /// <summary>Opens the frames of a video, or of labels.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="source">A video, a folder of images, or labels.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="inOrder">Whether each frame has to come once, behind the one before it.</param>
    /// <exception cref="ArgumentException">Options contradict each other, or do not go with the source.</exception>
    /// <exception cref="InvalidDataException">Labels have no such frame.</exception>
    public IDataView Open(PoseCatalog pose, string source, ParseResult parsed, bool inOrder)
    {
        var frames = Of(source, parsed);
        if (inOrder && frames.Zip(frames.Skip(1)).Any(IsNotRising))
        {
            throw new ArgumentException(
                "--tracking follows instances from frame to frame: --frames has to name each frame once, in rising order."
            );
        }

        // Also of a shard without frames, which has the columns of a video.
        Video[] videos = [.. frames.Select(frame => frame.Video).Distinct()];
        if (parsed.GetValue(_shard) is { } fraction)
        {
            var part = Shard.Parse(fraction).Of(frames.Count);
            frames = [.. frames.Take(part)];
        }

        return pose.FromFrames(videos, frames, new PoseColumnOptions());
    }

    /// <summary>The frames of all shards together.</summary>
    /// <param name="source">A video, a folder of images, or labels.</param>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="ArgumentException">Options contradict each other, or do not go with the source.</exception>
    /// <exception cref="InvalidDataException">Labels have no such frame.</exception>
    public IReadOnlyList<(Video Video, int Frame)> Of(string source, ParseResult parsed)
    {
        var isLabels = LabelFormats.AreLabels(source);
        if (!isLabels && parsed.Given(OfLabels) is [var word, ..])
        {
            throw new ArgumentException(
                $"{word.Name} chooses among the frames of labels, and '{source}' is a video or a folder of images."
            );
        }

        if (!isLabels && !File.Exists(source) && !Directory.Exists(source))
            throw new FileNotFoundException($"There is no video '{source}'.", source);
        return isLabels ? FramesOfLabels(source, parsed) : FramesOf(IO.Video.FromFile(source), parsed);
    }

    private static bool IsNotRising(((Video Video, int Frame) First, (Video Video, int Frame) Second) pair) =>
        pair.First.Video == pair.Second.Video && pair.First.Frame >= pair.Second.Frame;

    private IReadOnlyList<(Video Video, int Frame)> FramesOf(Video video, ParseResult parsed) =>
        [
            .. (parsed.GetValue(_frames) is { } list ? FrameList.Of(list, video) : PoseCatalog.AllFrames(video)).Select(
                frame => (video, frame)
            ),
        ];

    private List<(Video Video, int Frame)> FramesOfLabels(string source, ParseResult parsed)
    {
        Check(parsed);
        var labels = Labels.LoadMany([source], parsed.Reading());
        foreach (var remark in labels.Remarks)
            Terminal.Say($"{source}: {remark}");
        var videos = Videos(labels, source, parsed);
        var labeled = labels
            .Frames.Where(frame => frame.IsNegative || frame.Instances.Any(instance => !instance.IsPredicted))
            .Select(Place)
            .ToHashSet();
        IEnumerable<(Video Video, int Frame)> chosen =
            parsed.GetValue(_labeled) ? labeled
            : parsed.GetValue(_suggested)
                ? labels.Suggestions.Select(frame => (frame.Video, frame.FrameIndex)).Except(labeled)
            : parsed.GetValue(_predicted)
                ? labels.Frames.Where(frame => frame.Instances.Any(instance => instance.IsPredicted)).Select(Place)
            : parsed.GetValue(_unlabeled)
                ? videos.SelectMany(PoseCatalog.AllFrames, (video, frame) => (video, frame)).Except(labeled)
            : parsed.Given([_frames, _video]).Count > 0 ? FramesOf(videos[0], parsed)
            : labels.Frames.Select(Place);
        var order = videos.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        chosen = chosen.Where(frame => order.ContainsKey(frame.Video));
        if (parsed.GetValue(_exclude))
            chosen = chosen.Where(frame => !labeled.Contains(frame));
        if (!parsed.Has(_frames))
            chosen = chosen.Distinct().OrderBy(frame => order[frame.Video]).ThenBy(frame => frame.Frame);
        List<(Video, int)> frames = [.. chosen];
        if (frames.Count > 0)
            return frames;
        var words = parsed.Given(OfLabels).Select(option => option.Name).ToList();
        throw new InvalidDataException(
            $"'{source}' has no frame to predict"
                + (words.Count == 0 ? "." : $" with {string.Join(' ', words)}:")
                + $" {labels.Frames.Count} frames, {labeled.Count} of them labeled by a person, "
                + $"{labels.Suggestions.Count} suggestions, {Videos(labels.Videos.Count)}."
        );
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.Given([_frames, .. Only]) is [var first, var second, ..])
            throw new ArgumentException($"{first.Name} and {second.Name} are both given; each chooses the frames.");
        if (parsed.GetValue(_labeled) && parsed.GetValue(_exclude))
            throw new ArgumentException($"{_exclude.Name} leaves out all frames that {_labeled.Name} takes.");
    }

    private IReadOnlyList<Video> Videos(Labels labels, string source, ParseResult parsed)
    {
        var count = labels.Videos.Count;
        if (parsed.GetValue(_video) is { } index)
        {
            return index >= 0 && index < count
                ? [labels.Videos[index]]
                : throw new ArgumentException(
                    $"{_video.Name} is {index}, and '{source}' has {Videos(count)}{(count > 0 ? $", 0 to {count - 1}" : "")}."
                );
        }

        return count == 1 || parsed.Given([_frames, _shard]) is not [var word, ..]
            ? labels.Videos
            : throw new ArgumentException(
                $"{word.Name} is for one video, and '{source}' has {Videos(count)}: add {_video.Name}."
            );
    }

    private static string Videos(int count) => count == 1 ? "1 video" : $"{count} videos";

    private static (Video Video, int Frame) Place(LabeledFrame frame) => (frame.Video, frame.FrameIndex);
}
